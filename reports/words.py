"""A message taken apart into words that know where they stood."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.folding import DIGITS, SIGNS, fold_word

# Letters, digits and the vowel signs of scripts that need them; apostrophes and hyphens part words.
# Joiners and bidi marks stay inside: people's keyboards put them anywhere.
_WORD = re.compile(rf"[\w{SIGNS}\u200b-\u200f\u202a-\u202e\u2060-\u2069]+")
_MYANMAR = re.compile("[\u1000-\u109f]")
_SENTENCE_END = re.compile("[.!?؟۔।။።\n]+(?=\\s|$)")


@dataclass(slots=True)
class Word:
    """One word: where it stands in the message, how it was written, how it folds, and whether it
    stands in a question. `gap` says that more than a space or a hyphen stands before it."""

    start: int
    end: int
    written: str
    folded: str
    asked: bool = False
    sentence: int = 0
    gap: bool = False


def translate_digits(text: str) -> str:
    """The text with digits of seven scripts as ASCII; every character keeps its place."""
    return text if text.isascii() else text.translate(DIGITS)


def split_words(text: str, runs: re.Pattern[str] | None = None) -> list[Word]:
    """The words of a text. `runs` finds known words inside Burmese, which has no spaces."""
    words: list[Word] = []
    for match in _WORD.finditer(text.replace("_", " ")):
        start, written = match.start(), match.group()
        if runs is not None and _MYANMAR.search(written):
            words += _split_run(start, written, runs)
        elif folded := fold_word(written):
            words.append(Word(start, match.end(), written, folded))
    return words


def _split_run(start: int, written: str, runs: re.Pattern[str]) -> list[Word]:
    words = []
    for piece in runs.split(written):
        if piece and (folded := fold_word(piece)):
            words.append(Word(start, start + len(piece), piece, folded))
        start += len(piece)
    return words


def mark_sentences(text: str, words: Sequence[Word]) -> None:
    """Number the sentences, and mark the words of those that end in a question mark."""
    ends = [(match.end(), "?" in match.group() or "؟" in match.group())
            for match in _SENTENCE_END.finditer(text)]  # fmt: skip
    at = 0
    last = 0
    for word in words:
        while at < len(ends) and ends[at][0] <= word.start:
            at += 1
        word.sentence = at
        word.asked = at < len(ends) and ends[at][1]
        word.gap = bool(text[last : word.start].strip(" _-'’"))
        last = word.end


def fold_phrase(phrase: str, runs: re.Pattern[str] | None = None) -> tuple[str, ...]:
    """A phrase as the sequence of folded words that a message would give for it."""
    return tuple(word.folded for word in split_words(translate_digits(phrase), runs))
