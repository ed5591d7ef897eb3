"""The entry point: what goes wrong is told in one line, and nothing that came in is in it."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

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


def test_help_lists_every_command_as_it_is() -> None:
    """The summaries are written a second time, so that nothing is loaded for them."""
    listed = CliRunner().invoke(command.make_command(command.HELP), ["--help"])
    assert listed.exit_code == 0
    assert listed.output == CliRunner().invoke(command.make_command(), ["--help"]).output


@pytest.mark.parametrize("name", ["--help", "report", "dev"])
def test_a_command_loads_no_service_that_it_does_not_need(name: str) -> None:
    program = (
        "import sys; from heliograph.command import main; sys.argv[0] = 'heliograph'\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'fastapi', 'sqlalchemy', 'alembic'} & sys.modules.keys()), file=sys.stderr)"
    )
    words = [] if name == "--help" else [name]
    done = subprocess.run(
        [sys.executable, "-c", program, *words, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Usage" in done.stdout
    assert done.stderr == "[]\n"
