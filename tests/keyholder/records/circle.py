"""Several holders of one lock, each with a home, around one service."""

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crypto.choosing import sealing_key
from crypto.officers import public_key
from crypto.passphrase import Cost
from keyholder import vault
from keyholder.commands.opening import open_desk
from keyholder.commands.session import Session, Surroundings
from keyholder.findings import OpenDesk
from keyholder.held import Held, write_held
from keyholder.home import prepare
from keyholder.records.operations import Operation, Record
from keyholder.records.replay import Annotations
from keyholder.records.writing import CHANNEL, seal_record, write
from tests.coalition import Coalition, make_coalition
from tests.keyholder.conftest import NOW, PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import DAY as TODAY
from tests.keyholder.fake_service import FakeService
from tests.keyholder.homes import write_seeds

REPORT = b"report-1"
OTHER = b"report-2"
THIRD = b"report-3"


@dataclass
class Circle:
    coalition: Coalition
    service: FakeService
    desks: Sequence[DeskForTests]
    identities: list[vault.Identity] = field(default_factory=list)

    def store(self, *report_ids: bytes) -> None:
        """Reports at the service."""
        for report_id in report_ids:
            text = f"report {report_id!r}"
            self.service.store(self.desks[0].seal({"chan": "app", "text": text}, report_id))

    def publish(self, coalition: Coalition) -> None:
        """Let the service have this keyring."""
        self.coalition = coalition
        self.service.files = dict(coalition.files)

    def sync(self, *numbers: int) -> None:
        for number in numbers or range(len(self.desks)):
            self.desks[number].done("sync")

    def open(self, number: int) -> OpenDesk:
        """What this holder can read, and what was said of it."""
        desk = self.desks[number]
        return open_desk(make_session(desk), identity=self.identities[number])

    def read(self, number: int) -> Annotations:
        return self.open(number).annotations

    def write(self, number: int, *operations: Operation) -> tuple[Record, ...]:
        """Say something, of all that this holder has seen."""
        return self.write_knowing(self.read(number), number, *operations)

    def write_knowing(
        self, annotations: Annotations, number: int, *operations: Operation
    ) -> tuple[Record, ...]:
        """Say something, having seen just that."""
        home, identity = self.desks[number].home, self.identities[number]
        return write(home, identity, self.coalition.keyring, annotations, operations, NOW)

    def put(self, content: bytes, *, day: int = TODAY) -> None:
        """Whatever calls itself a record, at the service."""
        key = sealing_key(self.coalition.keyring, CHANNEL, NOW)
        self.service.store(seal_record(key, content), day=day)

    def dismiss(self, number: int, *, revoked: bool = False, now: int = NOW) -> None:
        """A keyring without this holder; `revoked` says so of her, else she merely left."""
        id = self.identities[number].holder_id
        rest = [one for one in self.coalition.holders["holders"] if one["id"] != id]
        holders = {**self.coalition.holders, "holders": rest}
        if revoked:
            holders["revoked"] = [id]
        self.publish(self.coalition.next(holders=holders, now=now))


def make_session(desk: DeskForTests) -> Session:
    """A session of this home, for what is under the commands."""

    def refuse(*_: Any) -> Any:
        raise AssertionError

    return Session(
        desk.home, None, Surroundings(lambda: desk.now, refuse, refuse, refuse, {}, Cost(1, 8))
    )


def found_circle(
    folder: Path, capture: pytest.CaptureFixture[str], service: FakeService, count: int = 2
) -> Circle:
    """`count` holders who all can open everything."""
    coalition = make_coalition(development=False, now=NOW, epochs=2, addresses=(service.address,))
    desks = [DeskForTests(folder / f"home{number}", capture) for number in range(count)]
    circle = Circle(coalition, service, desks)
    holders = []
    for desk in desks:
        prepare(desk.home)
        desk.done("init")
        identity = vault.unlock(desk.home, PASSPHRASE)
        write_seeds(
            desk.home,
            identity,
            [vault.Seed(*name, seed) for name, seed in coalition.lock_seeds.items()],
        )
        circle.identities.append(identity)
        holders.append({"id": identity.holder_id, "key": public_key(identity.signing_seed).hex()})
    circle.publish(coalition.next(holders={**coalition.holders, "holders": holders}))
    service.root = coalition.root
    for desk in desks:
        write_held(desk.home, Held(coalition.root, circle.coalition.keyring))
    return circle


def type_text(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    """What the next command finds on standard input."""
    data = text if isinstance(text, bytes) else text.encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
