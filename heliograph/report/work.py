"""What `heliograph report` does, step by step: a keyring, sealing, the outbox, the service."""

from collections.abc import Callable, Iterable, Mapping
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
from heliograph.report.sealing import Row, Sealed, seal_rows, write_rows

OnProgress = Callable[[str, int], None]  # what is being done, and how many are done
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
    """What to tell the person. warnings: codes. delivery: None where nothing was sent."""

    sealed: Sealed = field(default_factory=Sealed)
    delivery: Delivery | None = None
    warnings: list[str] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)


def seal_and_send(
    place: Place, rows: Iterable[Row], channel: str, now: float, on_progress: OnProgress
) -> Result:
    """Seal every row into the outbox, then send all that waits there.

    Raises OperatorError where nothing can be sealed; a network that fails is no error.
    """
    result = Result()
    keyring, key = _find_key(place, channel, now, result)
    result.sealed = seal_rows(
        rows, key, channel, place.outbox, now=now, on_progress=lambda n: on_progress("Sealing", n)
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


def _deliver(place: Place, keyring: Keyring | None, on_progress: OnProgress) -> Delivery:
    service = place.service or (keyring.addresses[0] if keyring and keyring.addresses else None)
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
