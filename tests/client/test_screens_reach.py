"""Every screen for everybody: axe, small windows, large letters, right to left, the keyboard."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from reports.catalogue import languages, load_catalogue
from tests.client.node import CLIENT, INSTALL
from tests.client.pages_server import serving_app

AXE = CLIENT / "node_modules" / "axe-core" / "axe.min.js"
STEPS = 15
KEY = re.compile(r"(?:app|field|ussd|value)(?:\.[a-z_-]+)+")
# What stands out of a window of 320 pixels, beside what is hidden for eyes on purpose.
STANDS_OUT = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth ? ["page"] : [];
  const out = [...document.querySelectorAll("#app *")].filter((one) => {
    const { left, right, width } = one.getBoundingClientRect();
    return width > 0 && !one.closest(".unseen, svg") && (left < -0.5 || right > innerWidth + 0.5);
  });
  return [...wide, ...out.map((one) => `${one.tagName} ${one.className} ${one.id}`)];
}"""
# Buttons and cards that a thumb would miss: WCAG 2.2 asks for 24 pixels, we ask for 48 in height.
TOO_SMALL = """() => [...document.querySelectorAll("button, .card, .field, select")]
  .filter((one) => one.getClientRects().length > 0 && one.getBoundingClientRect().height < 47.5)
  .map((one) => `${one.tagName} ${one.className} ${one.id}`)"""


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    """Address of the app's page, from the tree. There is no service behind it, and no keyring."""
    with serving_app() as address:
        yield address


def walk(page: Page, app: str) -> Iterator[str]:
    """Each screen once, by name; answers what opens more of a screen."""
    page.goto(app)
    expect(page.locator("h1")).to_be_focused()
    yield "start"
    page.locator("#language").click()
    expect(page.locator("main .choices")).to_be_visible()
    yield "language"
    page.locator("#back").click()
    page.locator("#write").click()
    for number in range(1, STEPS + 1):
        expect(page.locator(".step progress")).to_have_attribute("value", str(number))
        expect(page.locator("h1")).to_be_focused()
        for answer in ("cc-MM", "since-day-days", "status-ended", "until-day-date"):
            name, _, value = answer.rpartition("-")
            card = page.locator(f'label.choice:has(input[name="{name}"][value="{value}"])')
            if card.count():
                card.click()
        if page.locator("#reach").count():
            page.locator("#reach").click()
            expect(page.locator("#contact")).to_be_visible()
        if page.locator("textarea#text").count():
            page.locator("textarea#text").fill("Latin 4G 123 كلمات")
        yield f"question {number}"
        page.locator("#next").click()
    expect(page.locator("#send")).to_be_visible()
    yield "review"
    page.locator("#send").click()
    expect(page.locator("[role=alert]")).to_be_visible(timeout=20_000)
    yield "send"


def run_axe(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA: the rule, and where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async () => (await axe.run(document, {runOnly: {type: "tag", values:
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}})).violations
        .map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`)"""
    )
    return [str(one) for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_axe_finds_nothing(browser: Browser, app: str, lang: str, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip(INSTALL)
    context = browser.new_context(
        viewport={"width": 360, "height": 640},
        locale=lang,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    try:
        page = context.new_page()
        seen = {name: run_axe(page) for name in walk(page, app)}
    finally:
        context.close()
    assert {name: found for name, found in seen.items() if found} == {}
    print(f"axe: 0 violations on {len(seen)} screens, {lang}, {scheme}")


@pytest.mark.parametrize("lang", languages())
def test_320_pixels_hold_every_screen(browser: Browser, app: str, lang: str) -> None:
    context = browser.new_context(
        viewport={"width": 320, "height": 568}, locale=lang, reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        out = {}
        for name in walk(page, app):
            assert page.locator("html").get_attribute("lang") == lang
            right_to_left = lang in {"ar", "fa", "ur"}
            assert page.locator("html").get_attribute("dir") == ("rtl" if right_to_left else "ltr")
            out[name] = [*page.evaluate(STANDS_OUT), *page.evaluate(TOO_SMALL)]
            assert "app." not in page.locator("#app").inner_text().replace("app.example", "")
            if lang in {"en", "ar", "my", "ru"}:  # letters twice as large
                page.evaluate("document.documentElement.style.fontSize = '200%'")
                out[f"{name}, 200 %"] = page.evaluate(STANDS_OUT)
                page.evaluate("document.documentElement.style.fontSize = ''")
    finally:
        context.close()
    assert {name: found for name, found in out.items() if found} == {}


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
