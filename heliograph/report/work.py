"""What `heliograph report` does, step by step: a keyring, sealing, the outbox, the service."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from crypto.choosing import sealing_key, warnings
from crypto.errors import KeyringError
from crypto.keyring import Keyring, is_development
from crypto.sealing import SealingKey
from heliograph import outbox
from heliograph.dev.switch import SWITCH
from heliograph.errors import DevelopmentRefused
from heliograph.loopback import is_loopback
from heliograph.report.carrying import Carried, Read, take_in
from heliograph.report.delivery import Delivery, deliver, open_client
from heliograph.report.errors import ReportCommandError
from heliograph.report.keyrings import (
    Found,
    fetch_bundle,
    find_keyring,
    read_bundle_file,
    read_kept,
    read_root,
)
from heliograph.report.sealing import OnProgress, Row, Sealed, seal_rows, write_rows
from heliograph.report.sources import open_source
from heliograph.report.uploads import UploadStopped, forget_addresses, send_blob

_OF_THIS_BLOB = frozenset({"blob-length", "blob-too-large", "blob-unreadable", "file-unreadable"})
"""Why one blob is not sent; the others may be."""
OpenClient = Callable[[str], httpx2.Client]


@dataclass(frozen=True, slots=True)
class Place:
    """Whom to seal for and where to send. outbox: the folder. offline: do not use the network."""

    root: Path | None
    outbox: Path
    service: str | None = None
    keyring: Path | None = None
    offline: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)
    open_client: OpenClient = open_client


@dataclass(slots=True)
class Result:
    """What to tell the person. warnings: codes. delivery: None where nothing was sent. carried:
    what files of other people's envelopes held, if that was asked for."""

    sealed: Sealed = field(default_factory=Sealed)
    delivery: Delivery | None = None
    warnings: list[str] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    carried: Carried | None = None


def seal_and_send(
    place: Place,
    rows: Iterable[Row],
    channel: str,
    now: float,
    on_progress: OnProgress,
    *,
    skip_bad: bool = False,
) -> Result:
    """Seal every row into the outbox, or none if one is bad, then send all that waits there.

    Raises OperatorError where nothing can be sealed; a network that fails is no error.
    """
    result = Result()
    keyring, key = _find_key(place, channel, now, result)
    result.sealed = seal_rows(
        rows, key, channel, place.outbox, now=now, skip_bad=skip_bad, on_progress=on_progress
    )
    result.delivery = _deliver(place, keyring, on_progress)
    return result


def seal_as_texts(place: Place, rows: Iterable[Row], channel: str, now: float) -> Result:
    """Seal every row into texts for SMS. Nothing is kept, nothing is sent."""
    result = Result()
    _, key = _find_key(place, channel, now, result)
    result.texts = list(write_rows(rows, key, channel, result.sealed))
    return result


def send_waiting(place: Place, on_progress: OnProgress) -> Result:
    """Send what waits in the outbox. The root file says whose outbox it must be."""
    root = read_root(place.root)
    keyring = read_kept(place.outbox, root)
    _refuse_development(root, place.service, place.environ)
    return Result(delivery=_deliver(place, keyring, on_progress))


def pass_on(
    place: Place, paths: Sequence[Path], read: Read, now: float, on_progress: OnProgress
) -> Result:
    """Take in what somebody carried here, then send all that waits, and the files' blobs.

    The root file says whose outbox it must be, as for `send_waiting`. Blobs stay in their files
    alone; where they cannot be sent now, the same call with the same files goes on.
    """
    root = read_root(place.root)
    keyring = read_kept(place.outbox, root)
    _refuse_development(root, place.service, place.environ)
    carried = take_in(
        place.outbox, paths, read, now=now, on_progress=lambda n: on_progress("Reading", n)
    )
    delivery = _deliver(place, keyring, on_progress)
    carried.blobs_stopped = delivery.stopped
    service = _find_service(place, keyring)
    if carried.blobs and service is not None and delivery.stopped is None:
        with place.open_client(service) as client:
            _send_blobs(place.outbox, client, carried, on_progress)
    return Result(delivery=delivery, carried=carried)


def _send_blobs(
    folder: Path, client: httpx2.Client, carried: Carried, on_progress: OnProgress
) -> None:
    """One after the other; the addresses of uploads are forgotten when all are up."""
    ids, sent = [], 0

    def show(offset: int) -> None:
        on_progress("Sending attachments, KiB", (sent + offset) // 1024)

    for path, blob in carried.blobs:
        try:
            with open_source(path) as stream:
                ids.append(send_blob(client, folder, stream, blob.offset, blob.size, show))
        except (UploadStopped, ReportCommandError) as stopped:
            carried.blobs_stopped = stopped.code
            if stopped.code in _OF_THIS_BLOB:
                continue
            return
        sent += blob.size
        carried.blobs_sent += 1
    if carried.blobs_waiting == 0:
        forget_addresses(folder, ids)


def _find_key(place: Place, channel: str, now: float, result: Result) -> tuple[Keyring, SealingKey]:
    root = read_root(place.root)
    _refuse_development(root, place.service, place.environ)
    try:
        found = _find_keyring(place, root)
        key = sealing_key(found.keyring, channel, int(now))
        result.warnings += warnings(found.keyring, channel, int(now))
    except KeyringError as error:
        raise ReportCommandError(error.code, str(error), "Nothing was sealed.") from None
    if found.doubt:
        result.warnings.append(found.doubt)
    return found.keyring, key


def _find_keyring(place: Place, root: bytes) -> Found:
    if place.keyring is not None:
        path = place.keyring
        return find_keyring(place.outbox, root, lambda: read_bundle_file(path))
    if place.service is None or place.offline:
        return find_keyring(place.outbox, root, None)
    with place.open_client(place.service) as client:
        return find_keyring(place.outbox, root, lambda: fetch_bundle(client))


def _find_service(place: Place, keyring: Keyring | None) -> str | None:
    return place.service or (keyring.addresses[0] if keyring and keyring.addresses else None)


def _deliver(place: Place, keyring: Keyring | None, on_progress: OnProgress) -> Delivery:
    service = _find_service(place, keyring)
    if service is None or place.offline:
        return Delivery(
            waiting=len(outbox.waiting(place.outbox)),
            stopped="offline" if place.offline else "service-unknown",
        )
    done = 0

    def count(sent: int) -> None:
        nonlocal done
        done += sent
        on_progress("Sending", done)

    with place.open_client(service) as client:
        return deliver(place.outbox, client, count)


def _refuse_development(root: bytes, service: str | None, environ: Mapping[str, str]) -> None:
    """A development coalition protects nobody: no real report may be sealed to it by mistake."""
    try:
        development = is_development(root)
    except KeyringError as error:
        raise ReportCommandError(error.code, str(error), "Nothing was sealed.") from None
    if development and (environ.get(SWITCH) != "on" or not is_loopback(service or "")):
        raise DevelopmentRefused
