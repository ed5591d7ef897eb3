"""docs/screens.html is true, asks nobody for anything, and reads right on a small screen."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from reports.catalogue import languages, text
from reports.questions import questions
from tests.browser import running_browser
from tools import make_screens

RIGHT_TO_LEFT = {"ar", "fa", "ur"}


def test_the_page_is_what_the_catalogues_say() -> None:
    page = make_screens.PAGE.read_text(encoding="utf-8")
    assert page == make_screens.write_page(), "run `python -m tools.make_screens`"


def test_direction() -> None:
    found = {lang for lang in languages() if make_screens.direction(lang) == "rtl"}
    assert found == RIGHT_TO_LEFT


def test_the_page_asks_no_address_and_runs_nothing() -> None:
    page = make_screens.write_page()
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|://|\son\w+=", page)
    assert "default-src 'none'" in page


def test_each_language_shows_every_screen_and_reply() -> None:
    page = make_screens.write_page()
    for lang in languages():
        (section,) = re.findall(rf'<section id="{lang}">.*?</section>', page, re.DOTALL)
        screens = len(questions()) + 1 + (lang in RIGHT_TO_LEFT)
        assert section.count('<figure class="screen">') == screens
        assert section.count('<figure class="text">') == 3
        side = "rtl" if lang in RIGHT_TO_LEFT else "ltr"
        assert section.count(f'lang="{lang}" dir="{side}"') == screens + 3 - (side == "rtl")
        assert section.count("<li>") == len(languages()) - 1


@pytest.fixture(scope="module")
def shown() -> Iterator[Page]:
    """The page on a phone of 320 pixels."""
    with running_browser() as browser:
        page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(make_screens.PAGE.as_uri())
        yield page
        if folder := os.environ.get("HELIOGRAPH_SCREENSHOTS"):
            page.screenshot(path=str(Path(folder) / "screens.png"), full_page=True)
    assert asked == [make_screens.PAGE.as_uri()]
    assert said == []


def test_nothing_is_cut_off_at_320_pixels(shown: Page) -> None:
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320
    hidden = "[...document.querySelectorAll('.glass')].filter(e => e.scrollWidth > e.clientWidth)"
    assert shown.evaluate(f"{hidden}.map(e => e.ariaLabel)") == []


@pytest.mark.parametrize("lang", languages())
def test_numbers_stand_where_the_language_begins_to_read(shown: Page, lang: str) -> None:
    """An option's number is right of its words where the script runs from right to left, and
    left of them in the others; so it is with Latin words among them, and with numbers of two."""
    lines = shown.locator(f"#{lang} .glass[dir={make_screens.direction(lang)}] p")
    places = lines.evaluate_all(
        """lines => lines.filter(line => /^[0-9]/.test(line.innerText)).map(line => {
             const place = (from, to) => {
               const range = document.createRange()
               range.setStart(line.firstChild, from)
               range.setEnd(line.firstChild, to)
               return range.getBoundingClientRect()
             }
             const words = line.innerText, gap = words.indexOf(' ')
             return [place(0, gap).left, place(gap + 1, gap + 2).left]
           })"""
    )
    assert len(places) == 5 * 5 + 1
    for number, word in places:
        assert (number > word) == (lang in RIGHT_TO_LEFT), text(lang, "ussd.cut")
