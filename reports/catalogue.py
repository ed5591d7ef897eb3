"""Message catalogues: locales/<language>.json, `{key: {"text": …, "status": "draft" or "read"}}`.

`draft` is a machine's draft that no native speaker has read; `read` is one that a person has.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "locales"
FALLBACK = "en"
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    status: str


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a catalogue, the fallback first."""
    found = sorted(path.stem for path in FOLDER.glob("*.json"))
    return (FALLBACK, *(lang for lang in found if lang != FALLBACK))


@cache
def load_catalogue(lang: str) -> Mapping[str, Message]:
    """The messages of one language; the fallback's for a language without a catalogue."""
    known = lang if lang in languages() else FALLBACK
    return read_messages(FOLDER / f"{known}.json")


def read_messages(path: Path) -> Mapping[str, Message]:
    """The messages of one file of a catalogue."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return {key: Message(one["text"], one["status"]) for key, one in content.items()}


def find_message(lang: str, key: str) -> Message | None:
    """The message of that key in that language, else in English, else None."""
    return load_catalogue(lang).get(key) or load_catalogue(FALLBACK).get(key)


def text(lang: str, key: str, **params: object) -> str:
    """The text of a key with its `{name}` placeholders filled. A key that nobody knows comes back
    as it is: a screen with an odd word on it is better than none."""
    message = find_message(lang, key)
    if message is None:
        return key
    return fill(message.text, **params)


def fill(message: str, **params: object) -> str:
    """A message with those of its `{name}` placeholders filled that are given."""
    return _PLACEHOLDER.sub(lambda match: str(params.get(match[1], match[0])), message)


def label(lang: str, prefix: str, name: object) -> str:
    """The label of a value, such as `value.chan` and `sms`; an unknown value as it is (`?9`)."""
    message = find_message(lang, f"{prefix}.{name}")
    return message.text if message else str(name)


def placeholders(message: str) -> frozenset[str]:
    """The names in `{…}` of a message."""
    return frozenset(_PLACEHOLDER.findall(message))
