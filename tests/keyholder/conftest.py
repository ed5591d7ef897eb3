"""A keyholder's desk for tests: a home, a passphrase, a clock, and the command run in here."""

import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crypto.choosing import sealing_key
from crypto.envelope import Kind
from crypto.passphrase import Cost
from crypto.sealing import new_report_id, seal
from keyholder.command import run
from keyholder.commands.session import Surroundings
from keyholder.held import read_held
from keyholder.home import Home
from reports.codec import encode
from tests.keyholder.fake_service import FakeService, serve

NOW = 1_790_000_100
PASSPHRASE = "correct horse battery"


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class DeskForTests:
    """One holder with a home of her own."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    environment: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    now: int = NOW
    by_file: bool = True

    def confirm(self, question: str) -> bool:
        """Say yes or no as `answers` has it."""
        self.questions.append(question)
        return self.answers.pop(0) == "yes"

    @property
    def home(self) -> Home:
        return Home(self.folder)

    def run(self, *arguments: object) -> Result:
        """Run the command as a shell would, on this home."""
        options = ["--home", str(self.folder)]
        if self.by_file:
            file = self.folder.parent / f"{self.folder.name}.passphrase"
            file.write_text(PASSPHRASE + "\n", encoding="utf-8")
            options += ["--passphrase-file", str(file)]
        surroundings = Surroundings(
            clock=lambda: self.now,
            pause=self.pauses.append,
            ask=lambda _question: self.answers.pop(0),
            confirm=self.confirm,
            environment=self.environment,
            cost=Cost(passes=1, memory=8),
        )
        self.capture.readouterr()
        status = run([*options, *map(str, arguments)], surroundings)
        told = self.capture.readouterr()
        return Result(status, told.out, told.err)

    def done(self, *arguments: object) -> Result:
        """As `run`, where nothing may go wrong."""
        result = self.run(*arguments)
        assert result.status == 0, result.err
        return result

    def seal(
        self,
        report: dict[str, Any],
        report_id: bytes | None = None,
        *,
        channel: str | None = None,
        kind: Kind = Kind.REPORT,
        content: bytes | None = None,
    ) -> bytes:
        """An envelope to this home's coalition, as a sealer would make it."""
        key = sealing_key(read_held(self.home).keyring, channel or report["chan"], self.now)
        data = encode(report, key.epoch_start) if content is None else content
        return seal(key, kind, report_id or new_report_id(), data)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskForTests:
    """A home where nothing is yet."""
    return DeskForTests(tmp_path / "home", capsys)


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """A port of loopback that every fake service has in its turn: a keyring names it."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])


@pytest.fixture
def service(port: int) -> Iterator[FakeService]:
    """An empty service on loopback."""
    with serve(port) as fake:
        yield fake


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory, port: int) -> tuple[Path, FakeService]:
    """A home with a coalition, an epoch and a published keyring, and the service as it was left:
    made once, for the commands that make it are for other tests."""
    silent: Any = SimpleNamespace(readouterr=lambda: SimpleNamespace(out="", err=""))
    desk = DeskForTests(tmp_path_factory.mktemp("founded") / "home", silent)
    with serve(port) as service:
        desk.done("init")
        desk.done("coalition", "create", "--address", service.address)
        desk.done("epoch", "new", "--alone")
        service.root = desk.home.root.read_bytes()
        desk.done("coalition", "publish")
    return desk.folder, service


@pytest.fixture
def coalition(
    founded: tuple[Path, FakeService], desk: DeskForTests, service: FakeService
) -> DeskForTests:
    """A fresh copy of what was founded."""
    folder, left = founded
    shutil.copytree(folder, desk.folder)
    shutil.copy(f"{folder}.passphrase", desk.folder.parent)
    service.root, service.files = left.root, dict(left.files)
    service.requests += left.requests
    return desk
