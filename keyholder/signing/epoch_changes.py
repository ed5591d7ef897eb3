"""What a proposal changes about epochs, and whom their locks' seeds are wrapped for, in words."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from keyholder.counts import write_count
from keyholder.keys.lock_words import digest_lock
from keyholder.moments import write_moment
from keyholder.signing.fields import describe_fields
from keyholder.words import write_words

_TIMES = {"seal_from": "begins", "seal_until": "ends", "destroy_after": "is to be destroyed after"}
_TOLD = frozenset({"epoch", "fallback", "locks", "suites", *_TIMES})
_WRAPS = re.compile(r"wraps/(\d{1,5})-([ab])\.json", re.ASCII)
_HOLDER = re.compile(r"[0-9a-f]{16}", re.ASCII)


def describe_epochs(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """One line an epoch that comes or goes, one for each new lock, and one for each field that
    another one changes."""
    old, new = ({entry["epoch"]: entry for entry in epochs} for epochs in (before, after))
    for number in sorted(new.keys() - old.keys()):
        entry = new[number]
        locks = " and ".join(sorted(entry["locks"]))
        fallback = ", fallback" if entry["fallback"] else ""
        yield (
            f"Epoch {number} added: {write_moment(entry['seal_from'])} to "
            f"{write_moment(entry['seal_until'])}, lock {locks}{fallback}; to be destroyed after "
            f"{write_moment(entry['destroy_after'])}; {_list_suites(entry)}"
        )
        for lock in sorted(entry["locks"]):
            yield _tell_lock(number, lock, entry)
        yield from describe_fields(f"Epoch {number}", {}, entry, _TOLD)
    for number in sorted(old.keys() - new.keys()):
        yield f"Epoch {number} removed: nothing more is sealed to it"
    for number in sorted(old.keys() & new.keys()):
        yield from _describe_epoch(number, old[number], new[number])


def name_lock(path: str) -> tuple[int, str] | None:
    """Epoch and lock whose wraps a file of the keyring holds; None for any other file."""
    match = _WRAPS.fullmatch(path)
    return None if match is None else (int(match[1]), match[2].upper())


def describe_wraps(epoch: int, lock: str, before: bytes | None, after: bytes | None) -> str:
    """Whose one-time keys a lock's seed is wrapped for now."""
    lock = f"epoch {epoch}, lock {lock}"
    if after is None:
        return f"Wraps removed: {lock}. Nobody can fetch its seed any more"
    old, new = list_wrapped(before), list_wrapped(after)
    maker = _find_maker(after)
    if maker is not None:
        lock += f", made by {maker}"
    told = f"Wraps {'added' if before is None else 'changed'}: {lock}, for "
    told += write_count(len(new), "holder")
    for word, holders in (("", new - old), ("no longer for ", old - new)):
        if holders:
            told += f"; {word}{', '.join(sorted(holders))}"
    return told


def list_seed_holders(data: bytes | None) -> frozenset[str]:
    """The holder ids that have a lock's seed, as a file of wraps says: its maker's too."""
    maker = _find_maker(data)
    return list_wrapped(data) | ({maker} if maker is not None else set())


def describe_both(
    before: Mapping[str, bytes], after: Mapping[str, bytes], numbers: Iterable[int]
) -> Iterator[str]:
    """Who would have both locks of an epoch, and could open it alone, where she had not before.

    `before` and `after` are the keyrings' files by path, `numbers` the epochs that stay.
    """
    for number in numbers:
        old, new = (
            list_seed_holders(files.get(f"wraps/{number}-a.json"))
            & list_seed_holders(files.get(f"wraps/{number}-b.json"))
            for files in (before, after)
        )
        for holder in sorted(new - old):
            yield f"Mind: {holder} would have BOTH LOCKS of epoch {number}, and open it alone"


def list_wrapped(data: bytes | None) -> frozenset[str]:
    """The holder ids that a file of wraps names; none where it cannot be read.

    Whether a wrap opens is for its holder alone to see (keyholder/keys/wraps.py).
    """
    try:
        fields = {} if data is None else json.loads(data)
    except (ValueError, RecursionError):
        return frozenset()
    wraps = fields.get("wraps") if isinstance(fields, dict) else None
    return frozenset(filter(_HOLDER.fullmatch, wraps)) if isinstance(wraps, dict) else frozenset()


def _find_maker(data: bytes | None) -> str | None:
    """The holder id that a file of wraps names as the lock's maker."""
    try:
        fields = {} if data is None else json.loads(data)
    except (ValueError, RecursionError):
        return None
    maker = fields.get("maker") if isinstance(fields, dict) else None
    return maker if isinstance(maker, str) and _HOLDER.fullmatch(maker) else None


def _tell_lock(number: int, lock: str, entry: Mapping[str, Any]) -> str:
    """What the lock's maker can be asked to read aloud."""
    words = write_words(digest_lock(number, lock, entry["locks"][lock]))
    return f"Lock {lock} of epoch {number} in words, as its maker reads them: {words}"


def _describe_epoch(number: int, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name, verb in _TIMES.items():
        if old[name] != new[name]:
            yield (
                f"Epoch {number} {verb} {write_moment(new[name])} "
                f"(before: {write_moment(old[name])})"
            )
    if old["fallback"] != new["fallback"]:
        yield f"Epoch {number} {'becomes a' if new['fallback'] else 'is no longer a'} fallback"
    for lock in sorted(old["locks"].keys() | new["locks"].keys()):
        if old["locks"].get(lock) != new["locks"].get(lock):
            yield f"Mind: epoch {number} gets other KEYS in lock {lock}"
            if lock in new["locks"]:
                yield _tell_lock(number, lock, new)
    if old["suites"] != new["suites"] and not new["suites"]:
        yield f"Epoch {number} is retired: nothing more is sealed to it"
    elif old["suites"] != new["suites"]:
        yield f"Epoch {number} is sealed to otherwise: {_list_suites(new)}"
    yield from describe_fields(f"Epoch {number}", old, new, _TOLD)


def _list_suites(entry: Mapping[str, Any]) -> str:
    suites = sorted(entry["suites"].items())
    return "suites " + ", ".join(f"{channel} {suite:02x}" for channel, suite in suites)
