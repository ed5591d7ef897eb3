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
def toured(service: Running) -> list["subprocess.CompletedProcess[str]"]:
    """What each line of the tour said. One shell runs them all, as a person's would."""
    lines = tour_lines()
    assert lines[0] == ". var/dev/env"
    done = []
    environ = {**service.environ}
    for line in lines[1:]:
        done.append(
            subprocess.run(
                ["sh", "-c", line],
                env=environ,
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
        )
    return done


def test_every_line_works(toured: list["subprocess.CompletedProcess[str]"]) -> None:
    for done in toured:
        assert done.returncode == 0, (done.args, done.stderr)
    assert len(tour_lines()) <= 10


def test_the_list_prints_the_four_reports(
    toured: list["subprocess.CompletedProcess[str]"], service: Running
) -> None:
    listed = toured[-1].stdout
    for channel in CHANNELS:
        assert len(re.findall(rf" {channel} ", listed)) == 1, listed
    assert re.search(r"\b4 +reports", listed)
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
