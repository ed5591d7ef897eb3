"""The GSM 7-bit alphabet: how many septets a text takes, or that it does not fit at all.

Source: 3GPP TS 23.038 (GSM 03.38), section 6.2.1, default alphabet and its extension table. One
character outside turns the whole message into UCS-2: 70 characters a text instead of 160.
"""

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"

SCREEN_SEPTETS = 156
"""160 with the `CON ` that some providers take off; a network carries 182."""
SCREEN_UNITS = 80
"""What a network carries: 160 bytes."""
SMS_SEPTETS = 160
SMS_UNITS = 70

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


def count_units(text: str) -> int:
    """UTF-16 units that the text takes in UCS-2."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fits_screen(text: str) -> bool:
    """Whether a USSD screen fits, as the handset shows it, in the encoding it is sent in."""
    return _fits(text, SCREEN_SEPTETS, SCREEN_UNITS)


def fits_sms(text: str) -> bool:
    """Whether a text fits one SMS, in the encoding it is sent in."""
    return _fits(text, SMS_SEPTETS, SMS_UNITS)


def _fits(text: str, septets: int, units: int) -> bool:
    counted = count_septets(text)
    return count_units(text) <= units if counted is None else counted <= septets
