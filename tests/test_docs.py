"""Commands, settings and error codes in the documents are the ones that exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from heliograph.command import make_command
from keyholder.command import app
from tests.conftest import ROOT
from tools import make_errors, make_settings

PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("spec/**/*.md")]
    if path.is_file()
)
COMMANDS = {
    "heliograph": typer.main.get_command(make_command()),
    "keyholder": typer.main.get_command(app),
}


_COMMAND = re.compile(
    r"\s*(?:\.venv/bin/)?(heliograph|keyholder)(?=[ \n]|$)((?: [a-z][a-z-]*)*)(.*)"
)


def _code(page: Path) -> str:
    """The code of a page: fenced blocks and spans, each span on a line of its own."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return "\n".join([*blocks, *spans])


def _check(name: str, words: list[str]) -> Any:
    """The command that the words name. Words after a command that has no more are its own."""
    command = COMMANDS[name]
    for word in words:
        # typer brings its own click: a group is what has commands
        commands = getattr(command, "commands", None)
        if commands is None:
            break
        assert word in commands, f"{name} {' '.join(words)}"
        command = commands[word]
    return command


def _commands(page: Path) -> Iterator[tuple[str, "re.Match[str]"]]:
    """Each of our commands as it is written: also behind `do`, `&&`, `|` and the like."""
    for line in _code(page).splitlines():
        for part in re.split(r"\| |; |&& |\bdo ", line):
            match = re.match(
                r"\s*(?:\.venv/bin/)?(heliograph|keyholder)(?=[ \n]|$)((?: [a-z][a-z-]*)*)(.*)",
                part,
            )
            if match:
                yield part, match


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_options_exist(page: Path) -> None:
    for line, match in _commands(page):
        command = _check(match[1], match[2].split())
        known = {option for parameter in command.params for option in parameter.opts}
        known |= {o for p in COMMANDS[match[1]].params for o in p.opts} | {"--help"}
        rest = re.split(r" [|;&]|\s#", match[3])[0]
        for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", rest):
            assert option in known, f"{line}: {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", _code(page), re.MULTILINE):
        assert target in targets


def test_every_command_is_told_in_a_document() -> None:
    everything = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name, root in COMMANDS.items():
        for word in root.commands:  # type: ignore[attr-defined]
            assert f"{name} {word}" in everything, f"{name} {word}"


def test_settings_stand_in_operating() -> None:
    text = make_settings.PAGE.read_text(encoding="utf-8")
    assert make_settings.write_page(text) == text, "run `python -m tools.make_settings`"
    assert text.count("<!-- settings -->") == 1


def test_settings_named_in_documents_exist() -> None:
    table = make_settings.write_table()
    others = {"HELIOGRAPH_SHARED", "HELIOGRAPH_SERVICE", "HELIOGRAPH_OUTBOX", "HELIOGRAPH_DEV"}
    others.add("HELIOGRAPH_SCREENSHOTS")
    for page in PAGES:
        for name in re.findall(r"HELIOGRAPH_[A-Z_]+[A-Z]", page.read_text(encoding="utf-8")):
            plain = name.removesuffix("_FILE")
            assert name in table or plain in table or name in others, f"{page.name}: {name}"


def test_errors_stand_in_their_page() -> None:
    assert make_errors.PAGE.read_text(encoding="utf-8") == make_errors.write_page(), (
        "run `python -m tools.make_errors`"
    )
