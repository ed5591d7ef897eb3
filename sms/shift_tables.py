"""The GSM 7-bit alphabets: the default one and the national language tables, by position.

Source: 3GPP TS 23.038, section 6.2.1 (the default alphabet and its extension, from `gsm0338`) and
annex A (locking and single shift tables, by language identifier). A position without a character is
not in its table. Nine Indian scripts share one arrangement of their Unicode blocks, so of them only
what differs is written out.
"""

import string
import unicodedata
from collections.abc import Mapping
from functools import cache

from gsm0338 import SINGLE_SHIFT_CHARACTER_SET_SPANISH
from gsm0338.charset import BASIC_CHARACTER_SET, BASIC_CHARACTER_SET_EXTENSION

ESCAPE = 0x1B
TURKISH, SPANISH, PORTUGUESE, BENGALI = 1, 2, 3, 4
TELUGU, URDU = 12, 13

Table = Mapping[int, str]
"""Position (0 to 127) to character."""

_TURKISH_LOCKING = {4: "€", 7: "ı", 0x0B: "Ğ", 0x0C: "ğ", 0x1C: "Ş", 0x1D: "ş", 0x40: "İ"}
_TURKISH_LOCKING |= {0x60: "ç"}
_TURKISH_SINGLE = {0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş"}
_PORTUGUESE_LOCKING = {4: "ê", 6: "ú", 7: "í", 8: "ó", 9: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á"}
_PORTUGUESE_LOCKING |= {0x0F: "á", 0x12: "ª", 0x13: "Ç", 0x14: "À", 0x15: "∞", 0x16: "^"}
_PORTUGUESE_LOCKING |= {0x17: "\\", 0x18: "€", 0x19: "Ó", 0x1A: "|", 0x1C: "Â", 0x1D: "â"}
_PORTUGUESE_LOCKING |= {0x1E: "Ê", 0x24: "º", 0x40: "Í", 0x5B: "Ã", 0x5C: "Õ", 0x5D: "Ú"}
_PORTUGUESE_LOCKING |= {0x60: "~", 0x7B: "ã", 0x7C: "õ", 0x7D: "`"}
_PORTUGUESE_SINGLE = {5: "ê", 9: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á", 0x0F: "á", 0x12: "Φ"}
_PORTUGUESE_SINGLE |= {0x13: "Γ", 0x15: "Ω", 0x16: "Π", 0x17: "Ψ", 0x18: "Σ", 0x19: "Θ"}
_PORTUGUESE_SINGLE |= {0x1F: "Ê", 0x41: "À", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú", 0x5B: "Ã"}
_PORTUGUESE_SINGLE |= {0x5C: "Õ", 0x61: "Â", 0x69: "í", 0x6F: "ó", 0x75: "ú", 0x7B: "ã"}
_PORTUGUESE_SINGLE |= {0x7C: "õ", 0x7F: "â"}

_URDU_LOCKING = """
0627 0622 0628 067B 0680 067E 06A6 062A 06C2 067F 000A 0679 067D 000D 067A 067C
062B 062C 0681 0684 0683 0685 0686 0687 062D 062E 062F ---- 068C 0688 0689 068A
0020 0021 068F 068D 0630 0631 0691 0693 0029 0028 0699 0632 002C 0696 002E 0698
0030 0031 0032 0033 0034 0035 0036 0037 0038 0039 003A 003B 069A 0633 0634 003F
0635 0636 0637 0638 0639 0641 0642 06A9 06AA 06AB 06AF 06B3 06B1 0644 0645 0646
06BA 06BB 06BC 0648 06C4 06D5 06C1 06BE 0621 06CC 06D0 06D2 064D 0650 064F 0657
0654"""
_URDU_TAIL = "0655 0651 0653 0656 0670"
_URDU_SIGNS = (
    "060C 060D 060E 060F 0610 0611 0612 0613 0614 061B 061F 0640 0652 0658 066B 066C 0672 0673 06CD"
)

_SCRIPTS = {
    # Language: block, position 60, positions 7B to 7F, signs of the single shift table.
    4: (0x980, "4E", "57 5C 5D 70 71", "61 62 63 72 73 74 75 76 77 78 79 7A"),  # Bengali
    5: (0xA80, "50", "60 61 62 63 71", ""),  # Gujarati
    6: (0x900, "50", "72 7B 7C 7E 7F", "51 52 53 54 58 59 5A 5B 5C 5D 5E 5F 60 61 62 63 70 71"),
    7: (0xC80, "55", "56 60 61 62 63", "5E 71 72"),  # Kannada
    8: (0xD00, "57", "60 61 62 63 79", "70 71 72 73 74 75 7A 7B 7C 7D 7E 7F"),  # Malayalam
    9: (0xB00, "56", "57 60 61 62 63", "5C 5D 5F 70 71"),  # Oriya
    10: (0xA00, "51", "70 71 72 73 74", "59 5A 5B 5C 5E 75"),  # Punjabi
    11: (0xB80, "50", "57 70 71 72 79", "73 74 75 76 77 78 7A"),  # Tamil
    12: (0xC00, "55", "56 60 61 62 63", "58 59 78 79 7A 7B 7C 7D 7E 7F"),  # Telugu
}
_LATER = frozenset({0xC04, 0xC34, 0xC3C, 0xC81, 0xD00, 0xD01, 0xD29, 0xD3C})
"""Assigned by Unicode after the tables were made, at places that are void in them."""
_LOCKING_OFFSETS = (
    (range(10), (*range(1, 4), *range(5, 12))),
    ((0x0B, 0x0C, *range(0x0E, 0x1B)), range(0x0C, 0x1B)),
    (range(0x1C, 0x20), range(0x1B, 0x1F)),
    (range(0x22, 0x28), range(0x1F, 0x25)),
    ((0x2A, 0x2B, 0x2D, 0x2F), range(0x25, 0x29)),
    (range(0x3C, 0x3F), range(0x29, 0x2C)),
    (range(0x40, 0x4E), range(0x2C, 0x3A)),
    (range(0x4E, 0x60), range(0x3C, 0x4E)),
)
_LOCKING_SHARED = dict(zip(range(0x30, 0x3C), "0123456789:;", strict=True))
_LOCKING_SHARED |= {0x0A: "\n", 0x0D: "\r", 0x20: " ", 0x21: "!", 0x28: ")", 0x29: "("}
_LOCKING_SHARED |= {0x2C: ",", 0x2E: ".", 0x3F: "?"}
_LETTERS = dict(zip(range(0x61, 0x7B), string.ascii_lowercase, strict=True))
_SINGLE_SHARED = dict(enumerate("@£$¥¿\"¤%&'\f*+")) | dict(enumerate("-/<=>¡^¡_#*", 0x0E))
_SINGLE_SHARED |= dict(zip(range(0x41, 0x5B), string.ascii_uppercase, strict=True))
_SINGLE_SHARED |= {0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]"}
_SINGLE_SHARED |= {0x40: "|", 0x65: "€"}
_DIGITS = (*range(0x1C, 0x20), *range(0x20, 0x26))
_SIGNS = (0x26, 0x27, *range(0x2A, 0x2F), *range(0x30, 0x3C))


@cache
def locking_table(language: int) -> Table:
    """What a septet means, by national language identifier; the default alphabet for 0, and for
    every language that has no such table."""
    default = _by_name(BASIC_CHARACTER_SET)
    del default[ESCAPE]
    if language == TURKISH:
        return default | _TURKISH_LOCKING
    if language == PORTUGUESE:
        return default | _PORTUGUESE_LOCKING
    if language == URDU:
        tail = zip(range(0x7B, 0x80), _by_number(_URDU_TAIL), strict=True)
        urdu = enumerate(_by_number(_URDU_LOCKING))
        return {n: char for n, char in (*urdu, *_LETTERS.items(), *tail) if char}
    if language not in _SCRIPTS:
        return default
    block, sixty, tail_offsets, _ = _SCRIPTS[language]
    positions = [pair for ranges in _LOCKING_OFFSETS for pair in zip(*ranges, strict=True)]
    positions += zip((0x60, *range(0x7B, 0x80)), _offsets(f"{sixty} {tail_offsets}"), strict=True)
    own = {n: chr(block + offset) for n, offset in positions if _is_assigned(block + offset)}
    return _LOCKING_SHARED | _LETTERS | own


@cache
def single_table(language: int) -> Table:
    """What a septet after an escape means; the default extension for every language that has no
    such table."""
    extension = _by_name(BASIC_CHARACTER_SET_EXTENSION)
    if language == TURKISH:
        return extension | _TURKISH_SINGLE
    if language == SPANISH:
        return _by_name(SINGLE_SHIFT_CHARACTER_SET_SPANISH)
    if language == PORTUGUESE:
        return extension | _PORTUGUESE_SINGLE
    if language == URDU:
        own = {0x19: "\u0600", 0x1A: "\u0601", 0x3F: "\u06d4"}
        own |= zip(_DIGITS, map(chr, range(0x6F0, 0x6FA)), strict=True)
        return _SINGLE_SHARED | own | dict(zip(_SIGNS, _by_number(_URDU_SIGNS), strict=True))
    if language not in _SCRIPTS:
        return extension
    block, _, _, signs = _SCRIPTS[language]
    own = _digits(language, block)
    own |= zip(_SIGNS, (chr(block + offset) for offset in _offsets(signs)), strict=False)
    return _SINGLE_SHARED | own


def _digits(language: int, block: int) -> dict[int, str]:
    digits = [chr(block + 0x66 + n) for n in range(10)]
    if language == BENGALI:  # begins earlier than the others, where they have their full stops
        places = (0x19, 0x1A, *range(0x1C, 0x24))
        return dict(zip((*places, 0x24, 0x25), (*digits, "\u09df", "\u09e0"), strict=True))
    stops = {} if language == TELUGU else {0x19: "\u0964", 0x1A: "\u0965"}
    return stops | dict(zip(_DIGITS, digits, strict=True))


def _offsets(numbers: str) -> list[int]:
    return [int(number, 16) for number in numbers.split()]


def _by_number(numbers: str) -> list[str]:
    return ["" if number == "----" else chr(int(number, 16)) for number in numbers.split()]


def _by_name(names: Mapping[int, str]) -> dict[int, str]:
    return {position: unicodedata.lookup(name) for position, name in names.items()}


def _is_assigned(number: int) -> bool:
    return number not in _LATER and unicodedata.category(chr(number)) != "Cn"
