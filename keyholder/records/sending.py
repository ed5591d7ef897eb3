"""Sending what waits: to the service like any client's envelopes, unsigned and in batches."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from crypto.choosing import sealing_key
from crypto.envelope import envelope_id, read_header
from crypto.errors import EnvelopeError
from crypto.keyring import Keyring
from crypto.sealing import SealingKey
from keyholder.records.journal import Journal, Waiting
from keyholder.records.writing import CHANNEL, seal_record
from keyholder.service import Service, post_envelopes

_BATCH = 64  # envelopes of at most 33,956 bytes: below the service's 4 MiB
_ARRIVED = ("stored", "known")


@dataclass(slots=True)
class Sent:
    """What came of it."""

    sent: int = 0
    waiting: int = 0  # for the next time


def send_waiting(
    service: Service, journal: Journal, keyring: Keyring, now: int, sent: Sent
) -> None:
    """Send everything that waits; what the service has is forgotten here, but for the own copy.

    Counts in `sent` what arrived, as it goes on.

    Cut off anywhere, it is sent again: the service knows it. What waits for another epoch than the
    current one is sealed anew first: by the time it arrives nobody may have that key any more.
    ServiceError: service-unreachable, service-busy, service-answer. KeyringError: no-epoch.
    """
    key = sealing_key(keyring, CHANNEL, now)
    after = 0
    while rows := journal.list_waiting(after, _BATCH):
        after = rows[-1][0]
        batch = [_renew(journal, one, key) for _number, one in rows]
        results = post_envelopes(service, [one.envelope for one in batch])
        arrived = [
            one.name for one, result in zip(batch, results, strict=True) if result in _ARRIVED
        ]
        journal.forget(arrived)
        sent.sent += len(arrived)


def list_envelopes(journal: Journal, keyring: Keyring, now: int, most: int) -> list[bytes]:
    """What waits, for somebody to carry: `most` envelopes at most, sealed anew as `send_waiting`
    does. They wait on until the log has them. KeyringError: no-epoch."""
    rows = journal.list_waiting(-1, most)
    if not rows:
        return []
    key = sealing_key(keyring, CHANNEL, now)
    return [_renew(journal, one, key).envelope for _number, one in rows]


def forget_arrived(
    journal: Journal, find_logged: Callable[[Sequence[bytes]], Container[bytes]]
) -> int:
    """Let what the log has wait no longer; gives how many. `find_logged` tells which of some
    envelopes' ids the log has."""
    after, count = -1, 0
    while rows := journal.list_waiting(after, _BATCH):
        after = rows[-1][0]
        logged = find_logged([envelope_id(one.envelope) for _, one in rows])
        arrived = [one.name for _, one in rows if envelope_id(one.envelope) in logged]
        journal.forget(arrived)
        count += len(arrived)
    return count


def _renew(journal: Journal, waiting: Waiting, key: SealingKey) -> Waiting:
    if waiting.content is None or _is_for(waiting.envelope, key):
        return waiting
    envelope = seal_record(key, waiting.content)
    journal.replace(waiting.name, envelope)
    return waiting._replace(envelope=envelope)


def _is_for(envelope: bytes, key: SealingKey) -> bool:
    try:
        header = read_header(envelope)
    except EnvelopeError:  # damaged on this disk
        return False
    return (header.epoch, header.suite) == (key.epoch, key.suite)
