"""Every screen for everybody: axe, small windows, large letters, right to left, the keyboard."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from reports.catalogue import load_catalogue
from tests.client.node import CLIENT
from tests.client.pages import violations
from tests.client.pages_server import serving_app
from tests.client.reach import find_out_of_view, walk


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """Address of the app's page, from the tree. There is no service behind it, and no keyring."""
    with serving_app() as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_axe_finds_nothing(browser: Browser, app: str, lang: str, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 640},
        locale=lang,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    try:
        page = context.new_page()
        seen = {name: violations(page) for name in walk(page, app)}
    finally:
        context.close()
    assert {name: found for name, found in seen.items() if found} == {}
    print(f"axe: 0 violations on {len(seen)} screens, {lang}, {scheme}")


@pytest.mark.parametrize("lang", ["en", "ar", "my", "ru", "fr"])
def test_320_pixels_hold_every_screen(browser: Browser, app: str, lang: str) -> None:
    """French has the most letters. All languages: tests/faults/test_app_in_every_language.py."""
    assert find_out_of_view(browser, app, lang) == {}


def test_every_key_of_the_catalogue_that_the_app_asks_for_is_there() -> None:
    known = load_catalogue("en")
    asked = set()
    for path in (CLIENT / "web").rglob("*.js"):
        for piece in path.read_text(encoding="utf-8").split('"')[1::2]:
            if (
                piece.startswith(("app.", "ussd.", "field.", "value."))
                and piece[-1] != "."
                and " " not in piece
            ):
                asked.add(piece)
    assert len(asked) > 100
    prefixes = {key.rsplit(".", 1)[0] for key in known}
    assert asked - set(known) - prefixes == set()


def tab_to(page: Page, selector: str) -> None:
    """By the Tab key alone, as far as it takes."""
    for _ in range(120):
        if page.evaluate("(what) => document.activeElement.matches(what)", selector):
            outline = page.evaluate(
                """() => {
                  const one = document.activeElement;
                  const shown = one.matches("label.choice input") ? one.nextElementSibling : one;
                  return getComputedStyle(shown).outlineStyle;
                }"""
            )
            assert outline != "none", f"{selector} does not show that it has the focus"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by keyboard")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 640}, locale="ar")
    yield context
    context.close()


def test_by_keyboard_alone(app: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(app)
    tab_to(page, "#write")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()
    tab_to(page, "input[name=net-data]")
    page.keyboard.press("ArrowDown")  # from the first of the radio buttons to the second
    expect(page.locator("input[name=net-data][value=slow]")).to_be_checked()
    page.keyboard.press("Space")  # takes it back
    expect(page.locator("input[name=net-data][value=slow]")).not_to_be_checked()
    page.keyboard.press("ArrowDown")
    tab_to(page, "#next")
    page.keyboard.press("Enter")
    tab_to(page, "input[name=kind][value=vpn]")
    page.keyboard.press("Space")
    tab_to(page, "#end")
    page.keyboard.press("Enter")
    tab_to(page, "#change-kind")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=kind][value=vpn]")).to_be_checked()
    tab_to(page, "#done")
    page.keyboard.press("Space")
    expect(page.locator(".said-so")).to_have_count(2)
    tab_to(page, "#language")
    page.keyboard.press("Enter")
    tab_to(page, "button[lang=ru]")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator(".said-so")).to_have_count(2)  # the draft is still there
    tab_to(page, "#send")


def test_names_for_screen_readers(app: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(app)
    page.locator("#write").click()
    words = {key: one.text for key, one in load_catalogue("ar").items()}
    group = page.get_by_role("radiogroup", name=words["value.net.data"], exact=True)
    expect(group.get_by_role("radio", name=words["value.level.down"], exact=True)).to_have_count(1)
    expect(page.get_by_role("main", name=words["app.networks.title"])).to_be_visible()
    expect(page.get_by_role("navigation", name=words["app.ways"])).to_be_visible()
    step = page.locator(".step bdi")
    assert json.dumps(step.all_inner_texts()) == '["1", "15"]'
