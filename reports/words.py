"""A message taken apart into words that know where they stood."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, compress
from typing import NamedTuple

from reports.folding import SIGNS, fold_words, translate_digits

# Letters, digits and the vowel signs of scripts that need them; apostrophes and hyphens part words.
# Joiners and bidi marks stay inside: people's keyboards put them anywhere.
_WORD = re.compile(rf"([\w{SIGNS}\u200b-\u200f\u202a-\u202e\u2060-\u2069]+)")
_MYANMAR = re.compile("[\u1000-\u109f]")
# The look-behind lets only the first mark of a row begin: a row of thousands costs no more.
_END = "[.!?؟۔।။።\n]"
_SENTENCE_END = re.compile(rf"{_END}(?<!{_END}{_END}){_END}*(?=\s|$)")


@dataclass(slots=True)
class Words:
    """The words of a text in columns, for a message has hundreds: how each is written, how it
    folds, where it starts and ends, and where the word `before` it in the text ends."""

    text: str
    written: Sequence[str]
    folded: Sequence[str]
    starts: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]

    def keep(self, kept: Sequence[bool]) -> "Words":
        """Only the words that are marked."""
        return Words(
            self.text,
            list(compress(self.written, kept)),
            list(compress(self.folded, kept)),
            list(compress(self.starts, kept)),
            list(compress(self.ends, kept)),
            list(compress(self.before, kept)),
        )


class Sentences(NamedTuple):
    """Where the sentences of a text end; and of each, and of what stands behind the last end,
    whether it is a question."""

    ends: Sequence[int]
    asked: Sequence[bool]


def split_words(text: str, runs: re.Pattern[str] | None = None) -> Words:
    """The words of a text. `runs` finds known words inside Burmese, which has no spaces."""
    parts = _WORD.split(text.replace("_", " "))  # gap, word, gap, word, …, gap
    if runs is not None and _MYANMAR.search(text):
        parts = _split_runs(parts, runs)
    bounds = list(accumulate(map(len, parts)))
    written, starts, ends = parts[1::2], bounds[:-1:2], bounds[1::2]
    folded = fold_words(written) if written else []
    if "" in folded:  # nothing but joiners or marks: no word
        written, starts, ends = (
            list(compress(written, folded)),
            list(compress(starts, folded)),
            list(compress(ends, folded)),
        )
        folded = list(filter(None, folded))
    return Words(text, written, folded, starts, ends, [0, *ends][:-1])


def _split_runs(parts: Sequence[str], runs: re.Pattern[str]) -> list[str]:
    parted = []
    for gap, written in zip(parts[::2], parts[1::2], strict=False):
        parted.append(gap)
        parted.append(written)
        if _MYANMAR.search(written):
            # No gaps between the pieces; empty pieces go when they are folded.
            parted[-1], *others = runs.split(written)
            for piece in others:
                parted += ("", piece)
    parted.append(parts[-1])
    return parted


def split_sentences(text: str) -> Sentences:
    """The sentences of a text; those that end in a question mark are questions."""
    found = list(_SENTENCE_END.finditer(text))
    asked = ["?" in match.group() or "؟" in match.group() for match in found]
    return Sentences([match.end() for match in found], [*asked, False])


def fold_phrase(phrase: str, runs: re.Pattern[str] | None = None) -> tuple[str, ...]:
    """A phrase as the sequence of folded words that a message would give for it."""
    return tuple(split_words(translate_digits(phrase), runs).folded)


def fold_runs(folded: str, runs: re.Pattern[str] | None) -> Sequence[str]:
    """The words of a phrase that is folded already: much cheaper for thousands of names."""
    if "\u1000" <= folded[:1] < "\u10a0":
        return fold_phrase(folded, runs)
    return folded.split(" ")
