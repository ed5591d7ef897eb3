"""Words with something written onto them: `بالبصرة` (in Basra), `в Гомеле`, `ঢাকায়`, `በጎንደር`.

Only what is not known as it stands is tried, and only what then is known counts.
"""

from collections.abc import Container, Iterator

_ARABIC_BEFORE = "وبلفكع"
_CYRILLIC_ENDS = ("ом", "ой", "ою", "ах", "ях", "е", "а", "у", "ы", "и", "і", "ю", "я")
_BENGALI_ENDS = ("তে", "ের", "য়", "য়", "ে", "র")
_ETHIOPIC_BEFORE = "በከለየ"
_SHORTEST = 3
"""So many letters must be left: what is shorter is a part of too many words."""


def find_stem(word: str, known: Container[str]) -> str | None:
    """The known word within a folded word, if there is one."""
    for stem in _list_stems(word):
        if len(stem) >= _SHORTEST and stem in known:
            return stem
    return None


def _list_stems(word: str) -> Iterator[str]:
    first = word[0]
    if "\u0600" <= first < "\u0700":
        yield from _list_arabic(word)
    elif "\u0400" <= first < "\u0530":
        for end in _CYRILLIC_ENDS:
            if word.endswith(end):
                stem = word[: -len(end)]
                yield from (stem, f"{stem}а", f"{stem}ь", f"{stem}я")
    elif "\u0980" <= first < "\u0a00":
        yield from (word.removesuffix(end) for end in _BENGALI_ENDS if word.endswith(end))
    elif first in _ETHIOPIC_BEFORE:
        yield word[1:]


def _list_arabic(word: str) -> Iterator[str]:
    """`بالبصرة`, `وبالبصرة`, `للبصرة` and `عالنت`, which have lost a letter of the article."""
    rests = [word[1:]] if word[0] in _ARABIC_BEFORE else []
    if word[0] == "و" and word[1:2] and word[1] in _ARABIC_BEFORE:
        rests.append(word[2:])
    for rest in rests:
        yield rest
        if not rest.startswith("ال"):
            yield f"ال{rest}"
            yield f"ا{rest}"
    if word.startswith("ال"):
        yield word[2:]
