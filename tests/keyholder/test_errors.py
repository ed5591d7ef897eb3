"""Errors: stable codes, fixed sentences, nothing of what came in."""

import re

import pytest

from keyholder.errors import KeyholderError, describe_fault, list_codes
from tests.conftest import ROOT
from tests.keyholder.conftest import DeskForTests


@pytest.mark.parametrize("code", list_codes())
def test_every_code_has_two_sentences_and_is_used(code: str) -> None:
    error = KeyholderError(code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", code)
    assert str(error) == f"{error.sentence}. {error.action}."
    sources = (ROOT / "keyholder").rglob("*.py")
    used = [path for path in sources if f'"{code}"' in path.read_text(encoding="utf-8")]
    assert [path for path in used if path.name != "errors.py"]


def test_a_fault_tells_its_place_and_nothing_else(
    coalition: DeskForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("\x1b[2J what a stranger wrote")

    monkeypatch.setattr("keyholder.commands.opening.merge", fail)
    result = coalition.run("list")
    assert result.status == 1
    assert "ValueError at test_errors.py, line " in result.err
    assert "stranger" not in result.err
    assert "\x1b" not in result.err


def test_a_fault_without_a_place() -> None:
    assert "an unknown place" in describe_fault(KeyError("x"))


@pytest.mark.parametrize(
    "command",
    ["", "init", "coalition", "coalition create", "coalition show", "coalition publish",
     "coalition export", "epoch", "epoch new", "sync", "open", "list", "show", "export"],
)  # fmt: skip
def test_every_command_explains_itself(desk: DeskForTests, command: str) -> None:
    out = desk.done(*command.split(), "--help").out
    assert f"Usage: keyholder {command}".rstrip() in out
