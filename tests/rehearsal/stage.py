"""Eight people, each with a home, around a real service that runs as a process."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree

import httpx2
import pytest

from crypto.choosing import sealing_key
from crypto.envelope import Kind
from crypto.keyring import write_bundle
from crypto.sealing import new_report_id, seal, seal_for_sms
from keyholder.held import read_held
from keyholder.home import Home
from keyholder.keys.cards import read_card
from reports.codec import encode
from tests.keyholder.conftest import DeskForTests
from tests.nursery import start_loaded
from tests.road.running import Running, free_port, wait_listening

_PATIENCE = 60  # tries of half a second until the service has given every index


class Person(DeskForTests):
    """A desk whose owner compares the words, and says yes."""

    def confirm(self, question: str) -> bool:
        self.questions.append(question)
        return True


@dataclass
class Group:
    """The stage of keyholder/ceremony/script.py, with homes in one folder."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    port: int = field(default_factory=free_port)
    people: dict[str, Person] = field(default_factory=dict)
    published: list[bytes] = field(default_factory=list)
    """Every keyring that was ever public, as its bundle."""
    sealed: dict[int, list[bytes]] = field(default_factory=dict)
    """Epoch -> every envelope that was sealed to it."""
    now: int = field(default_factory=lambda: int(time.time()))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell(self, text: str) -> None:
        """Nobody listens here."""

    def run(self, who: str, *words: object) -> None:
        self.ask(who).done(*words)

    def ask(self, who: str) -> Person:
        """A person, who comes in when she is first asked."""
        person = self.people.setdefault(who, Person(self.folder / who, self.capture))
        person.now = self.now
        return person

    def place(self, name: str) -> Path:
        table = self.folder / "table"
        table.mkdir(exist_ok=True)
        return table / name

    def name_holder(self, who: str) -> str:
        return read_card(self.place(f"{who}.card").read_bytes()).holder_id

    def publish(self) -> None:
        """Send the keyring that two officers signed; remember that everybody could read it."""
        self.run("ben", "coalition", "publish", "--service", self.address)
        files = read_held(Home(self.folder / "ben")).keyring.files
        self.published.append(write_bundle(files))

    def report(self, count: int) -> int:
        """Reporters seal and send so many reports, one of them by texts; gives the epoch."""
        keyring = read_held(Home(self.folder / "ben")).keyring
        numbers = set()
        for index in range(count):
            channel = "app" if index else "app-sms"
            key = sealing_key(keyring, channel, self.now)
            content = encode({"chan": channel, "text": f"canary {index}"}, key.epoch_start)
            make = seal if index else seal_for_sms
            envelope = make(key, Kind.REPORT, new_report_id(), content)
            answer = httpx2.post(
                f"{self.address}/v1/envelopes",
                content=envelope,
                headers={"Content-Type": "application/octet-stream"},
                trust_env=False,
                verify=False,  # plain HTTP: reading the list of authorities takes longer
            )
            assert answer.status_code == 200, answer.text
            self.sealed.setdefault(key.epoch, []).append(envelope)
            numbers.add(key.epoch)
        (number,) = numbers
        return number

    def sync(self, *who: str) -> None:
        """Until each of them holds every envelope that was sent."""
        total = sum(map(len, self.sealed.values()))
        for name in who:
            for _ in range(_PATIENCE):
                if (
                    self.ask(name).done("sync", "--service", self.address, "--json").json["held"]
                    == total
                ):
                    break
                time.sleep(0.5)
            else:
                raise AssertionError(f"{name} never got all {total}")

    def lose(self, who: str, moment: str) -> Path:
        """A copy of her laptop as it is now: what somebody has who took it."""
        return Path(copytree(self.folder / who, self.folder / "taken" / f"{who} {moment}"))

    @contextmanager
    def serve(self) -> Iterator[Running]:
        """The service, with the coalition's root file pinned."""
        kept = {name: value for name, value in os.environ.items() if "HELIOGRAPH" not in name}
        environ = kept | {
            "HELIOGRAPH_DATA_DIR": str(self.folder / "var"),
            "HELIOGRAPH_PORT": str(self.port),
            "HELIOGRAPH_PUBLIC_URLS": json.dumps([self.address]),
            "HELIOGRAPH_ROOT_FILE": str(self.place("root.json")),
            "HELIOGRAPH_SEQUENCE_INTERVAL_SECONDS": "1",
        }
        output = self.folder / "serve.out"
        output.touch()
        process = start_loaded(("heliograph", "serve"), environ, output)
        running = Running(self.address, self.folder / "var", output, process)
        try:
            wait_listening(running, "Listening on")
            yield running
        finally:
            running.stop()
