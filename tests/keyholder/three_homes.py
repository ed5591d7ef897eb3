"""Three homes of one coalition, two of whose officers must sign, and a table to hand files over."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from keyholder.held import read_held
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService

NAMES = ("ana", "ben", "eva")
ADDRESS = "https://reports.example"


@dataclass
class Officers:
    """Three homes of one coalition, and a folder where files are handed on."""

    desks: list[DeskForTests]
    service: FakeService
    table: Path

    def __getitem__(self, number: int) -> DeskForTests:
        return self.desks[number]

    def file(self, name: str) -> Path:
        return self.table / name

    def hand_on(self, name: str, to: str) -> Path:
        self.file(to).write_bytes(self.file(name).read_bytes())
        return self.file(to)

    def sync_all(self) -> None:
        for desk in self.desks:
            desk.done("sync")

    def version(self, number: int) -> int:
        return read_held(self[number].home).keyring.version


def post(service: FakeService, bundle: bytes) -> int:
    """The status that answers whoever brings these bytes as a keyring."""
    request = Request(f"{service.address}/v1/keyring", bundle, method="POST")
    try:
        with urlopen(request) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


def make_desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> DeskForTests:
    desk = DeskForTests(tmp_path / name, capsys)
    desk.done("init")
    desk.done("card", "--epochs", 2, "--output", tmp_path / f"{name}.card")
    return desk


@pytest.fixture
def apart(tmp_path: Path, capsys: pytest.CaptureFixture[str], service: FakeService) -> Officers:
    """Three homes with cards, and no coalition yet."""
    return Officers([make_desk(tmp_path, capsys, name) for name in NAMES], service, tmp_path)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The coalition of the three, made once: two must sign, and all are holders."""
    folder = tmp_path_factory.mktemp("three")
    silent: Any = SimpleNamespace(readouterr=lambda: SimpleNamespace(out="", err=""))
    ana, ben, eva = (make_desk(folder, silent, name) for name in NAMES)
    words: list[object] = ["--threshold", 2, "--address", ADDRESS]
    for name in NAMES[1:]:
        words += ["--officer-member", folder / f"{name}.card"]
    first = folder / "first"
    ana.done("coalition", "create", *words, "--yes", "--propose", first)
    ben.done("coalition", "sign", first, "--yes")
    ana.done("coalition", "join", first)
    eva.done("coalition", "pin", ana.home.root, "--keyring", first, "--yes")
    return folder


@pytest.fixture
def officers(
    template: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    service: FakeService,
    monkeypatch: pytest.MonkeyPatch,
) -> Officers:
    """The coalition in fresh copies of its homes, with keyring 1 at the service."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("KEYHOLDER_SERVICE", service.address)
    officers = Officers(
        [DeskForTests(tmp_path / name, capsys) for name in NAMES], service, tmp_path
    )
    held = read_held(officers[0].home)
    service.root, service.files = held.root, dict(held.keyring.files)
    return officers


def change(officers: Officers, number: int = 0, *, name: str = "next") -> Path:
    """A proposal of one officer."""
    words = ("--sms-number", f"+1555010000{number + 1}", "--propose", officers.file(name))
    officers[number].done("coalition", "change", *words)
    return officers.file(name)
