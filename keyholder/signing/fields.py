"""How two versions of a list or of an object differ, in words: nothing is left out."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

_LONGEST = 200  # characters of a value that is shown


def describe_list(title: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """What came, what went, and whether the order is another."""
    for text in old:
        if text not in new:
            yield f"{title} removed: {text}"
    for text in new:
        if text not in old:
            yield f"{title} added: {text}"
    stayed, stay = (
        [text for text in one if text in other] for one, other in ((old, new), (new, old))
    )
    if stayed != stay:
        yield f"{title}: another order: {', '.join(new)}"


def describe_fields(
    where: str, old: Mapping[str, Any], new: Mapping[str, Any], told: Collection[str]
) -> Iterator[str]:
    """Fields that nothing else tells and that differ."""
    for name in sorted((old.keys() | new.keys()) - set(told)):
        was, now = (json.dumps(one.get(name), sort_keys=True) for one in (old, new))
        if was != now or (name in old) != (name in new):  # not by ==, to which true is 1
            told = now
            if len(now) > _LONGEST:
                digest = hashlib.sha256(now.encode()).hexdigest()
                told = f"{now[:_LONGEST]}… ({len(now):,} characters, SHA-256 {digest[:16]})"
            yield f"{where}: field {name} is now {told}"
