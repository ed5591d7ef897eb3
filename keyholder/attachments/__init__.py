"""Attachments: which blobs a report names, fetching them, and opening them in memory."""
