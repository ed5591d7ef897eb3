"""axe over every screen of a report, from the first to the sealed one; no screen is wider than 320
pixels; and no request goes to anybody else. The other pages: test_pages_safety.py."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.client.pages import App, phone, violations
from tests.road.running import Running, running_service

NAMES = """async () => (await import("/web/questions.js")).QUESTIONS.map(({name}) => name)"""
DONE = ([], 320)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("every") / "var") as running:
        yield running


def look(page: Page, before: str = "") -> tuple[list[str], int]:
    """axe's findings, and the width, once the screen stands there. before: the last one's title."""
    expect(page.locator("h1")).not_to_have_text(before)
    expect(page.locator("h1")).to_be_focused()
    page.evaluate("Promise.all(document.getAnimations().map(({finished}) => finished))")
    return violations(page), int(page.evaluate("document.documentElement.scrollWidth"))


def walk(app: App) -> dict[str, tuple[list[str], int]]:
    """What was found on each screen."""
    page, found = app.page, {}
    found["start"] = look(page)
    title = page.locator("h1").inner_text()
    page.locator("#language").click()
    found["language"] = look(page, title)
    page.go_back()
    page.locator("#write").click()
    for name in page.evaluate(NAMES):
        found[name] = look(page, title)
        title = page.locator("h1").inner_text()
        if name == "country":
            page.locator("#country-search").fill("mya")
        if name in ("networks", "kind", "country", "operators"):
            page.locator("label.choice").first.click()  # what others then show
            found[f"{name}, answered"] = (violations(page), found[name][1])
        if name == "words":
            page.locator("textarea").fill("one")
        page.locator("#next").click()
    expect(page.locator("#send")).to_be_visible()
    found["review"] = look(page)
    page.locator("#send").click()
    expect(page.locator("#sent-waiting")).to_be_visible(timeout=60_000)
    found["sent"] = look(page)
    return found


@pytest.mark.parametrize("language", ["en-GB", "ar", "my"])
def test_axe_finds_nothing_on_any_screen(browser: Browser, service: Running, language: str) -> None:
    with phone(browser, service, language) as app:
        app.page.set_viewport_size({"width": 320, "height": 640})
        app.open()
        found = walk(app)
        for name, (wrong, wide) in found.items():
            print(f"{language}  {name:22} {len(wrong)} violations, {wide} px wide")
        assert len(found) >= 20
        assert found == dict.fromkeys(found, DONE)
        assert app.elsewhere() == []


def test_axe_finds_what_is_planted(browser: Browser, service: Running) -> None:
    with phone(browser, service) as app:
        app.open()
        app.page.evaluate("document.querySelector('h1').after(document.createElement('button'))")
        assert [one.split(":")[0] for one in look(app.page)[0]] == ["button-name"]
