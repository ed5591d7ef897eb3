"""The entry point: what goes wrong is told in one line, and nothing that came in is in it."""

import sys

import pytest

from heliograph import command
from heliograph.errors import SettingsError


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run the command; give its exit status."""
    monkeypatch.setattr(sys, "argv", ["heliograph", *words])
    monkeypatch.setattr(command, "harden_process", lambda: None)
    with pytest.raises(SystemExit) as caught:
        command.main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_settings_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "settings") == 0
    assert "`HELIOGRAPH_PORT`" in capsys.readouterr().out
    assert run(monkeypatch, "settings", "--json") == 0
    assert '"name": "HELIOGRAPH_PORT"' in capsys.readouterr().out


def test_an_operators_error_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HELIOGRAPH_PROT", "canary")
    assert run(monkeypatch, "serve") == 1
    said = capsys.readouterr().err
    assert said.startswith("heliograph: There is no setting HELIOGRAPH_PROT.")
    assert "canary" not in said


def test_a_fault_tells_its_place_and_not_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise KeyError("canary")

    monkeypatch.setattr(command, "make_command", lambda _only: fail)
    assert run(monkeypatch, "serve") == 1
    said = capsys.readouterr().err
    assert "KeyError at test_command.py" in said
    assert "canary" not in said
    assert SettingsError("a", "b.", "c.").code == "a"
