"""The README's five minutes, typed line by line into a shell beside a running service."""

import json
import re
import subprocess

import pytest
from playwright.sync_api import expect

from tests.browser import running_browser
from tests.conftest import LOADING, ROOT
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
        env={**LOADING, "PATH": "/usr/bin:/bin", "HOME": str(service.data.parent)},
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
        env={**LOADING, "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr


def test_the_workbench_shows_them_and_what_is_texted_then(
    toured: "subprocess.CompletedProcess[str]", service: Running
) -> None:
    """`make run` started it before the first report was sent; nothing but its button is pressed."""
    assert toured.returncode == 0, toured.stderr
    printed = service.output.read_text(encoding="utf-8")
    found = re.search(r"^  workbench +(http://127\.0\.0\.1:\d+/#[\w-]{43})$", printed, re.MULTILINE)
    assert found, printed
    words = "NET MM13 D3 FULL 2H a text of this moment"
    with running_browser() as browser:
        page = browser.new_page()
        page.goto(found[1])
        expect(page.locator(".count")).to_have_text("4 reports", timeout=30_000)
        service.run("heliograph", "dev", "text", words)
        press = page.get_by_role("button", name="Get new reports")
        for _ in range(10):  # its index is given within a second or two
            press.click()
            expect(press).to_have_attribute("aria-disabled", "false", timeout=30_000)
            if page.locator(".count").inner_text() == "5 reports":
                break
        expect(page.locator(".count")).to_have_text("5 reports")
        expect(page.get_by_role("grid")).to_contain_text(words)
