"""From reports to envelopes: in memory, and from there to the outbox or into texts."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

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
    on_progress: Callable[[int], None] = lambda _count: None,
) -> Sealed:
    """Seal every row into the outbox; a row that cannot be sealed costs no other row.

    A row of several reports is kept whole or not at all. `now` is Unix time.
    Raises OperatorError `outbox-unwritable`.
    """
    sealed = Sealed()
    batch: list[bytes] = []
    for envelopes in _each(rows, sealed, lambda report: seal_report(report, key, channel)):
        batch += envelopes
        if len(batch) >= TOGETHER:
            _keep(folder, batch, sealed, now)
            on_progress(sealed.count)
            batch = []
    _keep(folder, batch, sealed, now)
    on_progress(sealed.count)
    return sealed


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


def _keep(folder: Path, batch: list[bytes], sealed: Sealed, now: float) -> None:
    if batch:
        outbox.put(folder, batch, now=now)
        sealed.count += len(batch)


def _encode(report: Report, key: SealingKey, channel: str) -> bytes:
    return encode({**report, "chan": channel}, key.epoch_start)
