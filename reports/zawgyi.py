"""Burmese written in Zawgyi, an older encoding that gives the code points of Unicode's Burmese
other meanings: found out, and turned into Unicode for reading.

`myanmartools` (Google, Apache-2.0) tells the two apart by a Markov model. It is loaded when the
first text with a sign of Zawgyi comes: 60 ms and 5 MiB, then about 2 µs a letter. What is turned is
what people write in messages, not every rare letter; the text as it came stays in `raw`.
"""

import re
import warnings
from functools import cache
from typing import Protocol

_SIGNS = re.compile(
    "[\u1033\u1034\u105a\u1060-\u1097]|\u1039(?![\u1000-\u1021])|(?<![\u1000-\u109f])\u1031"
)
"""What Unicode's Burmese never has: without one of these the detector is not asked."""
_SURE = 0.95
_ASKED = 200
"""Letters that the detector sees: enough to be sure, and bounded."""

_KINZI = "\ue000"
_LETTERS = str.maketrans(
    {
        "\u1039": "\u103a", "\u103a": "\u103b", "\u107d": "\u103b", "\u103b": "\u103c",
        **{chr(point): "\u103c" for point in range(0x107E, 0x1085)},
        "\u103c": "\u103d", "\u108a": "\u103d\u103e", "\u103d": "\u103e", "\u1087": "\u103e",
        "\u1033": "\u102f", "\u1034": "\u1030", "\u105a": "\u102b\u103a",
        "\u1088": "\u103e\u102f", "\u1089": "\u103e\u1030", "\u1064": _KINZI,
        "\u108b": f"{_KINZI}\u102d", "\u108c": f"{_KINZI}\u102e", "\u108d": f"{_KINZI}\u1036",
        "\u108e": "\u102d\u1036", "\u1086": "\u103f", "\u1094": "\u1037", "\u1095": "\u1037",
        "\u106a": "\u1009", "\u106b": "\u100a", "\u108f": "\u1014", "\u1090": "\u101b",
        "\u106e": "\u100d\u1039\u100d", "\u106f": "\u100d\u1039\u100e",
        "\u1091": "\u100f\u1039\u100d", "\u1092": "\u100b\u1039\u100c",
        "\u1097": "\u100b\u1039\u100b", "\u1096": "\u1039\u1010\u103d",
        # Letters that stand below another one.
        **{
            chr(below): f"\u1039{chr(letter)}"
            for below, letter in (
                *zip(range(0x1060, 0x1064), range(0x1000, 0x1004), strict=True),
                (0x1065, 0x1005), (0x1066, 0x1006), (0x1067, 0x1006), (0x1068, 0x1007),
                (0x1069, 0x1008), (0x106C, 0x100B), (0x106D, 0x100C), (0x1070, 0x100F),
                (0x1071, 0x1010), (0x1072, 0x1010), (0x1073, 0x1011), (0x1074, 0x1011),
                *zip(range(0x1075, 0x107D), range(0x1012, 0x101A), strict=True),
                (0x1085, 0x101C), (0x1093, 0x1018),
            )
        },
    }
)  # fmt: skip
_SYLLABLE = re.compile(
    "(\u1031?)(\u103c?)([\u1000-\u1021\u103f])((?:\u1039[\u1000-\u1021])?)"
    f"([\u103b-\u103e{_KINZI}]{{0,4}})([\u102b-\u1030\u1032\u1036-\u1038\u103a]{{0,5}})"
)
_RANKS = (
    "\u102d\u102e\u1032", "\u102f\u1030", "\u102b\u102c", "\u103a", "\u1036", "\u1037", "\u1038"
)  # fmt: skip
_ORDER = {
    char: rank
    for rank, chars in enumerate(_RANKS)
    for char in chars
}  # fmt: skip


def is_zawgyi(text: str) -> bool:
    """Whether a text's Burmese is surely written in Zawgyi."""
    found = None if text.isascii() else _SIGNS.search(text)
    if found is None:
        return False
    # What stands around the first sign; the rest of a long text need not be looked at.
    first = max(found.start() - _ASKED // 2, 0)
    asked = text[first : first + _ASKED]
    return bool(_detector().get_zawgyi_probability(asked) >= _SURE)


def read_zawgyi(text: str) -> str:
    """Zawgyi as Unicode: other code points, and vowels and medials behind their letter."""
    return _SYLLABLE.sub(_put_in_order, text.translate(_LETTERS)).replace(_KINZI, "")


class _Detector(Protocol):
    def get_zawgyi_probability(self, text: str, /) -> float: ...


@cache
def _detector() -> _Detector:
    # Imported here: most gateways never see a text in Burmese.
    from myanmartools import ZawgyiDetector

    with warnings.catch_warnings():
        # It opens its model by a function that Python 3.11 calls old.
        warnings.simplefilter("ignore", DeprecationWarning)
        detector: _Detector = ZawgyiDetector()
    return detector


def _put_in_order(syllable: re.Match[str]) -> str:
    vowel, ra, letter, below, medials, signs = syllable.groups()
    kinzi = "\u1004\u103a\u1039" if _KINZI in medials else ""
    marks = "".join(sorted(set(medials.replace(_KINZI, "") + ra)))
    return kinzi + letter + below + marks + vowel + "".join(sorted(signs, key=_ORDER.__getitem__))
