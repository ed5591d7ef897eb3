"""Texts that are the same but for a few words: written once, and sent by many hands or by one.

Each text becomes the set of its runs of three folded words. Of that set eight numbers are kept
(one-permutation hashing: Li, Owen, Zhang 2012), in four pairs; texts that share a pair are compared
in full, and only with the first text of that pair, so that a flood costs no more than its length.
"""

import zlib
from collections.abc import Iterable, Iterator

from keyholder.merge import Merged
from reports.folding import fold_name

LEAST_WORDS = 5  # shorter texts are the same by chance: "no internet since yesterday"
ALIKE = 0.5  # shared runs of words ÷ all runs of both texts
_LONGEST = 600  # characters of a text that are compared
_RUN = 3  # words
_BINS = 8
_PAIR = 2  # bins
_EMPTY = 1 << 32


class Union:
    """Ids that were said to be one, in groups; the smallest id stands for its group."""

    def __init__(self) -> None:
        self._parents: dict[bytes, bytes] = {}

    def find(self, one: bytes) -> bytes:
        """The id that stands for the group of `one`."""
        parents = self._parents
        while (parent := parents.get(one, one)) != one:
            parents[one] = parents.get(parent, parent)
            one = parent
        return one

    def join(self, one: bytes, other: bytes) -> None:
        """From now on both are of one group."""
        first, second = sorted((self.find(one), self.find(other)))
        if first != second:
            self._parents[second] = first


def list_alike(reports: Iterable[Merged]) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of report ids with texts that are alike, enough of them to join every group. Give the
    reports in an order that follows from them alone."""
    firsts: dict[tuple[int, ...], tuple[bytes, frozenset[int]]] = {}
    for one in reports:
        runs = read_runs(one.report.get("text"))
        if not runs:
            continue
        for pair in _list_pairs(runs):
            first, other = firsts.setdefault(pair, (one.report_id, runs))
            if first != one.report_id and _is_alike(runs, other):
                yield first, one.report_id


def read_runs(text: object) -> frozenset[int]:
    """The runs of three words of a text as numbers of 32 bits; none of a short text."""
    if not isinstance(text, str):
        return frozenset()
    words = fold_name(text[:_LONGEST]).split()
    if len(words) < LEAST_WORDS:
        return frozenset()
    joined = (" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
    return frozenset(zlib.crc32(run.encode("utf-8", "surrogatepass")) for run in joined)


def _is_alike(one: frozenset[int], other: frozenset[int]) -> bool:
    shared = len(one & other)
    return shared >= ALIKE * (len(one) + len(other) - shared)


def _list_pairs(runs: frozenset[int]) -> Iterator[tuple[int, ...]]:
    least = [_EMPTY] * _BINS
    for run in runs:
        place = run >> 29
        least[place] = min(least[place], run)
    for at in range(0, _BINS, _PAIR):
        pair = least[at : at + _PAIR]
        if min(pair) != _EMPTY:
            yield (at, *pair)
