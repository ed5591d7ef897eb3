"""What somebody carried here: envelopes into the outbox, and where blobs lie that are to be sent.

Nothing is opened and nothing is shown: there is no key on this machine.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from crypto.carried import (
    MAX_REFUSED,
    CarriedBlob,
    CarriedEnvelope,
    Item,
    RefusedItem,
    read_items,
)
from crypto.errors import CryptoError
from crypto.qr_text import MAX_TEXT, read_qr_text
from heliograph import outbox
from heliograph.report.sources import open_source

# So many envelopes go to the disk together: 8 MiB at most are in memory.
TOGETHER = 256
_LINE_BYTES = MAX_TEXT + 2
Read = Callable[[BinaryIO], Iterable[Item]]


@dataclass(slots=True)
class Carried:
    """What the files held. envelopes: different ones, now in the outbox. blobs: where each lies.
    refused: number of the file and of the item in it, from 1, and why, of what was neither."""

    envelopes: int = 0
    blobs: list[tuple[Path, CarriedBlob]] = field(default_factory=list)
    blobs_sent: int = 0
    blobs_stopped: str | None = None
    """Why sending blobs ended early: a code."""
    refused: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def blobs_waiting(self) -> int:
        """Blobs that are nowhere but in their files."""
        return len(self.blobs) - self.blobs_sent


def take_in(
    folder: Path,
    paths: Sequence[Path],
    read: Read,
    *,
    now: float,
    on_progress: Callable[[int], None],
) -> Carried:
    """Put the files' envelopes into the outbox `folder`, durably, and note their blobs.

    A file that is broken gives its whole items. Raises ReportCommandError `file-unreadable`,
    OperatorError `outbox-unwritable`.
    """
    carried, seen = Carried(), set[bytes]()
    for number, path in enumerate(paths, 1):
        with open_source(path) as stream:
            for envelopes in _batches(_sort(carried, number, path, stream, read)):
                seen.update(outbox.put(folder, envelopes, now=now))
                carried.envelopes = len(seen)
                on_progress(carried.envelopes)
    return carried


def read_bundle_items(stream: BinaryIO) -> Iterator[Item]:
    """A bundle's items; a blob in a pipe is refused (`blob-in-pipe`), for it is gone when read."""
    seeks = stream.seekable()
    for item in read_items(stream):
        if isinstance(item, CarriedBlob) and not seeks:
            yield RefusedItem(item.number, "blob-in-pipe")
        else:
            yield item


def read_qr_lines(stream: BinaryIO) -> Iterator[Item]:
    """The texts of QR codes, one a line, as a scanner types them. Empty lines are stepped over."""
    number = refused = 0
    while line := stream.readline(_LINE_BYTES):
        number += 1
        if not line.endswith(b"\n") and len(line) == _LINE_BYTES:
            _skip(stream)
        text = line.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r")
        if not text:
            continue
        if refused == MAX_REFUSED:
            yield RefusedItem(number, "bundle-too-many")
            return
        try:
            yield CarriedEnvelope(number, read_qr_text(text))
        except CryptoError as error:
            refused += 1
            yield RefusedItem(number, error.code)


def _skip(stream: BinaryIO) -> None:
    while (line := stream.readline(_LINE_BYTES)) and not line.endswith(b"\n"):
        pass


def _sort(
    carried: Carried, number: int, path: Path, stream: BinaryIO, read: Read
) -> Iterator[bytes]:
    for item in read(stream):
        match item:
            case CarriedEnvelope(_, envelope):
                yield envelope
            case CarriedBlob():
                carried.blobs.append((path, item))
            case RefusedItem(item_number, code):
                carried.refused.append((number, item_number, code))


def _batches(envelopes: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for envelope in envelopes:
        batch.append(envelope)
        if len(batch) == TOGETHER:
            yield batch
            batch = []
    if batch:
        yield batch
