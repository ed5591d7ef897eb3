"""Founding a coalition: the script, its rehearsal on throw-away keys, and what is still to do."""
