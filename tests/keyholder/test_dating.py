"""What is found in the log is told with its days: when it held, since when not, by this clock."""

import json
from pathlib import Path
from typing import Any

import pytest

from keyholder.envelopes import open_envelopes
from keyholder.moments import DAY, write_day
from keyholder.remembered import read_seen
from tests.keyholder.conftest import NOW, DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.test_altered_home import OTHER_DAY
from tests.keyholder.test_cosigning import ANNA, cosign, list_holders
from tests.keyholder.test_log import change_home, fill, sync

FIRST, SECOND, THIRD = (write_day(NOW // DAY + days) for days in range(3))
HELD = {"size": 3, "day": FIRST}


def find(desk: DeskForTests, command: str = "verify") -> dict[str, dict[str, Any]]:
    """Code -> the rest of each finding."""
    told = desk.run(command, "--json").json
    return {one.pop("code"): one for one in told.get("log", told)["findings"]}


@pytest.fixture
def grown(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    """Three leaves are confirmed on the first day, five on the second. It is the third."""
    for count in (3, 2):
        fill(coalition, service, count)
        assert sync(coalition) == []
        coalition.now += DAY
    return coalition


def test_a_day_is_kept_and_nothing_finer(grown: DeskForTests) -> None:
    assert sync(grown) == []  # again, later: the first day stays
    with open_envelopes(grown.home) as database:
        assert [(one.size, one.day) for one in read_seen(database)] == [
            (3, NOW // DAY),
            (5, NOW // DAY + 1),
        ]


class TestTheService:
    def test_that_forks_is_told_with_both_days(
        self, grown: DeskForTests, service: FakeService
    ) -> None:
        service.note = service.sign([b"other"] * 5)
        for _again in range(2):  # the day of the first sight, however often it is shown
            forked = {"first": 0, "last": 4, "held": {"size": 5, "day": SECOND}, "since": THIRD}
            assert find(grown, "sync")["log-forked"] == {**forked, "taken": None}
            grown.now += DAY
        assert find(grown)["log-forked"] == {**forked, "taken": None}
        err = grown.run("verify").err
        assert f"; held on {SECOND} (checkpoint of 5 leaves), not any more" in err
        assert f"; seen so since {THIRD}" in err

    def test_that_forked_before_what_is_confirmed(
        self, grown: DeskForTests, service: FakeService
    ) -> None:
        service.note = service.sign([b"other"] * 3)
        assert find(grown, "sync")["log-shrunk"]["held"] == {"size": 5, "day": SECOND}
        forked = find(grown)["log-forked"]
        assert (forked["held"], forked["since"]) == ({"size": 5, "day": SECOND}, THIRD)

    def test_that_forks_and_grows(self, grown: DeskForTests, service: FakeService) -> None:
        list_holders(grown, service, ANNA)
        fill(grown, service, 1)
        service.note = cosign(service.sign([b"other"] * 6), ANNA)
        sync(grown)
        for found in (find(grown), find(grown, "sync")):
            for code in ("log-forked", "log-split"):
                assert found[code]["held"] == {"size": 5, "day": SECOND}
                assert found[code]["since"] == THIRD

    def test_that_shrinks(self, grown: DeskForTests, service: FakeService) -> None:
        service.note = service.sign([item[1] for item in service.items[:4]])
        found = find(grown, "sync")["log-shrunk"]
        assert (found["held"], found["since"]) == ({"size": 5, "day": SECOND}, THIRD)
        # One that was seen while the log grew, or none at all, says nothing of a day.
        for note in (service.sign([item[1] for item in service.items[:3]]), b""):
            service.note = note
            found = find(grown, "sync")["log-shrunk"]
            assert (found["held"], found["since"]) == ({"size": 5, "day": SECOND}, None)

    def test_that_removes_alters_and_withholds(
        self, grown: DeskForTests, service: FakeService
    ) -> None:
        fill(grown, service, 3)
        service.items[5][2] = None
        service.items[6][2] = service.items[4][2]
        service.note = service.tell_log("checkpoint")
        service.items.pop()
        sync(grown)
        grown.now += DAY
        found = find(grown)
        with open_envelopes(grown.home) as database:
            day = write_day(
                database.execute("SELECT day FROM envelopes WHERE idx = 5").fetchone()[0]
            )
        for code, taken in (("removed", [day] * 2), ("altered", [day] * 2)):
            one = found[f"body-{code}"]
            assert (one["held"], one["since"], one["taken"]) == (None, THIRD, taken)
        assert found["log-withheld"] == {
            "first": 7, "last": 7, "held": None, "since": THIRD, "taken": None
        }  # fmt: skip
        assert find(grown, "sync")["body-removed"] == found["body-removed"]
        assert f"(body-removed); taken {day}; signed since {THIRD}" in grown.run("verify").err

    def test_that_signs_with_another_key(self, grown: DeskForTests, service: FakeService) -> None:
        service.log_seed = bytes(32)
        found = find(grown, "sync")["log-key-changed"]
        assert (found["held"], found["since"]) == ({"size": 5, "day": SECOND}, None)

    def test_that_does_not_sign(self, grown: DeskForTests, service: FakeService) -> None:
        service.note = service.tell_log("checkpoint")
        fill(grown, service, 2)
        assert sync(grown) == []
        grown.now += DAY
        found = find(grown, "sync")["log-unsigned"]
        assert (found["since"], len(found["taken"])) == (THIRD, 2)


class TestTheHome:
    @pytest.mark.parametrize(
        ("statement", "code", "held", "since"),
        [
            (f"UPDATE envelopes SET leaf = {OTHER_DAY} WHERE idx = 1", "leaf-altered", HELD, None),
            ("DELETE FROM envelopes WHERE idx = 1", "leaf-missing", HELD, FIRST),
            ("UPDATE checkpoints SET note = 'x' WHERE size = 3", "checkpoint-altered", HELD, None),
            ("UPDATE log_checked SET hashes = x'00'", "checkpoint-altered", None, None),
        ],
    )
    def test_that_was_altered_says_until_when_it_held(
        self, grown: DeskForTests, statement: str, code: str, held: Any, since: str | None
    ) -> None:
        change_home(grown, statement)
        found = find(grown)[code]
        assert (found["held"], found["since"]) == (held, since)

    @pytest.mark.parametrize("day", ["'text'", "x'ff'", "-1", "65536", "1e300", "NULL"])
    def test_any_type_as_a_day_breaks_nothing(
        self, grown: DeskForTests, service: FakeService, day: str
    ) -> None:
        change_home(grown, f"UPDATE checkpoints SET day = {day}")
        service.note = service.sign([b"other"] * 5)
        assert find(grown, "sync")["log-forked"]["since"] == THIRD
        assert "has a fault" not in grown.run("verify").err

    def test_a_leaf_that_is_none_has_no_day(self, grown: DeskForTests) -> None:
        change_home(grown, "UPDATE envelopes SET leaf = 'text' WHERE idx = 1")
        assert find(grown)["body-altered"]["taken"] is None

    def test_a_damaged_frontier_leaves_a_fork_undated(
        self, grown: DeskForTests, service: FakeService
    ) -> None:
        service.note = service.sign([b"other"] * 5)
        sync(grown)
        change_home(grown, "UPDATE log_checked SET hashes = x'00'")
        found = find(grown)["log-forked"]
        assert (found["held"], found["since"]) == (None, THIRD)


def test_a_home_of_before_has_no_days_and_gets_them(
    coalition: DeskForTests, service: FakeService
) -> None:
    fill(coalition, service, 3)
    assert sync(coalition) == []
    for statement in (
        "CREATE TABLE older (size, root, note, key, PRIMARY KEY (size, root, key)) WITHOUT ROWID",
        "INSERT INTO older SELECT size, root, note, key FROM checkpoints",
        "DROP TABLE checkpoints",
        "ALTER TABLE older RENAME TO checkpoints",
    ):
        change_home(coalition, statement)
    assert sync(coalition) == []  # the same one again: its first day stays unknown
    service.items[1][2] = None
    change_home(coalition, "UPDATE envelopes SET body = NULL WHERE idx = 1")
    found = find(coalition)["body-removed"]
    assert (found["since"], found["taken"] is None) == (None, False)
    coalition.now += DAY
    service.note = service.sign([b"other"] * 3)
    found = find(coalition, "sync")["log-forked"]
    assert (found["held"], found["since"]) == (None, SECOND)


def test_a_bundle_says_when(grown: DeskForTests, service: FakeService, tmp_path: Path) -> None:
    file = tmp_path / "other.bundle"
    service.note = service.sign([b"other"] * 5)
    sync(grown)
    grown.done("bundle", "out", file)
    change_home(grown, "DELETE FROM checkpoints WHERE day = ?", NOW // DAY + 2)
    grown.now += DAY
    result = grown.run("bundle", "in", file, "--json")
    (forked,) = json.loads(result.out)["findings"]
    assert forked["held"] == {"size": 5, "day": SECOND}
    assert forked["since"] == write_day(NOW // DAY + 3)
