"""A fingerprint as twelve words, for two people to compare over the phone.

The words are those of BIP-39's English list, 2,048 of them, so each says 11 bits: twelve say the
first 132 bits of a SHA-256. Whoever wants another root, card or proposal with the same words needs
a second preimage, about 2^132 tries, which nobody has; a collision of two of his own making takes
about 2^66, and helps only who makes both files that are compared. One list alone, and no checksum:
these words are no wallet's phrase, and open nothing.
"""

from functools import cache

from mnemonic import Mnemonic

WORDS = 12
_BITS = 11  # a word
_NEEDED = -(-WORDS * _BITS // 8)  # bytes of a digest that are looked at


def write_words(digest: bytes) -> str:
    """Twelve words for the first 132 bits of `digest`, a SHA-256 (32 bytes); ValueError if shorter.

    Compare all of them: to find another file with the same first six takes 2^66 tries, the same
    first three 2^33, which is an evening's work.
    """
    if len(digest) < _NEEDED:
        raise ValueError("a digest of 32 bytes is needed")
    bits = int.from_bytes(digest[:_NEEDED], "big") >> (_NEEDED * 8 - WORDS * _BITS)
    places = (bits >> (_BITS * left) & (1 << _BITS) - 1 for left in reversed(range(WORDS)))
    return " ".join(_read_list()[place] for place in places)


@cache
def _read_list() -> list[str]:
    return list(Mnemonic("english").wordlist)
