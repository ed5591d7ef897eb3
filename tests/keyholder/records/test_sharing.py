"""What holders say reaches each other, whatever the order, the gaps and the kills."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keyholder.records import sending
from keyholder.records.journal import Journal, open_journal
from keyholder.records.operations import (
    Comment,
    Grade,
    Merge,
    Record,
    Split,
    Tag,
    Translate,
    Undo,
    Untag,
)
from keyholder.vault import unlock
from tests.coalition import DAY
from tests.keyholder.conftest import NOW, PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.records.circle import OTHER, REPORT, THIRD, Circle, found_circle

INCIDENT = b"incident"


def test_what_one_says_the_other_reads(circle: Circle) -> None:
    circle.write(0, Tag(REPORT, "fibre"), Comment(REPORT, "seen on the spot"))
    assert circle.read(0).tags == {REPORT: {"fibre"}}  # at once, and offline
    assert circle.read(1).history == ()
    circle.sync(0, 1)
    state = circle.read(1)
    assert state == circle.read(0)
    assert state.tags == {REPORT: {"fibre"}}
    assert [note.text for note in state.notes[REPORT]] == ["seen on the spot"]
    assert state.notes[REPORT][0].holder_id == circle.identities[0].holder_id


def test_sync_says_what_it_sent(circle: Circle) -> None:
    circle.write(0, Tag(REPORT, "fibre"), Tag(OTHER, "fibre"))
    told = circle.desks[0].done("sync", "--json").json
    assert told["records"] == {"sent": 2, "waiting": 0}
    assert circle.desks[0].done("sync", "--json").json["records"] == {"sent": 0, "waiting": 0}
    assert circle.desks[1].done("open", "--json").json["records"] == 0
    circle.sync(1)
    assert circle.desks[1].done("open", "--json").json["records"] == 2


@pytest.mark.parametrize("seed", range(3))
def test_three_at_once_and_offline_end_with_one_state(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], service: FakeService, seed: int
) -> None:
    circle = found_circle(tmp_path, capsys, service, 3)
    circle.store(REPORT, OTHER, THIRD)
    circle.sync()
    chance = random.Random(seed)
    said: list[Record] = []
    for step in range(12):
        who = chance.randrange(3)
        reports = tuple(chance.sample([REPORT, OTHER, THIRD], chance.randint(1, 3)))
        some = chance.choice([*said, Record(circle.identities[0].holder_id, 1, 0, Tag(OTHER, "x"))])
        said += circle.write(
            who,
            chance.choice(
                [
                    Tag(reports[0], "fibre"),
                    Untag(reports[0], "fibre"),
                    Comment(reports[0], f"note {step}"),
                    Translate(reports[0], "en", f"words {step}"),
                    Grade(INCIDENT, "measured"),
                    Merge(chance.choice([INCIDENT, b"INCIDENT"]), reports),
                    Split(INCIDENT, reports, ()),
                    Undo(some.holder_id, some.counter),
                ]
            ),
        )
        if chance.random() < 0.3:
            circle.sync(chance.randrange(3))
        if chance.random() < 0.2:
            chance.shuffle(service.items)
            service.items = [[place, *item[1:]] for place, item in enumerate(service.items)]
            for desk in circle.desks:  # another service with the same envelopes, in another order
                desk.home.envelopes.unlink(missing_ok=True)
    for number in [*chance.sample(range(3), 3), 0, 1, 2]:
        circle.sync(number)
    states = [circle.read(number) for number in range(3)]
    assert states[0] == states[1] == states[2]
    assert {entry.record for entry in states[0].history} == set(said)


class PowerCut(BaseException):
    """What ends a process between two steps."""


def cut_at(
    monkeypatch: pytest.MonkeyPatch, place: object, name: str, *, after: bool = False
) -> None:
    """Let the process end when it comes to this step, once."""
    real: Callable[..., Any] = getattr(place, name)

    def cut(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(place, name, real)
        if after:
            real(*arguments, **named)
        raise PowerCut

    monkeypatch.setattr(place, name, cut)


SENDING = [
    (sending, "post_envelopes", False),
    (sending, "post_envelopes", True),
    (Journal, "forget", False),
    (Journal, "forget", True),
]


@pytest.mark.parametrize(("place", "name", "after"), SENDING)
def test_a_kill_while_sending_loses_and_doubles_nothing(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, place: object, name: str, after: bool
) -> None:
    said = circle.write(0, Tag(REPORT, "fibre"), Comment(OTHER, "again"))
    cut_at(monkeypatch, place, name, after=after)
    with pytest.raises(PowerCut):
        circle.desks[0].run("sync")
    assert {entry.record for entry in circle.read(0).history} == set(said)
    circle.sync(0, 1)
    assert [entry.record for entry in circle.read(1).history] == list(said)
    assert len(circle.service.items) == 3 + 2
    with open_journal(circle.desks[0].home, circle.identities[0]) as journal:
        assert journal.count_waiting() == 0


@pytest.mark.parametrize(("name", "after", "kept"), [("add", False, 0), ("add", True, 0)])
def test_a_kill_while_writing_leaves_all_or_nothing(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, name: str, after: bool, kept: int
) -> None:
    cut_at(monkeypatch, Journal, name, after=after)
    with pytest.raises(PowerCut):
        circle.write(0, Tag(REPORT, "fibre"), Tag(OTHER, "fibre"))
    assert len(circle.read(0).history) == kept
    circle.write(0, Tag(REPORT, "fibre"))
    assert len(circle.read(0).history) == kept + 1


def test_what_the_service_does_not_take_waits(circle: Circle) -> None:
    circle.write(0, Tag(REPORT, "fibre"), Tag(OTHER, "exam"))
    with open_journal(circle.desks[0].home, circle.identities[0]) as journal:
        circle.service.unwanted = [journal.list_waiting(0, 9)[0][1].envelope]
    result = circle.desks[0].done("sync", "--json")
    assert result.json["records"] == {"sent": 1, "waiting": 1}
    assert "1 record of yours waits" in result.err
    circle.service.unwanted.clear()
    assert circle.desks[0].done("sync", "--json").json["records"]["sent"] == 1


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b'{"results": 1}', b'{"results": []}', b"x" * 70_000]
)
def test_an_answer_that_makes_no_sense_forgets_nothing(
    circle: Circle, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    circle.write(0, Tag(REPORT, "fibre"))
    circle.service.answer = answer
    result = circle.desks[0].run("sync", "--json")
    assert result.json["records"] == {"sent": 0, "waiting": 1}
    assert "makes no sense" in result.err
    circle.service.answer = None
    assert circle.desks[0].done("sync", "--json").json["records"] == {"sent": 1, "waiting": 0}


def test_what_waited_beyond_its_epoch_is_sealed_anew(circle: Circle) -> None:
    """After months without a network the old key may be gone from every vault."""
    circle.write(0, Comment(REPORT, "written in epoch 1"))
    for desk in circle.desks:
        desk.now = NOW + 8 * DAY
    circle.sync(0)
    body = circle.service.items[-1][2]
    assert int.from_bytes(body[2:4], "big") == 2
    circle.sync(1)
    assert circle.read(0) == circle.read(1)
    assert circle.read(1).notes[REPORT][0].text == "written in epoch 1"


@pytest.mark.parametrize("dropped", [False, True])
def test_what_waited_when_its_epoch_was_destroyed_is_sealed_anew_or_dropped(
    circle: Circle, dropped: bool
) -> None:
    """A note may repeat what a lost report said: its writer decides, and is told how many."""
    circle.sync()
    later = b"report-9"
    circle.write(0, Comment(REPORT, "of the lost"), Comment(later, "of another epoch's"))
    options = ["--drop-waiting"] if dropped else []
    told = circle.desks[0].done("epoch", "destroy", 1, "--early", "--yes", *options, "--json")
    assert (told.json["lost"], told.json["waiting"]) == (3, 1)
    assert "1 record waits to be sent" in told.err
    assert ("Nobody else has it" in told.err) is dropped
    circle.identities[0] = unlock(circle.desks[0].home, PASSPHRASE)  # the vault has a new key
    for desk in circle.desks:
        desk.now = NOW + 8 * DAY
    sent = 1 if dropped else 2
    assert circle.desks[0].done("sync", "--json").json["records"] == {"sent": sent, "waiting": 0}
    circle.sync(1)
    notes = circle.read(1).notes
    assert [note.text for note in notes.get(REPORT, ())] == ([] if dropped else ["of the lost"])
    assert [note.text for note in notes[later]] == ["of another epoch's"]
    assert circle.read(0) == circle.read(1)


def test_more_than_one_batch(circle: Circle) -> None:
    circle.write(0, *(Comment(REPORT, f"note {number}") for number in range(70)))
    assert circle.desks[0].done("sync", "--json").json["records"] == {"sent": 70, "waiting": 0}
    circle.sync(1)
    assert [note.text for note in circle.read(1).notes[REPORT]] == [
        f"note {number}" for number in range(70)
    ]


def test_the_own_copy_is_read_without_the_store(circle: Circle) -> None:
    """As under two locks: others' records need a peeled file, one's own do not."""
    circle.write(0, Tag(REPORT, "fibre"))
    circle.sync()
    circle.desks[0].home.envelopes.unlink()
    assert circle.read(0).tags == {REPORT: {"fibre"}}


def find_everywhere(folder: Path, text: str) -> list[Path]:
    needles = [text.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be")]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(one in path.read_bytes() for one in needles)]


def test_nothing_that_was_said_is_in_a_file(circle: Circle, tmp_path: Path) -> None:
    words = "CANARY the mayor's cousin, ကနဦး"
    circle.write(
        0, Comment(REPORT, words), Tag(REPORT, "canarytag"), Translate(REPORT, "en", words)
    )
    for _ in range(2):
        circle.sync()
        circle.desks[0].done("list")
        circle.desks[1].done("show", REPORT.hex())
    for text in (words, "CANARY", "canarytag"):
        assert not find_everywhere(tmp_path, text)
    (tmp_path / "home0" / "planted").write_text("CANARY", encoding="utf-16")
    assert find_everywhere(tmp_path, "CANARY")  # the search itself is no blank


def test_sizes_on_the_disk_do_not_tell_how_long_a_note_is(circle: Circle) -> None:
    circle.write(0, Comment(REPORT, "x"), Comment(REPORT, "x" * 300))
    with open_journal(circle.desks[0].home, circle.identities[0]) as journal:
        rows = journal._database.execute("SELECT length(box), length(envelope) FROM records")
        assert len(set(rows.fetchall())) == 1


class TestDamage:
    def spoil(self, desk: DeskForTests, how: Callable[[bytes], bytes]) -> None:
        desk.home.records.write_bytes(how(desk.home.records.read_bytes()))

    @pytest.mark.parametrize(
        "how",
        [
            lambda data: data[: len(data) // 2],
            lambda data: data[:4096],
            lambda data: b"nothing of a database" * 100,
            lambda data: data[:100] + bytes(3000) + data[3100:],
        ],
    )
    def test_it_is_said_and_the_rest_goes_on(
        self, circle: Circle, how: Callable[[bytes], bytes]
    ) -> None:
        circle.write(0, *[Comment(REPORT, "x" * 600)] * 12)
        circle.write(1, Tag(REPORT, "fibre"))
        circle.sync()
        circle.sync(0)
        self.spoil(circle.desks[0], how)
        shown = circle.desks[0].done("show", REPORT.hex())
        assert "fibre" in shown.out
        assert shown.out.count("Note by") == 12  # they came back from the service
        assert "records.db, is cut off or damaged" in shown.err
        assert "records.db, is cut off or damaged" in circle.desks[0].done("sync").err
        result = circle.desks[0].run("tag", REPORT.hex(), "exam")
        assert result.status == 1
        assert "records.db, is cut off or damaged" in result.err

    def test_a_damaged_row_is_counted(self, circle: Circle) -> None:
        circle.write(0, Tag(REPORT, "fibre"), Tag(OTHER, "exam"))
        with open_journal(circle.desks[0].home, circle.identities[0]) as journal:
            journal._database.execute("UPDATE records SET box = zeroblob(600) WHERE number = 1")
        shown = circle.desks[0].done("list")
        assert "1 record in records.db damaged" in shown.err
        circle.write(0, Tag(THIRD, "fibre"))
        assert circle.read(0).tags == {OTHER: {"exam"}, THIRD: {"fibre"}}
        circle.sync()  # its envelope is whole, and goes out
        assert circle.read(1).tags[REPORT] == {"fibre"}

    def test_a_damaged_envelope_is_made_again(self, circle: Circle) -> None:
        circle.write(0, Tag(REPORT, "fibre"))
        with open_journal(circle.desks[0].home, circle.identities[0]) as journal:
            journal._database.execute("UPDATE records SET envelope = x'00'")
        circle.sync()
        assert circle.read(1).tags == {REPORT: {"fibre"}}


def test_another_vault_reads_nothing(circle: Circle) -> None:
    circle.write(0, Tag(REPORT, "fibre"))
    stolen = circle.desks[1].home
    stolen.records.write_bytes(circle.desks[0].home.records.read_bytes())
    assert circle.read(1).history == ()
