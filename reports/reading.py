"""One message while it is read: its words, the known phrases among them, and what was found."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.lexicon import Lexicon, Sense, Senses
from reports.report import Report
from reports.table import load_table
from reports.words import Sentences, Words

_LIST_TYPES = ("enum-list", "operators")
_LETTER = re.compile(r"[^\W_]")
_LEAVINGS = " _\t\r\n,;:.!?*=-–—/+&()\"'’،؟।"


@dataclass(slots=True)
class Piece:
    """A known phrase: words `start` to `end` (exclusive), and all that it can mean."""

    start: int
    end: int
    senses: Senses

    def find(self, role: str) -> Sense | None:
        """The first meaning in this role."""
        senses = self.senses.get(role)
        return senses[0] if senses else None

    def has(self, roles: frozenset[str]) -> bool:
        """Whether it means something in one of these roles."""
        return not roles.isdisjoint(self.senses)


@dataclass(slots=True)
class Reading:
    """`found` holds the fields, `used` the words that gave them, `spans` what was read as written
    (`OP:…`, dates). `roles`: role -> where in `pieces` it is found. `keywords`: a message of codes;
    `pure`: of codes and known names alone.
    `doubts`: words such as `if` and `when`, in order.
    `mixed`: small letters stand in it, so that capitals mean something.
    `run`: before this word stand NET and, directly after it, nothing but keywords and names.
    `spent`: where in `pieces` the levels are that said something of a network.
    `past`: it says what was, and how it is now."""

    text: str
    words: Words
    sentences: Sentences
    lexicon: Lexicon
    arrival: int
    country: str | None
    found: Report = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    spans: list[tuple[int, int]] = field(default_factory=list)
    pieces: Sequence[Piece] = ()
    roles: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    doubts: list[int] = field(default_factory=list)
    keywords: bool = False
    pure: bool = False
    mixed: bool = False
    run: int = 0
    spent: set[int] = field(default_factory=set)
    past: bool = False

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
        keywords alone, or in capitals, in the codes after NET or among small letters."""
        if self.pure or not self.keywords or not self.is_upper(piece):
            return self.pure
        return self.mixed or ("keyword" in piece.senses and piece.end <= self.run)

    def is_upper(self, piece: Piece) -> bool:
        return self.written(piece).isupper()

    def is_used(self, piece: Piece) -> bool:
        return not self.used.isdisjoint(range(piece.start, piece.end))

    def written(self, piece: Piece) -> str:
        return self.text[self.words.starts[piece.start] : self.words.ends[piece.end - 1]]

    def has_gap(self, piece: Piece) -> bool:
        """Whether more than a space or a hyphen stands before it."""
        return self.is_gap(piece.start)

    def is_gap(self, word: int) -> bool:
        words = self.words
        return bool(self.text[words.before[word] : words.starts[word]].strip(" _-'’"))

    def sentence(self, word: int) -> int:
        """The number of the sentence in which a word stands."""
        return bisect_right(self.sentences.ends, self.words.starts[word])

    def is_asked(self, word: int) -> bool:
        return self.sentences.asked[self.sentence(word)]

    def set_pieces(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        for position, piece in enumerate(pieces):
            for role in piece.senses:
                self.roles[role].append(position)

    def having(self, *roles: str) -> list[int]:
        """Where in `pieces` those are that mean something in one of these roles, in order."""
        found = [self.roles[role] for role in roles if role in self.roles]
        if len(found) <= 1:
            return found[0] if found else []
        return sorted({position for positions in found for position in positions})

    def list_unused(self, *roles: str) -> Iterator[Piece]:
        """The pieces with one of these roles of which no word has been used so far."""
        for position in self.having(*roles):
            if not self.is_used(piece := self.pieces[position]):
                yield piece

    def follows(self, position: int) -> bool:
        """Whether a piece stands directly behind the one before it."""
        return self.pieces[position - 1].end == self.pieces[position].start

    def keep(self, original: str) -> str:
        """What was not understood, in its own spelling and order."""
        words = self.words
        gone = self.spans + [(words.starts[at], words.ends[at]) for at in self.used]
        if not gone:
            return original.strip()
        kept, at = [], 0
        for start, end in [*sorted(gone), (len(original), len(original))]:
            if start > at and original[at:start] != " ":
                kept.append(_trim(original[at:start]))
            if end > at:
                at = end
        return " ".join(part for part in kept if part)


def _trim(part: str) -> str:
    """Punctuation is left over when words are taken out; an emoji or a number is not."""
    bare = part.strip(_LEAVINGS)
    if not bare:
        return ""
    return part.strip().lstrip(".,;،! ").rstrip(",;، ") if _LETTER.search(bare) else bare
