"""Dual control in use: who peels does not read, who reads does not peel."""

from pathlib import Path

import pytest

from tests.keyholder.dual_control import Pair, found_pair


@pytest.fixture
def pair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Pair:
    return found_pair(tmp_path, capsys)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stick.peeled"


def test_two_holders_open_what_neither_opens_alone(pair: Pair, file: Path) -> None:
    pair.store(*pair.seal("first", "second"), *pair.seal("by text", channel="app-sms"))
    for desk in (pair.outer, pair.inner):
        alone = desk.done("open", "--json").json
        assert alone == {
            "opened": 0,
            "records": 0,
            "unopened": [{"outcome": "no-key", "detail": "1", "count": 3}],
        }
    told = pair.outer.done("peel", "--output", file, "--json").json
    assert told == {"peeled": 3, "next_index": 3, "unopened": []}
    assert pair.inner.done("open", "--peeled", file, "--json").json["opened"] == 3
    listed = pair.inner.done("list", "--peeled", file, "--json").json["reports"]
    assert sorted(one["report"]["text"] for one in listed) == ["by text", "first", "second"]
    # and the holder of lock A reads nothing in her own file
    assert pair.outer.done("open", "--peeled", file, "--json").json["opened"] == 0
