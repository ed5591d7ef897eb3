"""The GSM 7-bit alphabet: how many septets a text takes, or that it does not fit at all.

Source: 3GPP TS 23.038 (GSM 03.38), section 6.2.1, default alphabet and its extension table. One
character outside turns the whole message into UCS-2: 70 characters a text instead of 160.
"""

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"

_SEPTETS = {char: 1 for char in BASIC if char != "\x1b"} | dict.fromkeys(EXTENSION, 2)


def count_septets(text: str) -> int | None:
    """Septets that the text takes (a character of the extension takes two); None: not GSM-7."""
    total = 0
    for char in text:
        septets = _SEPTETS.get(char)
        if septets is None:
            return None
        total += septets
    return total


def fits_screen(text: str, *, septets: int = 160, ucs2_units: int = 80) -> bool:
    """Whether a USSD screen (`CON ` included) fits: 160 septets, or 80 UTF-16 units."""
    counted = count_septets(text)
    if counted is not None:
        return counted <= septets
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 <= ucs2_units
