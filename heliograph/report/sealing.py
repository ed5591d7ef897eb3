"""From reports to envelopes: in memory, and from there to the outbox or into texts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeVar

from crypto.envelope import Kind
from crypto.errors import CryptoError
from crypto.sealed_sms import write_texts
from crypto.sealing import SealingKey, new_report_id, seal, seal_for_sms
from heliograph import outbox
from heliograph.report.errors import RowError
from reports.codec import encode
from reports.errors import ReportError
from reports.report import Report

T = TypeVar("T")
# So many envelopes go to the disk together; what a crash can lose was not yet counted as sealed.
TOGETHER = 256
_LENGTH = 4
OnProgress = Callable[[str, int], None]  # what is being done, and how many are done

Row = tuple[int, list[Report] | RowError]
"""A row's number, from 1, and the reports that it gives (STOP's may name several countries)."""


@dataclass(slots=True)
class Sealed:
    """What became of the rows. bad: row number and code of each that could not be sealed."""

    count: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)


def seal_report(report: Report, key: SealingKey, channel: str) -> bytes:
    """One report as an envelope, its channel set. Raises ReportError, CryptoError."""
    return seal(key, Kind.REPORT, new_report_id(), _encode(report, key, channel))


def seal_texts(report: Report, key: SealingKey, channel: str) -> list[str]:
    """One report as sealed texts, in order. Raises ReportError, CryptoError."""
    content = _encode(report, key, channel)
    return write_texts(seal_for_sms(key, Kind.REPORT, new_report_id(), content))


def seal_rows(
    rows: Iterable[Row],
    key: SealingKey,
    channel: str,
    folder: Path,
    *,
    now: float,
    skip_bad: bool = False,
    on_progress: OnProgress = lambda _doing, _count: None,
) -> Sealed:
    """Seal every row into the outbox; nothing of them at all where one cannot be sealed, so that
    the mended file can be given again without sending its good rows twice.

    `skip_bad`: a row that cannot be sealed costs no other row. A row of several reports is kept
    whole or not at all. `now` is Unix time. Raises OperatorError `outbox-unwritable`.
    """
    sealed = Sealed()
    with outbox.open_aside(folder) as aside:
        count = 0
        for envelopes in _each(rows, sealed, lambda report: seal_report(report, key, channel)):
            _set_aside(aside, envelopes)
            count += len(envelopes)
            if count % TOGETHER < len(envelopes):
                on_progress("Sealing", count)
        if skip_bad or not sealed.bad:
            aside.seek(0)
            for batch in _batches(aside):
                outbox.put(folder, batch, now=now)
                sealed.count += len(batch)
                on_progress("Keeping", sealed.count)
    return sealed


def _set_aside(aside: IO[bytes], envelopes: Iterable[bytes]) -> None:
    for envelope in envelopes:
        data = len(envelope).to_bytes(_LENGTH, "big") + envelope
        try:
            whole = aside.write(data) == len(data)
        except OSError:
            whole = False
        if not whole:
            raise outbox.unwritable()


def _batches(aside: IO[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    while head := aside.read(_LENGTH):
        batch.append(aside.read(int.from_bytes(head, "big")))
        if len(batch) == TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch


def write_rows(
    rows: Iterable[Row], key: SealingKey, channel: str, sealed: Sealed
) -> Iterator[list[str]]:
    """Every row's reports as sealed texts, report by report; what fails is noted in `sealed`."""
    for written in _each(rows, sealed, lambda report: seal_texts(report, key, channel)):
        sealed.count += len(written)
        yield from written


def _each(rows: Iterable[Row], sealed: Sealed, make: Callable[[Report], T]) -> Iterator[list[T]]:
    for number, found in rows:
        if isinstance(found, RowError):
            sealed.bad.append((number, found.code))
            continue
        if not all(map(_says_something, found)):
            sealed.bad.append((number, "report-empty"))
            continue
        try:
            yield [make(report) for report in found]
        except (ReportError, CryptoError) as error:
            sealed.bad.append((number, error.code))


def _says_something(report: Report) -> bool:
    """Whether any field but the channel holds more than white space."""
    return any(
        value.strip() if isinstance(value, str) else value
        for name, value in report.items()
        if name != "chan"
    )


def _encode(report: Report, key: SealingKey, channel: str) -> bytes:
    return encode({**report, "chan": channel}, key.epoch_start)
