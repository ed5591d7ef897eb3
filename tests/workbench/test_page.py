"""The workbench's page in Chromium over the real server: by keyboard alone, axe, one origin."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from keyholder.workbench.sitting import Sitting
from tests.client.pages import violations
from tests.workbench.sittings import make_opened, open_as, sitting_over

VIEWS = ("list", "incidents", "timeline", "map", "floods", "history")


@dataclass
class Watched:
    """A page, and what it did that it should not have."""

    page: Page
    origin: str
    elsewhere: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def see_heading(self, title: str) -> None:
        expect(self.page.locator("main h2").first).to_contain_text(title)


@contextmanager
def watched(browser: Browser, address: str, scheme: str = "light") -> Iterator[Watched]:
    """The page at `address`, opened."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    try:
        page = context.new_page()
        origin = address.partition("/#")[0]
        seen = Watched(page, origin)

        def note(url: str) -> None:
            if not url.startswith(f"{origin}/"):
                seen.elsewhere.append(url)

        page.on("request", lambda request: note(request.url))
        page.on("pageerror", lambda error: seen.wrong.append(str(error)))
        page.on("console", lambda told: seen.wrong.append(told.text))
        page.on("dialog", lambda dialog: (seen.wrong.append("dialog"), dialog.dismiss()))
        page.on("popup", lambda _: seen.wrong.append("popup"))
        page.goto(address)
        yield seen
    finally:
        context.close()


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[Sitting, str]]:
    with sitting_over(make_opened(600)) as made:
        yield made


def test_every_view_is_reached_and_left_by_keyboard(
    browser: Browser, desk: tuple[Sitting, str]
) -> None:
    with watched(browser, desk[1]) as seen:
        page = seen.page
        seen.see_heading("Reports")
        expect(page.locator(".count")).to_have_text("600 reports")
        expect(page.get_by_role("grid")).to_be_focused()
        page.keyboard.press("j")
        page.keyboard.press("ArrowDown")
        expect(page.locator(".row.current")).to_have_id("row-2")
        page.keyboard.press("End")
        expect(page.locator(".row.current")).to_have_id("row-599")
        page.keyboard.press("Enter")
        seen.see_heading("Report ")
        expect(page.locator("dl.fields").first).to_contain_text("Country")
        page.keyboard.press("Escape")
        seen.see_heading("Reports")
        for number, title in enumerate(("Incidents", "Timeline", "Map", "Floods", "Who"), 2):
            page.keyboard.press(str(number))
            seen.see_heading(title)
            expect(page.locator("main h2").first).to_be_focused()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("1")
        page.keyboard.press("/")
        expect(page.locator("#filter-text")).to_be_focused()
        assert page.url == f"{seen.origin}/", "the token left the address"
        assert (seen.elsewhere, seen.wrong) == ([], [])


def test_filters_narrow_every_view(browser: Browser, desk: tuple[Sitting, str]) -> None:
    with watched(browser, desk[1]) as seen:
        page = seen.page
        page.locator("#filter-country").select_option("MM")
        expect(page.locator(".count")).to_have_text(re.compile(r"^[1-5]?\d?\d reports$"))
        count = page.locator(".count").inner_text()
        page.keyboard.press("Escape")
        page.locator("#tab-timeline").click()
        expect(page.locator("main")).to_contain_text(count)
        page.locator("#tab-map").click()
        expect(page.locator(".country.chosen")).to_have_attribute("data-code", "MM")
        expect(page.locator("circle.dot")).to_have_count(2)
        page.locator("#filters button", has_text="Clear").click()
        page.locator("#tab-list").click()
        page.locator("#filter-text").fill("الإنترنت")
        expect(page.locator(".count")).not_to_have_text("600 reports")
        assert (seen.elsewhere, seen.wrong) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, scheme: str) -> None:
    found = {}
    with (
        sitting_over(make_opened(300)) as (_, address),
        watched(browser, address, scheme) as seen,
    ):
        page = seen.page
        seen.see_heading("Reports")
        expect(page.locator(".rows .row .received").nth(3)).to_be_visible()
        found["list"] = violations(page)
        page.locator(".rows .row").nth(2).dblclick()
        expect(page.locator("dl.fields").first).to_be_visible()
        found["report"] = violations(page)
        for view in VIEWS[1:]:
            page.locator(f"#tab-{view}").click()
            expect(page.locator("main")).not_to_contain_text("…")
            found[view] = violations(page)
            if view == "incidents":
                page.locator(".incidents button.link").first.click()
                expect(page.locator("dl.fields")).to_be_visible()
                found["incident"] = violations(page)
        page.locator("#help").click()
        found["keys"] = violations(page)
        page.keyboard.press("Escape")
        page.locator("#lock").click()
        expect(page.get_by_role("heading", name="Locked")).to_be_visible()
        found["locked"] = violations(page)
    for view, wrong in found.items():
        print(f"{scheme}  {view:10} {len(wrong)} violations")
    assert not any(found.values()), found


def test_a_locked_page_forgets(browser: Browser) -> None:
    words = "a text that must not stay"
    said = open_as(0, {"chan": "app", "text": words})
    with sitting_over([said]) as (sitting, address), watched(browser, address) as seen:
        page = seen.page
        expect(page.locator("main")).to_contain_text(words)
        page.locator("#lock").click()
        expect(page.get_by_role("heading", name="Locked")).to_be_visible()
        assert sitting.locked.is_set()
        assert words not in page.content()
        kept = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
        assert kept == [0, 0, ""]


def test_without_the_token_nothing_is_shown(browser: Browser, desk: tuple[Sitting, str]) -> None:
    origin = desk[1].partition("/#")[0]
    for address in (f"{origin}/", f"{origin}/#{'x' * 43}"):
        with watched(browser, address) as seen:
            expect(seen.page.locator("h1")).to_have_text(
                "Locked" if "#" in address else "Not opened from here"
            )
            expect(seen.page.locator(".row")).to_have_count(0)
