"""The phone simulator in a real browser: a text and a USSD walk reach a keyholder's list."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import running_browser
from tests.road.running import Running

MOVED = "the words of this walk"


@pytest.fixture
def page(service: Running) -> Iterator[Page]:
    """A cheap phone's window, in which no console message and no foreign request may occur."""
    with running_browser() as browser:
        page = browser.new_context(viewport={"width": 360, "height": 640}).new_page()
        said: list[str] = []
        foreign: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(service.url) else foreign.append(request.url)
            ),
        )
        page.goto(f"{service.url}/dev/phone")
        yield page
    assert said == []
    assert foreign == []


def _keep_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("HELIOGRAPH_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_text_and_a_walk_appear_in_the_keyholders_list(page: Page, service: Running) -> None:
    screen = page.get_by_role("log", name="Phone screen")
    page.get_by_label("Text to the coalition's number").fill("NET MM13 D3 S1 FULL 6H market day")
    page.get_by_role("button", name="Send text").click()
    expect(screen).to_contain_text("Thank you")
    _keep_picture(page, "phone-text")

    page.get_by_role("tab", name="Dial a code").click()
    page.get_by_role("button", name="Call").click()
    expect(screen).to_contain_text("Your phone company can read this")
    _keep_picture(page, "phone-dial")
    for answer in ("1", "2", "3", MOVED):
        page.get_by_label("Your answer").fill(answer)
        page.get_by_role("button", name="Answer").click()
        expect(page.get_by_label("Your answer")).to_have_value("")
    expect(page.get_by_role("button", name="Call")).to_be_visible()
    _keep_picture(page, "phone-over")

    service.settle()
    listed = service.run("keyholder", "list").stdout
    assert "NET MM13 D3 S1 FULL" in listed
    assert MOVED in listed
    # A line is cut to the terminal's width; the filter reads the whole text.
    assert "MM13" in service.run("keyholder", "list", "--text", "market day").stdout


def test_it_fits_the_narrowest_window_and_the_keyboard(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    page.get_by_role("tab", name="Text message").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Dial a code")).to_be_focused()
    expect(page.get_by_role("button", name="Call")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") in ("INPUT", "BUTTON", "DIV")
