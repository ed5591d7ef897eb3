"""One message while it is read: its words, the known phrases among them, and what was found."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from reports.lexicon import Lexicon, Sense, Tree, find_longest
from reports.report import Report
from reports.table import load_table
from reports.words import Word

_LIST_TYPES = ("enum-list", "operators")
_LEAVINGS = " _\t\r\n,;:.!?*=-–—/+&()\"'’،؟।"


@dataclass(slots=True)
class Piece:
    """A known phrase: words `start` to `end` (exclusive), and all that it can mean."""

    start: int
    end: int
    senses: list[Sense]

    def find(self, *roles: str) -> Sense | None:
        """The first meaning in one of these roles."""
        for sense in self.senses:  # a loop: this is the reader's busiest line
            if sense.role in roles:
                return sense
        return None


@dataclass(slots=True)
class Reading:
    """`found` holds the fields, `used` the words that gave them, `spans` what was read as written
    (`OP:…`, dates). `keywords`: a message of codes; `pure`: of codes and known names alone.
    `doubts`: words such as `if` and `when`, in order.
    `mixed`: small letters stand in it, so that capitals mean something."""

    text: str
    words: list[Word]
    lexicon: Lexicon
    arrival: int
    country: str | None
    found: Report = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    spans: list[tuple[int, int]] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    doubts: list[int] = field(default_factory=list)
    keywords: bool = False
    pure: bool = False
    mixed: bool = False

    def place(self) -> str | None:
        """The country that names are read for: the text's own, else the gateway's."""
        return self.found.get("cc") or self.country

    def take(self, name: str, value: Any, words: Iterable[int]) -> bool:
        """Put a value into a field, and mark its words as understood. The first of two values that
        contradict each other stays; the other's words stay in the text."""
        one = load_table().by_name[name]
        if one.type in _LIST_TYPES:
            listed = self.found.setdefault(name, [])
            full = one.max_items and len(listed) >= one.max_items
            if value not in listed:
                if full:
                    return False
                listed.append(value)
                if one.values:
                    listed.sort(key=lambda known: one.numbers[known])
        elif one.type == "enum-map":
            known = self.found.setdefault(name, {})
            if known.setdefault(value[0], value[1]) != value[1]:
                return False
        elif self.found.setdefault(name, value) != value:
            return False
        self.used.update(words)
        return True

    def sets_apart(self, piece: Piece) -> bool:
        """Whether an everyday word is meant as a keyword here: ON, BACK and WORK in a message of
        keywords alone, or in capitals among small letters."""
        return self.pure or (self.keywords and self.mixed and self.written(piece).isupper())

    def is_used(self, piece: Piece) -> bool:
        return not self.used.isdisjoint(range(piece.start, piece.end))

    def written(self, piece: Piece) -> str:
        return self.text[self.words[piece.start].start : self.words[piece.end - 1].end]

    def find_pieces(self, tree: Tree, extra: Any = None) -> list[Piece]:
        """The longest known phrase at each place, left to right. `extra(index)` is asked where the
        tree knows nothing."""
        pieces = []
        at = 0
        while at < len(self.words):
            length, senses = find_longest(tree, self.words, at)
            made = extra(at) if extra is not None else None
            if made is not None and made.end - at >= length:
                # `TG` is Telegram and Togo; `TG-C` is a region and nothing else.
                same = made.end - at == length
                length, senses = made.end - at, [*made.senses, *(senses if same else [])]
            if length:
                pieces.append(Piece(at, at + length, senses))
            at += length or 1
        return pieces

    def keep(self, original: str) -> str:
        """What was not understood, in its own spelling and order."""
        gone = sorted([*self.spans, *((self.words[i].start, self.words[i].end) for i in self.used)])
        if not gone:
            return original.strip()
        kept, at = [], 0
        for start, end in [*gone, (len(original), len(original))]:
            if start > at:
                kept.append(_trim(original[at:start]))
            at = max(at, end)
        return " ".join(part for part in kept if part)


def _trim(part: str) -> str:
    """Punctuation is left over when words are taken out; an emoji or a number is not."""
    bare = part.strip(_LEAVINGS)
    return part.strip().lstrip(".,;،! ").rstrip(",;، ") if re.search(r"[^\W_]", bare) else bare
