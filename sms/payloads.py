"""Bytes that came where a text was expected: a data message, or an SMS of 8 bits a character.

Such bytes may be a sealed text, any text in UTF-8, or something else. Nothing of them is lost, and
nothing is guessed: what is a readable text in UTF-8 is that text; everything else is written in
hexadecimal digits behind a word that says so.
"""

import re

BINARY = "binary:"
"""What the hexadecimal form begins with. One word, so that no keyword is read out of the digits."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no text has, but tab, line feed and carriage return."""
_HEX = re.compile(r"binary:((?:[0-9a-f]{2})+)")


def read_payload(data: bytes) -> str:
    """The bytes as a text. `restore_payload` gives them again."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return BINARY + data.hex()
    # A text that looks like the form would be taken for it: then it is written in the form too.
    if _CONTROLS.search(text) or _HEX.fullmatch(text):
        return BINARY + data.hex()
    return text


def restore_payload(text: str) -> bytes:
    """The bytes of which `read_payload` made this text."""
    found = _HEX.fullmatch(text)
    return bytes.fromhex(found[1]) if found else text.encode()
