"""What holders said of a report is kept with it, and dies with its epoch otherwise."""

import json

from crypto.choosing import sealing_key
from keyholder.held import read_held
from keyholder.keys.kept_records import choose_records
from keyholder.opening import OpenedRecord
from keyholder.records.operations import (
    Comment,
    Grade,
    Merge,
    Operation,
    Record,
    Split,
    Tag,
    Undo,
)
from keyholder.records.writing import CHANNEL, seal_record, sign
from keyholder.vault import unlock
from tests.keyholder.conftest import PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.keys.conftest import Desks

REPORT, OTHER, INCIDENT = b"report 1", b"report 2", b"incident"
ADA, BOB = "00" * 8, "11" * 8


def list_chosen(*said: tuple[str, int, Operation]) -> list[tuple[str, int]]:
    records = [
        OpenedRecord(0, bytes(32), 0, 1, b"", Record(holder, counter, 0, operation))
        for holder, counter, operation in said
    ]
    kept = choose_records(records, {REPORT})
    return [(one.record.holder_id, one.record.counter) for one in kept]


def test_what_speaks_of_a_kept_report_or_its_incident_is_kept() -> None:
    assert list_chosen(
        (ADA, 1, Tag(REPORT, "x")),
        (ADA, 2, Tag(OTHER, "x")),
        (ADA, 3, Grade(INCIDENT, "doubted")),
        (BOB, 1, Comment(OTHER, "not kept")),
        (BOB, 2, Merge(INCIDENT, (REPORT, OTHER))),
        (BOB, 3, Split(b"another.", (OTHER,))),
        (BOB, 4, Split(INCIDENT, (REPORT,), (OTHER,))),
    ) == [(ADA, 1), (ADA, 3), (BOB, 2), (BOB, 4)]


def test_what_undoes_it_is_kept_too() -> None:
    assert list_chosen(
        (BOB, 2, Undo(BOB, 1)),
        (BOB, 1, Undo(ADA, 1)),
        (ADA, 1, Tag(REPORT, "x")),
        (ADA, 2, Undo(ADA, 7)),
    ) == [(BOB, 2), (BOB, 1), (ADA, 1)]


def say_of(desk: DeskForTests, counter: int, operation: Operation) -> bytes:
    """The envelope of a record of this holder."""
    identity = unlock(desk.home, PASSPHRASE)
    content = sign(Record(identity.holder_id, counter, desk.now, operation), identity.signing_seed)
    return seal_record(sealing_key(read_held(desk.home).keyring, CHANNEL, desk.now), content)


def test_a_home_tells_it_after_the_epoch_is_destroyed(desks: Desks, service: FakeService) -> None:
    ada, bob, _cat = desks.values()
    ada.done("epoch", "new", "--publish")
    bob.done("sync")
    reports = {text: ada.seal({"chan": "web", "text": text}, id) for text, id in
               (("one", REPORT), ("two", OTHER))}  # fmt: skip
    said = [say_of(bob, 1, Tag(REPORT, "seen")), say_of(bob, 2, Comment(OTHER, "of the other"))]
    service.store(*reports.values(), *said)
    ada.done("sync")
    ada.done("keep", REPORT.hex())
    told = ada.done("epoch", "destroy", 1, "--early", "--yes", "--json").json
    assert (told["kept"], told["lost"], told["records"]) == (1, 1, 2)
    (document,) = ada.done("list", "--json").json["reports"]
    assert "seen" in json.dumps(ada.done("show", document["id"], "--json").json)
    assert "of the other" not in ada.done("history", "--json").out
