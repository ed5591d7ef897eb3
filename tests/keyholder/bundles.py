"""A bundle of evidence to look at and to spoil."""

from pathlib import Path

from crypto.checkpoints import make_log_signer
from crypto.notes import write_key
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.test_reading import APP, SMS


def list_log_key(desk: DeskForTests, service: FakeService) -> None:
    """Put the log's key into the keyring."""
    key = write_key(make_log_signer(service.log_seed).key)
    desk.done("coalition", "change", "--log-key", key, "--publish")


def stock(desk: DeskForTests, service: FakeService) -> None:
    """Reports by three channels, an envelope that opens to garbage, all signed by the log."""
    list_log_key(desk, service)
    bodies = [desk.seal(APP), desk.seal(SMS)]
    bodies.append(desk.seal(APP, content=b"\xff\xff"))
    service.store(*bodies, *(desk.seal({**APP, "text": f"more {n}"}) for n in range(4)))
    desk.done("sync")


def make_bundle(desk: DeskForTests, name: str, *options: object) -> Path:
    """A bundle beside the home."""
    path = desk.folder.parent / name
    desk.done("evidence", path, *options)
    return path
