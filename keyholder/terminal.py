"""What strangers wrote, made harmless to look at.

A report may hold escape sequences (CSI, OSC, C1), carriage returns, bidirectional controls and
characters of no width, to hide, fake or run something on the reader's screen. Each such character
is shown by its number, as ⟨U+202E⟩; the bracket ⟨ itself is shown so too, which makes the writing
reversible and impossible to fake (Unicode TR36 and TR55; CWE-150).

Zero-width joiners stay where a script needs them: between two letters of one of the scripts in
`_JOINING`. Everywhere else they are shown.
"""

import re
import unicodedata
from functools import cache

ELLIPSIS = "…"
_STACK = 4  # marks over one letter that are still writing; more is vandalism
_WIDE = frozenset("WF")
_JOINERS = "\u200c\u200d"
# Arabic and Syriac, Indic, Tibetan, Myanmar, Mongolian, Khmer: UAX 31, section 2.3
_JOINING = (
    (0x0600, 0x07FF),
    (0x0860, 0x0DFF),
    (0x0F00, 0x109F),
    (0x1780, 0x18AF),
    (0xFB50, 0xFDFF),
    (0xFE70, 0xFEFE),
)
# Letters and marks that show nothing: fillers, variation selectors, the grapheme joiner
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_BAD_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
_MARKS = frozenset(("Mn", "Me"))
_SPACES = re.compile(r"[ \t\n]+")


def show(text: str, *, lines: bool = False) -> str:
    """`text` with every active or invisible character written as ⟨U+…⟩.

    With `lines`, line feeds stay (CR LF is one line feed); a tab is always one space.
    The result holds no control character but those line feeds.
    """
    if lines:
        text = text.replace("\r\n", "\n")
    if text.isascii() and text.isprintable():
        return text
    written: list[str] = []
    marks = 0
    for at, character in enumerate(text):
        category = _category(character)
        marks = marks + 1 if category in _MARKS else 0
        if character == "\t":
            written.append(" ")
        elif (character == "\n" and lines) or (character in _JOINERS and _joins(text, at)):
            written.append(character)
        elif _is_active(character) or marks > _STACK:
            written.append(f"⟨U+{ord(character):04X}⟩")
        else:
            written.append(" " if category == "Zs" else character)
    return "".join(written)


def show_lines(text: str, margin: str) -> str:
    """`text` over several lines, each behind `margin`, so that no line of it can pose as ours."""
    return "\n".join(margin + line for line in show(text, lines=True).split("\n"))


def shorten(text: str, width: int) -> str:
    """`show(text)` on one line, cut to at most `width` terminal columns with an ellipsis."""
    if len(text) <= width and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # what most cells are: nothing to change
    seen = show(_SPACES.sub(" ", text[: 8 * width]).strip())
    if len(text) <= 8 * width and measure(seen) <= width:
        return seen
    if seen.isascii():
        return seen[: width - 1].rstrip() + ELLIPSIS
    kept, columns = [], 0
    for character in seen:
        columns += _columns(character)
        if columns > width - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + ELLIPSIS


def measure(text: str) -> int:
    """Terminal columns of a text that went through `show`."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _joins(text: str, at: int) -> bool:
    return 0 < at < len(text) - 1 and _is_joining(text[at - 1]) and _is_joining(text[at + 1])


def _is_joining(character: str) -> bool:
    number = ord(character)
    return _category(character)[0] in "LM" and any(
        first <= number <= last for first, last in _JOINING
    )


@cache
def _category(character: str) -> str:
    return unicodedata.category(character)


@cache
def _is_active(character: str) -> bool:
    return (
        character == "⟨"
        or _category(character) in _BAD_CATEGORIES
        or _INVISIBLE.match(character) is not None
    )


@cache
def _columns(character: str) -> int:
    if _category(character) in _MARKS or character in _JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1
