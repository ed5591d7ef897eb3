"""A keyholder's home that was altered on its disk: `verify` says what, and no command breaks."""

import pytest

from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.test_log import change_home, fill, sync, verify

OTHER_DAY = "CAST(substr(leaf, 1, 5) || x'0001' || substr(leaf, 8) AS BLOB)"
SPOILT: dict[str, tuple[str, list[tuple[str, int, int]]]] = {
    "a row": ("DELETE FROM envelopes WHERE idx = 1", [("leaf-missing", 1, 1)]),
    "a body": ("UPDATE envelopes SET body = NULL WHERE idx = 1", [("body-removed", 1, 1)]),
    "a body's bytes": ("UPDATE envelopes SET body = x'01' WHERE idx = 1", [("body-altered", 1, 1)]),
    "a leaf's day": (
        f"UPDATE envelopes SET leaf = {OTHER_DAY} WHERE idx = 1",
        [("leaf-altered", 0, 2)],
    ),
    "a leaf's type": (
        "UPDATE envelopes SET leaf = 'text' WHERE idx = 1",
        [("body-altered", 1, 1), ("leaf-altered", 0, 2)],
    ),
    "the last rows": ("DELETE FROM envelopes WHERE idx >= 3", [("log-withheld", 3, 4)]),
    "a checkpoint": (
        "UPDATE checkpoints SET root = zeroblob(32) WHERE size = 5",
        [("checkpoint-altered", 0, 4), ("leaf-altered", 3, 4)],
    ),
    "a key": ("UPDATE checkpoints SET key = 'x' WHERE size = 3", [("checkpoint-altered", 0, 2)]),
    "the frontier": (
        "UPDATE log_checked SET hashes = x'00'",
        [("checkpoint-altered", 0, 0)],
    ),
}


class TestAHomeThatWasAltered:
    @pytest.mark.parametrize("what", SPOILT)
    def test_is_named(self, coalition: DeskForTests, service: FakeService, what: str) -> None:
        for count in (3, 2):
            fill(coalition, service, count)
            assert sync(coalition) == []
        statement, found = SPOILT[what]
        change_home(coalition, statement)
        assert verify(coalition) == found

    def test_a_damaged_frontier_is_computed_again(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 3)
        assert sync(coalition) == []
        change_home(coalition, SPOILT["the frontier"][0])
        assert (sync(coalition), verify(coalition)) == ([], [])

    def test_a_checkpoint_of_nothing_that_is_not_empty(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.note = service.sign([b"leaf"], size=0)
        assert sync(coalition) == [("log-forked", 0, 0)]
        assert verify(coalition) == [("log-forked", 0, 0)]

    def test_many_findings_are_counted(self, coalition: DeskForTests, service: FakeService) -> None:
        fill(coalition, service, 50)
        for item in service.items[::2]:
            item[2] = None
        coalition.run("sync")
        assert "and 5 more" in coalition.run("verify").err


ODD: dict[str, tuple[str, str]] = {
    "a note of text": ("UPDATE checkpoints SET note = 'text'", "checkpoint-altered"),
    "a note of a number": ("UPDATE checkpoints SET note = 7", "checkpoint-altered"),
    "a key of bytes": ("UPDATE checkpoints SET key = x'ff00'", "checkpoint-altered"),
    "a size of text": ("UPDATE checkpoints SET size = 'text'", "checkpoint-altered"),
    "a root of text": (
        "UPDATE checkpoints SET root = '01234567890123456789012345678901'",
        "checkpoint-altered",
    ),
    "a frontier of text": (
        "UPDATE log_checked SET hashes = '01234567890123456789012345678901', size = 'text'",
        "checkpoint-altered",
    ),
    "a body of text": ("UPDATE envelopes SET body = 'text' WHERE idx = 1", "body-altered"),
    "a row before the first": (
        "INSERT INTO envelopes SELECT -5, id, day, leaf, body, fault FROM envelopes WHERE idx = 0",
        "leaf-missing",
    ),
}


@pytest.mark.parametrize("what", ODD)
def test_any_type_in_any_column_is_told(
    coalition: DeskForTests, service: FakeService, what: str
) -> None:
    """SQLite keeps it, and whoever alters the file may choose. No command may break on it."""
    fill(coalition, service, 2)
    assert sync(coalition) == []
    change_home(coalition, ODD[what][0])
    assert ODD[what][1] in [code for code, _first, _last in verify(coalition)]
    assert "has a fault" not in coalition.run("sync").err
