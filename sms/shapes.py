"""Shapes of what providers send: bounded, and no narrower than needed, so that no text is lost."""

import re

TEXT = re.compile(r".*", re.DOTALL)
"""What a person wrote: anything."""
ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}", re.ASCII)
"""A provider's name for a message, a session or a user."""
NUMBER = re.compile(r"\+?[0-9]{3,20}", re.ASCII)
"""A phone's number, with or without its `+`."""
ADDRESS = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,80}")
"""A sender or recipient of a text: a number, a short code, or a name in any script."""
