"""Downloads what is new at the service, checks it against the service's own index, and keeps it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from sqlite3 import Connection

import httpx2

from crypto.leaves import read_leaf
from keyholder.envelopes import add, find_fault, find_last, is_of_another_kind, restore
from keyholder.errors import ServiceError
from keyholder.sequence import Item, read_sequence
from keyholder.service import TRIES, Service, download, retry
from keyholder.vault import Identity

_BATCH = 1_000  # envelopes a transaction
_LAST_INDEX = 2**53  # what every program can count to
_ASKED_AGAIN = 100
_LISTED = 10_000  # contradictions that are told; a service may send millions


@dataclass(slots=True)
class Synced:
    """What one download brought; `mismatches` and `gaps` are its contradictions."""

    new: int = 0
    missing: list[tuple[int, bytes]] = field(default_factory=list)  # index and id without a body
    mismatches: list[tuple[int, str]] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)  # first and last index left out


def sync_envelopes(
    service: Service, identity: Identity, database: Connection, advance: Callable[[int], None]
) -> Synced:
    """Everything behind the last index held. What arrived stays, whatever happens after it.

    ServiceError: service-unreachable after several tries that brought nothing; service-busy,
    service-refused-key, service-answer.
    """
    synced = Synced()
    failures = 0
    while True:
        before = find_last(database)
        try:
            with download(service, identity, before) as chunks:
                _keep(read_sequence(chunks), database, synced, advance)
        except httpx2.TransportError as error:
            failures = failures + 1 if find_last(database) == before else 1
            if failures >= TRIES:
                raise ServiceError("service-unreachable") from error
            service.pause(2.0 ** (failures - 1))
            continue
        if find_last(database) == before:  # an answer with nothing new: that was all
            return synced
        failures = 0


def ask_again(
    service: Service, identity: Identity, database: Connection, places: Sequence[int]
) -> set[int]:
    """Ask once more for envelopes that the service did not give; gives those that came.

    Each is a request of its own, _ASKED_AGAIN of them at most. ServiceError as `sync_envelopes`.
    """
    came = set()
    for place in places[:_ASKED_AGAIN]:
        for item in retry(service, partial(_fetch_one, service, identity, place)):
            if item.place == place and restore(database, item):
                came.add(place)
    return came


def _fetch_one(service: Service, identity: Identity, place: int) -> list[Item]:
    with download(service, identity, place - 1, 1) as chunks:
        return list(islice(read_sequence(chunks), 1))


def _keep(
    items: Iterator[Item], database: Connection, synced: Synced, advance: Callable[[int], None]
) -> None:
    last = find_last(database)
    while True:
        batch: list[Item] = []
        try:
            for item in islice(items, _BATCH):
                if not last < item.place <= _LAST_INDEX:
                    raise ServiceError("service-answer")
                if item.place > last + 1 and len(synced.gaps) < _LISTED:
                    synced.gaps.append((last + 1, item.place - 1))
                last = item.place
                batch.append(item)
        finally:  # what came before a cut is good
            synced.mismatches += add(database, batch)[: _LISTED - len(synced.mismatches)]
            envelopes = [item for item in batch if not is_of_another_kind(item)]
            synced.new += len(envelopes)
            synced.missing += [
                (item.place, read_leaf(item.leaf).envelope_id)
                for item in envelopes
                if item.body is None and find_fault(item) is None
            ]
            advance(len(batch))
        if len(batch) < _BATCH:
            return
