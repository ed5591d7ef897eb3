"""The covers, used as what they seem to be, and the quick exit that leads to them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.client.pages_server import serving_app

LEFT = "/web/calculator.html"


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """Address of the app's page, from the tree."""
    with serving_app() as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone's window and storage."""
    context = browser.new_context(viewport={"width": 360, "height": 640}, locale="en-GB")
    yield context
    context.close()


def own_entries(page: Page) -> list[str]:
    """Paths of this tab's history that are ours, behind and in front of what is shown."""
    entries: list[str] = page.evaluate(
        "() => navigation.entries().map((entry) => new URL(entry.url).pathname)"
    )
    return entries


def press_version(page: Page) -> None:
    for _ in range(3):
        page.get_by_role("button", name="Version 1.0").press("Enter")


def test_the_calculator_calculates_by_keyboard(app: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{app}/web/calculator.html")
    expect(page).to_have_title("Calculator")
    page.keyboard.type("12,5*4+")
    page.keyboard.press("Backspace")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page.locator("output")).to_have_text("57")
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="9", exact=True).press(" ")
    page.get_by_role("button", name="Divided by").press("Enter")
    page.get_by_role("button", name="2", exact=True).click()
    page.get_by_role("button", name="Equals").click()
    expect(page.locator("output")).to_have_text("4.5")


def test_the_calendar_is_walked_by_keyboard(app: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.clock.set_fixed_time("2026-05-07T10:00:00")
    page.goto(f"{app}/web/calendar.html")
    status = page.get_by_role("status")
    expect(status).to_contain_text("Thursday, 7 May 2026")
    page.locator("#chosen").focus()
    for key in ("ArrowRight", "ArrowDown", "PageDown", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator("h2")).to_have_text("May 2026")
    expect(status).to_contain_text("31 May 2026")
    expect(status).to_contain_text("in 24 days")
    page.get_by_role("button", name="Today").press("Enter")
    expect(status).to_contain_text("today")
    expect(page.get_by_role("button", name="Today")).to_be_focused()


@pytest.mark.parametrize("cover", ["calculator", "calendar"])
def test_three_presses_lead_to_the_app_and_two_do_not(
    app: str, context: BrowserContext, cover: str
) -> None:
    page = context.new_page()
    page.goto(f"{app}/web/{cover}.html")
    version = page.get_by_role("button", name="Version 1.0")
    version.press("Enter")
    version.press("Enter")
    expect(page.locator("#cover main")).to_be_visible()
    version.press("Enter")
    expect(page.locator("#leave")).to_be_visible()
    assert own_entries(page) == ["/"]


def test_a_cover_does_not_name_what_is_behind_it(app: str, context: BrowserContext) -> None:
    page = context.new_page()
    for cover in ("calculator", "calendar"):
        page.goto(f"{app}/web/{cover}.html")
        expect(page.get_by_role("button", name="Version 1.0")).to_be_visible()
        seen = (page.locator("html").inner_html() + page.title()).lower()
        assert not [word for word in ("report", "heliograph", "note", "seal") if word in seen]


@pytest.mark.parametrize("way", ["button", "escape"])
def test_leaving_drops_the_draft_and_every_entry_of_the_app(
    app: str, context: BrowserContext, way: str
) -> None:
    page = context.new_page()
    page.goto("about:blank")
    page.goto(app)
    page.locator("#language").click()
    page.locator("#back").click()
    page.locator("#language").click()
    page.get_by_role("button", name="العربية").click()
    page.locator("#safety").click()
    if way == "button":
        page.locator("#leave").click()
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    expect(page.locator("output")).to_have_text("0")
    assert set(own_entries(page)) == {LEFT}
    page.go_back()
    page.go_back()
    assert page.url == "about:blank"
    page.go_forward()
    page.go_forward()
    page.go_forward()
    expect(page.locator("output")).to_have_text("0")


def test_one_escape_leaves_nothing(app: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(app)
    expect(page.locator("#leave")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator("#leave")).to_be_visible()
    assert own_entries(page) == ["/"]


def test_after_leaving_a_reloaded_page_of_the_app_leaves_whole(
    app: str, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(app)
    page.locator("#safety").click()
    page.locator("#language").click()
    page.reload()
    page.locator("#leave").click()
    expect(page.locator("output")).to_have_text("0")
    assert set(own_entries(page)) == {LEFT}
