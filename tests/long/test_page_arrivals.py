"""New reports on the page in Chromium: the real workbench, a real home, a service on loopback."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.client.pages import violations
from tests.keyholder.conftest import DeskForTests, coalition, desk, founded, port, service
from tests.keyholder.fake_service import FakeService
from tests.workbench.processes import run_workbench
from tests.workbench.test_page import watched

__all__ = ["coalition", "desk", "founded", "port", "service"]  # fixtures

HELD = 60


@pytest.fixture
def filled(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    """A home with more reports than a screen shows; those of the first day came first."""
    for number in range(HELD):
        service.store(seal(coalition, f"words {number:03}"))
    coalition.done("sync")
    return coalition


def seal(desk: DeskForTests, text: str, country: str = "MM") -> bytes:
    """A report with this text."""
    return desk.seal({"chan": "app", "cc": country, "text": text})


def test_new_reports_are_fetched_and_nobody_loses_her_place(
    browser: Browser, filled: DeskForTests, service: FakeService
) -> None:
    with (
        run_workbench(filled) as (_, host, token),
        watched(browser, f"http://{host}/#{token}") as seen,
    ):
        page = seen.page
        news, button = page.locator("#news"), page.get_by_role("button", name="Get new reports")
        current, grid = page.locator(".row.current"), page.get_by_role("grid")
        expect(page.locator(".count")).to_have_text(f"{HELD} reports")
        assert news.get_attribute("aria-live") == "polite"
        page.keyboard.press("End")
        for _ in range(5):
            page.keyboard.press("k")
        page.keyboard.press("x")
        expect(current).to_contain_text("words 005")
        top = grid.evaluate("grid => grid.scrollTop")
        assert top > 0
        service.store(*(seal(filled, f"later {number}", "IR") for number in range(3)))
        button.click()
        expect(news).to_have_text("3 new reports", timeout=30_000)
        expect(page.locator("#outcome li").first).to_have_text(
            f"3 new envelopes; {HELD + 3} held. Keyring 2."
        )
        expect(button).to_be_focused()
        expect(page.locator(".count")).to_have_text(f"{HELD + 3} reports")
        expect(current).to_have_id(f"row-{HELD + 3 - 6}")
        expect(current).to_contain_text("words 005")
        expect(current).to_have_attribute("aria-selected", "true")
        assert grid.evaluate("grid => grid.scrollTop") == top + 3 * 34
        assert violations(page) == []
        page.get_by_role("button", name="Close").click()
        expect(page.locator("#outcome")).to_be_empty()
        expect(button).to_be_focused()
        page.locator("#filter-country").select_option("IR")  # it was in no report before
        expect(page.locator(".count")).to_have_text("3 reports")
        page.locator("#filters button", has_text="Clear").click()
        page.locator("#filter-text").fill("LATER 1")
        expect(page.locator(".count")).to_have_text("1 report")
        assert (seen.elsewhere, seen.wrong) == ([], [])


def test_what_comes_by_itself_is_told_in_every_view(
    browser: Browser, filled: DeskForTests, service: FakeService
) -> None:
    with (
        run_workbench(filled) as (_, host, token),
        watched(browser, f"http://{host}/#{token}") as seen,
    ):
        page, news = seen.page, seen.page.locator("#news")
        expect(page.locator(".count")).to_have_text(f"{HELD} reports")
        page.keyboard.press("End")
        expect(page.locator(".row.current")).to_contain_text("words 000")
        page.keyboard.press("Enter")
        seen.see_heading("Report ")
        service.store(seal(filled, "from another terminal"))
        filled.done("sync")
        expect(news).to_have_text(re.compile("^1 new report Show$"), timeout=30_000)
        seen.see_heading("Report ")
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(page.locator(".row.current")).to_contain_text("words 000")
        expect(page.locator(".row.current")).to_be_in_viewport()
        page.locator("#tab-timeline").click()
        expect(page.locator("main")).to_contain_text(f"{HELD + 1} reports")
        service.status = 503
        page.get_by_role("button", name="Get new reports").click()
        expect(news).to_have_text("Not all is well: see below.", timeout=30_000)
        expect(page.locator("#outcome .warning")).to_contain_text("The service is busy")
        assert violations(page) == []
        service.status = None
        service.store(seal(filled, "one more"))
        page.get_by_role("button", name="Get new reports").click()
        expect(news).to_contain_text("1 new report", timeout=30_000)
        expect(page.locator("main")).to_contain_text(f"{HELD + 1} reports")
        news.get_by_role("button", name="Show").click()
        expect(page.locator("main")).to_contain_text(f"{HELD + 2} reports")
        page.locator("#lock").click()
        expect(page.get_by_role("heading", name="Locked")).to_be_visible()
        assert (seen.elsewhere, seen.wrong) == ([], [])


def test_the_first_report_of_all(
    browser: Browser, coalition: DeskForTests, service: FakeService
) -> None:
    with (
        run_workbench(coalition) as (_, host, token),
        watched(browser, f"http://{host}/#{token}") as seen,
    ):
        page = seen.page
        expect(page.locator(".count")).to_have_text("No report has come yet.")
        assert violations(page) == []
        service.store(seal(coalition, "the very first"))
        page.get_by_role("button", name="Get new reports").click()
        expect(page.locator(".row.current")).to_contain_text("the very first", timeout=30_000)
        # Incidents follow, and the page asks only from time to time how many there are.
        expect(page.locator("#opening")).to_have_text("1 report, 1 incident", timeout=30_000)
        assert (seen.elsewhere, seen.wrong) == ([], [])
