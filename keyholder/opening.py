"""From one downloaded envelope to a report, or to the reason why there is none. In memory alone."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from crypto.envelope import HEADER_SIZE, Kind, Suite
from crypto.errors import CryptoError, OpeningError
from crypto.locks import LockKey, check_lock, epoch_locks
from crypto.opening import Opened as Content
from crypto.opening import Opener, open_peeled
from keyholder.errors import RecordError
from keyholder.kept import Kept
from keyholder.records.authors import NOBODY, Authors, read_said
from keyholder.records.operations import Record
from reports.decoder import Decoder
from reports.errors import ReportError
from reports.report import Report

if TYPE_CHECKING:  # reading keyrings loads a great deal, and a worker process opens without it
    from crypto.keyring import Epoch, Keyring
    from keyholder.vault import Seed

CONTENT_INVALID = "content-invalid"
PURGED, NO_KEY, DAMAGED, OTHER_KIND = "purged", "no-key", "damaged", "other-kind"
RECORD_REFUSED = "record-refused"
"""It calls itself a record, as anybody can, and is none of a holder's."""
REMOVED = "removed"
"""Its body is gone, and no keyring lists it as purged: `keyholder verify` names it."""


_REPORT = Kind.REPORT  # asking the class for it takes a third of making the outcome


class Opened(NamedTuple):
    """A report that was opened, and the envelope that it came in."""

    place: int  # the envelope's index at the service
    envelope_id: bytes  # 32 B
    day: int  # days since 1970-01-01, when the service took it
    suite: int
    epoch: int
    report_id: bytes  # 8 B
    report: Report  # its values are shared with other reports: read them, never change one


class OpenedRecord(NamedTuple):
    """What a holder said, and the envelope that it came in. `content` is the record as signed."""

    place: int
    envelope_id: bytes
    day: int
    epoch: int
    content: bytes
    record: Record


class Unopened(NamedTuple):
    """An envelope that gave no report. `detail` is the epoch of what has no key, the code of what
    is damaged or of a record that does not count, the kind of what is neither report nor record,
    and empty for what was purged or removed."""

    place: int  # the envelope's index at the service
    envelope_id: bytes
    day: int
    outcome: str  # purged, removed, no-key, damaged, record-refused, other-kind
    detail: str


Outcome = Opened | OpenedRecord | Unopened


@dataclass(frozen=True, slots=True)
class EpochKeys:
    """What opens one epoch: plain values, so that another process can be given them."""

    number: int
    start: int  # Unix seconds: the epoch's `seal_from`, from which its reports count their times
    locks: Mapping[str, Mapping[Suite, bytes]]
    seeds: Mapping[str, bytes] = field(repr=False)


class Desk:
    """Opens envelopes of the epochs it was given keys for."""

    def __init__(self, keys: Sequence[EpochKeys], authors: Authors = NOBODY) -> None:
        self._authors = authors
        self._decoders = {epoch.number: Decoder(epoch.start) for epoch in keys}
        self._opener = Opener(
            {
                name: locks
                for epoch in keys
                for name, locks in epoch_locks(epoch.number, epoch.locks, epoch.seeds).items()
            }
        )

        self._inner: dict[tuple[int, Suite], LockKey] = {
            (epoch.number, suite): lock
            for epoch in keys
            if "B" in epoch.seeds
            for suite, lock in check_lock(epoch.seeds["B"], "B", epoch.locks["B"]).items()
        }

    def open(self, kept: Kept) -> Outcome:
        """The outcome for one envelope. Never raises, whatever the envelope holds.

        What has no body is `removed` here: what was purged, keyrings say (`name_purged`).
        """
        return self.open_all((kept,))[0]

    def open_all(self, chunk: Sequence[Kept]) -> list[Outcome]:
        """As `open`, for each. All boxes first, then all reports that were in them, then what
        becomes of each: going back and forth costs a tenth more."""
        opened = self._opener.open_all(
            [kept.body if kept.body and not (kept.fault or kept.inner) else b"" for kept in chunk]
        )
        return list(map(self._read, chunk, opened, [self._decode(one) for one in opened]))

    def _decode(self, opened: Content | CryptoError) -> Report | None:
        """The report, if it holds one."""
        if isinstance(opened, CryptoError) or opened.kind is not _REPORT:
            return None
        try:
            return self._decoders[opened.epoch].decode(opened.content)
        except ReportError:
            return None

    def _read_closed(self, kept: Kept, error: CryptoError) -> Outcome:
        """What the opener was not given, or could not open."""
        place, envelope_id, day, body, fault, inner = kept
        if fault is not None:
            return Unopened(place, envelope_id, day, DAMAGED, fault)
        if body is None:
            return Unopened(place, envelope_id, day, REMOVED, "")
        if inner is not None:
            try:
                opened = self._open_inner(body, inner)
                return self._read(kept, opened, self._decode(opened))
            except CryptoError as refused:
                error = refused
        if error.code == NO_KEY:
            return Unopened(place, envelope_id, day, NO_KEY, str(int.from_bytes(body[2:4], "big")))
        return Unopened(place, envelope_id, day, DAMAGED, error.code)

    def _read(self, kept: Kept, opened: Content | CryptoError, report: Report | None) -> Outcome:
        if isinstance(opened, CryptoError):
            return self._read_closed(kept, opened)
        kind, report_id, _, suite, epoch = opened
        if report is not None:
            return Opened(kept[0], kept[1], kept[2], int(suite), epoch, report_id, report)
        if kind is _REPORT:
            return Unopened(*kept[:3], DAMAGED, CONTENT_INVALID)
        return self._read_other(kept, opened)

    def _read_other(self, kept: Kept, opened: Content) -> Outcome:
        if opened.kind is not Kind.RECORD:
            kind = opened.kind.name.lower().replace("_", "-")
            return Unopened(*kept[:3], OTHER_KIND, kind)
        try:
            said = read_said(opened.content, kept.day, self._authors)
        except (CryptoError, RecordError) as error:
            return Unopened(*kept[:3], RECORD_REFUSED, error.code)
        return OpenedRecord(*kept[:3], opened.epoch, opened.content, said)

    def unseal(self, body: bytes, inner: bytes | None) -> Content:
        """What an envelope holds, byte for byte; `inner` is what was peeled off it, if it was.

        CryptoError where these keys do not open it, or it holds nothing of ours.
        """
        return self._opener.open(body) if inner is None else self._open_inner(body, inner)

    def _open_inner(self, body: bytes, inner: bytes) -> Content:
        """What a holder of lock A peeled off an envelope, with lock B alone."""
        header = body[:HEADER_SIZE]
        lock = self._inner.get((int.from_bytes(header[2:], "big"), Suite(header[1])))
        if lock is None:
            raise OpeningError(NO_KEY)
        return open_peeled(header, inner, lock)


def name_purged(outcome: Outcome, purged: Container[bytes]) -> Outcome:
    """The outcome; of a removed envelope that `purged` (ids of 32 bytes) has, that it was purged.

    Never where keyrings say nothing of it: whoever removes evidence must not have it called a
    decision of the coalition's officers.
    """
    if isinstance(outcome, Unopened) and outcome.outcome == REMOVED:
        return outcome._replace(outcome=PURGED) if outcome.envelope_id in purged else outcome
    return outcome


def choose_keys(keyring: "Keyring", seeds: Iterable["Seed"]) -> tuple[EpochKeys, ...]:
    """The epochs of the keyring that these seeds open, as far as they are the signed locks'."""
    held = tuple(seeds)
    return tuple(
        EpochKeys(
            epoch.number,
            epoch.seal_from,
            {lock: dict(public) for lock, public in epoch.locks.items()},
            {
                one.lock: one.seed
                for one in held
                if one.epoch == epoch.number and _is_signed(epoch, one)
            },
        )
        for epoch in keyring.epochs
    )


def _is_signed(epoch: "Epoch", seed: "Seed") -> bool:
    try:
        epoch_locks(epoch.number, epoch.locks, {seed.lock: seed.seed})
    except OpeningError:
        return False
    return seed.lock in epoch.locks
