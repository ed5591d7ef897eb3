"""5,000 hostile strings through the page: no script, dialog, request or element of theirs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from keyholder.opening import Opened
from tests.keyholder.hostile_strings import COUNT, make_strings
from tests.workbench.sittings import open_as, sitting_over
from tests.workbench.test_page import watched

STRINGS = make_strings()
FIELDS = ("area", "text", "raw", "plat_other", "gov")
# What a string would have to make to do anything: elements that the page itself never uses,
# handlers, addresses that are followed, and a mark that scripts of the strings would leave.
ACTIVE = """() => [
  ...[...document.querySelectorAll("script, iframe, object, embed, img, base, meta, form, link, a")]
    .filter((one) => !ours.has(one) && !one.matches("form.entry, .halves a[rel]"))
    .map((one) => one.outerHTML.slice(0, 80)),
  ...[...document.querySelectorAll("*")]
    .flatMap((one) => [...one.attributes].map(({ name, value }) => `${name}=${value}`))
    .filter((told) => /^on|javascript:|^srcdoc=|^style=.*url/i.test(told)),
]"""
REMEMBER = """() => { window.ours = new Set(document.querySelectorAll("*")); }"""
BIDI = "[\\u202a-\\u202e\\u2066-\\u2069\\u200e\\u200f\\u061c\\u0000-\\u0008\\u000b-\\u001f]"


def make_reports() -> list[Opened]:
    """Reports whose every text is one of the strings; each string is in one of them."""
    step = len(FIELDS)
    return [
        open_as(
            place,
            {
                "chan": "app",
                "cc": "MM",
                "op": [STRINGS[place * step][:64]],
                **dict(zip(FIELDS, STRINGS[place * step : (place + 1) * step], strict=False)),
            },
        )
        for place in range(COUNT // step)
    ]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with sitting_over(make_reports()) as (_, made):
        yield made


def look(page: Page) -> list[str]:
    """What is active in the page, and texts with characters that hide or turn others."""
    found = [str(one) for one in page.evaluate(ACTIVE)]
    text = page.evaluate(f"document.body.innerText.match(/{BIDI}/g) ?? []")
    return found + [hex(ord(one)) for one in text]


def test_nothing_of_them_is_active(browser: Browser, address: str) -> None:
    with watched(browser, address) as seen:
        page = seen.page
        grid = page.get_by_role("grid")
        expect(page.locator(".count")).to_have_text(f"{COUNT // len(FIELDS):,} reports")
        page.evaluate(REMEMBER)
        screens = 0
        while page.locator(f"#row-{COUNT // len(FIELDS) - 1} .text").count() == 0:
            grid.press("PageDown")
            expect(page.locator(".row.current .received")).to_be_visible()
            assert look(page) == []
            screens += 1
        assert screens > 20
        assert (seen.elsewhere, seen.wrong) == ([], [])


def test_whole_reports_are_text_too(browser: Browser, address: str) -> None:
    with watched(browser, address) as seen:
        page = seen.page
        expect(page.get_by_role("grid")).to_be_focused()
        page.evaluate(REMEMBER)
        for _ in range(25):
            for _ in range(7):
                page.keyboard.press("j")
            page.keyboard.press("Enter")
            expect(page.locator("blockquote").first).to_be_visible()
            assert look(page) == []
            page.keyboard.press("Escape")
            expect(page.get_by_role("grid")).to_be_focused()
        for view in ("incidents", "timeline", "map", "floods", "history"):
            page.locator(f"#tab-{view}").click()
            expect(page.locator("main")).not_to_contain_text("…")
            assert look(page) == []
        assert (seen.elsewhere, seen.wrong) == ([], [])
