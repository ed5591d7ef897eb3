"""The README's five minutes, typed line by line into a shell beside a running service."""

import json
import re
import subprocess

import pytest

from tests.conftest import ROOT
from tests.road.running import Running

CHANNELS = {"app", "app-sms", "sms", "ussd"}


def tour_lines() -> list[str]:
    """The lines of the README's tour."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- tour -->\n```sh\n(.*?)```\n<!-- /tour -->", readme, re.DOTALL)
    assert block
    return block[1].splitlines()


@pytest.fixture(scope="module")
def fresh() -> str:
    """A newcomer has nothing, and SQLite: the first start makes everything."""
    return "sqlite"


@pytest.fixture(scope="module")
def toured(service: Running) -> "subprocess.CompletedProcess[str]":
    """The tour in one shell, in the folder where `var` is; a line that fails ends it."""
    assert service.data.name == "var"
    return subprocess.run(
        ["sh", "-e", "-c", "\n".join(tour_lines())],
        env={"PATH": "/usr/bin:/bin", "HOME": str(service.data.parent)},
        cwd=service.data.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_every_line_works(toured: "subprocess.CompletedProcess[str]") -> None:
    assert toured.returncode == 0, toured.stderr
    assert len(tour_lines()) <= 10


def test_the_list_prints_the_four_reports(
    toured: "subprocess.CompletedProcess[str]", service: Running
) -> None:
    lines = toured.stdout.splitlines()
    (head,) = (at for at, line in enumerate(lines) if line.startswith("ID "))
    column = slice(lines[head].index("CHANNEL"), lines[head].index("TEXT"))
    assert {line[column].strip() for line in lines[head + 1 : head + 5]} == CHANNELS
    assert re.search(r"\b4 +reports", toured.stdout)
    document = json.loads(service.run("keyholder", "list", "--json").stdout)
    assert {channel for one in document["reports"] for channel in one["channels"]} == CHANNELS


def test_the_env_file_can_be_sourced(service: Running) -> None:
    done = subprocess.run(
        ["sh", "-c", f". {service.data}/dev/env && keyholder coalition show"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
