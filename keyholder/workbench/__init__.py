"""The analyst's page, served to one browser on this machine, from memory."""
