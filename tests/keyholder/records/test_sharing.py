"""What holders say reaches each other, whatever the order, the gaps and the kills."""

import random
from pathlib import Path

import pytest

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
