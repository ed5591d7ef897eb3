"""Other spellings of places, as people write them."""

import random

from reports.places import centroid, region_spellings

_SWAPS = (("aa", "a"), ("ee", "i"), ("oo", "u"), ("u", "oo"), ("i", "ee"), ("v", "w"), ("w", "v"),
          ("kh", "k"), ("q", "k"), ("y", "i"), ("sh", "s"), ("ll", "l"), ("l", "ll"), ("a", "aa"),
          ("o", "u"), ("e", "a"), ("dh", "d"), ("t", "tt"), ("n", "nn"))  # fmt: skip


def respell(name: str, rng: random.Random) -> str:
    """The name with one or two letters as another person would write them."""
    for _ in range(rng.randint(1, 2)):
        fitting = [swap for swap in _SWAPS if swap[0] in name[1:]]
        if fitting:
            old, new = rng.choice(fitting)
            name = name[0] + name[1:].replace(old, new, 1)
    return name.upper() if rng.random() < 0.2 else name


def spell_region(cc: str, code: str | None, rng: random.Random) -> str:
    """One of a region's names, in any script. Without a code: the code of any region."""
    spellings = sorted(region_spellings(cc))
    if code is None:
        codes = sorted({each for _, each in spellings if centroid(each)})
        return rng.choice(codes) if codes else ""
    names = [name for name, each in spellings if each == code]
    return rng.choice(names) if names else code
