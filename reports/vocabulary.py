"""The words that people write, by language: reports/data/words/<language>.json.

One file a language, so that somebody who speaks it can add to it and read nothing else. Each has
groups, and in them lists of words by what they mean; spec/report-v1.md says which there are.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from reports.places import DATA

WORDS = DATA / "words"


class Listed(NamedTuple):
    """A list of words of one language: `nouns`, `sms`, and what people call text messages."""

    group: str
    name: str
    words: Sequence[str]


@cache
def load_words() -> Mapping[str, Sequence[Listed]]:
    """Every language's lists."""
    return {
        path.stem: tuple(_read(path.read_text(encoding="utf-8")))
        for path in sorted(WORDS.glob("*.json"))
    }


def list_words(group: str) -> Iterator[Listed]:
    """The lists of one group, of all languages."""
    for lists in load_words().values():
        yield from (one for one in lists if one.group == group)


def _read(content: str) -> Iterator[Listed]:
    for group, lists in json.loads(content)["words"].items():
        for name, words in lists.items():
            yield Listed(group, name, words)
