"""A whole report walked through the app on the real service, and opened by the keyholder's tool."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.road.running import Running, running_service

TEXT = "In the market nobody could pay. Nothing since the morning prayer."


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("screens") / "var") as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone in Yangon, where it is 10:07 in the morning of 26 November."""
    context = browser.new_context(
        viewport={"width": 320, "height": 640},
        locale="en-GB",
        timezone_id="Asia/Yangon",
    )
    yield context
    context.close()


def choose(page: Page, name: str, value: str) -> None:
    """As a thumb does: on the card, which lies under the radio button or check box."""
    page.locator(f'label.choice:has(input[name="{name}"][value="{value}"])').click()


def go_on(page: Page, title: str) -> None:
    """To the next question, which has this heading."""
    page.locator("#next").click()
    expect(page.locator("h1")).to_have_text(title)


def send(page: Page) -> None:
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Sealed", timeout=20_000)
    expect(page.locator("#sent-waiting")).to_be_visible()


def open_all(service: Running) -> list[dict[str, Any]]:
    """Every report of the store, as the keyholder's tool opens them; the last one first."""
    service.settle()
    document = json.loads(service.run("keyholder", "list", "--json").stdout)
    reports: list[dict[str, Any]] = document["reports"]
    return reports


def test_a_whole_report(service: Running, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(service.url)
    page.locator("#write").click()
    expect(page.locator("h1")).to_have_text("What works, what is cut?")
    for network, level in (
        ("data", "down"),
        ("fixed", "slow"),
        ("sms", "ok"),
        ("power", "unknown"),
    ):
        choose(page, f"net-{network}", level)
    choose(page, "net-voice", "down")
    choose(page, "net-voice", "down")  # taken back
    go_on(page, "What is being done?")
    choose(page, "kind", "vpn")
    choose(page, "kind", "full")
    go_on(page, "Which apps are cut?")
    choose(page, "plat-telegram", "cut")
    choose(page, "plat-facebook", "cut")
    choose(page, "plat-signal", "works")
    page.get_by_label("Other platforms, in words").fill("Zangi")
    go_on(page, "Which country?")
    page.get_by_label("Search").fill("mya")
    choose(page, "cc", "MM")
    go_on(page, "Where is it?")
    page.locator("#region").select_option("MM-06")
    page.get_by_label("Town or area, in words").fill("Yangon, Insein")
    choose(page, "scope", "towns")
    go_on(page, "Which phone companies?")
    choose(page, "op", "41401")
    page.get_by_label("Another company, in words").fill("Welink")
    go_on(page, "Since when?")
    choose(page, "since-day", "yesterday")
    page.get_by_label("At what time?").select_option("morning")
    go_on(page, "Is it still cut?")
    choose(page, "status", "ended")
    choose(page, "until-day", "date")
    page.locator("#until-date").fill("2026-01-05")
    page.locator("#until-part").select_option("clock")
    page.get_by_label("At a certain time").fill("14:40")
    go_on(page, "Why, as far as you know?")
    choose(page, "cause", "election")
    choose(page, "notified", "no")
    choose(page, "gov", "unknown")
    go_on(page, "What does it harm?")
    choose(page, "impact", "money")
    choose(page, "impact", "emergency")
    go_on(page, "Violence and abuse")
    choose(page, "violence", "yes")
    choose(page, "abuse", "unknown")
    go_on(page, "In your own words")
    page.locator("textarea").fill(TEXT)
    go_on(page, "Photos and files")
    choose(page, "evidence-kinds", "screenshot")
    page.locator("#evidence-links").fill("https://example.org/a")
    go_on(page, "About you")
    choose(page, "relation", "saw")
    choose(page, "safety", "nocontact")
    choose(page, "safety", "risk")
    go_on(page, "What may it be used for?")
    choose(page, "consent", "quote")
    page.locator("#reach").click()
    page.locator("#contact").fill("u@example.org")
    go_on(page, "Before you send")
    send(page)

    fields = open_all(service)[0]["report"]
    assert len(fields.pop("written")) > 0
    assert fields.pop("since").endswith("T06:00:00Z")
    assert fields == {
        "chan": "web",
        "lang": "en",
        "cc": "MM",
        "region": "MM-06",
        "area": "Yangon, Insein",
        "scope": "towns",
        "op": ["41401"],
        "op_other": "Welink",
        "net": {"data": "down", "fixed": "slow", "sms": "ok", "power": "unknown"},
        "kind": ["full", "vpn"],
        "plat": ["facebook", "telegram"],
        "plat_works": {"signal": "yes"},
        "plat_other": "Zangi",
        "since_precision": "part",
        "status": "ended",
        "until": "2026-01-05T08:00:00Z",  # 14:40 in Yangon, in whole quarter hours
        "until_precision": "exact",
        "cause": "election",
        "notified": "no",
        "gov": "unknown",
        "impact": ["emergency", "money"],
        "violence": "yes",
        "abuse": "unknown",
        "text": TEXT,
        "evidence": {"kinds": ["screenshot"], "links": ["https://example.org/a"]},
        "relation": "saw",
        "safety": ["risk"],  # a way to reach the person took "do not contact" away
        "consent": "quote",
        "contact": "u@example.org",
    }


def test_a_few_words_take_a_few_taps(service: Running, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(service.url)
    page.locator("#words").click()
    page.locator("textarea").fill("العراق بلا إنترنت")
    page.locator("#end").click()
    send(page)
    page.locator("#home").click()
    expect(page.locator("#write")).to_be_visible()
    fields = open_all(service)[0]["report"]
    assert fields.pop("written")
    assert fields == {"chan": "web", "lang": "en", "text": "العراق بلا إنترنت"}


def test_an_answer_is_changed_from_the_review(service: Running, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(service.url)
    page.locator("#words").click()
    page.locator("textarea").fill("first")
    page.locator("#end").click()
    page.locator("#change-words").click()
    expect(page.locator("textarea")).to_have_value("first")
    page.locator("textarea").fill("second")
    page.locator("#done").click()
    expect(page.locator("h1")).to_have_text("Before you send")
    expect(page.locator("dd")).to_have_text("second")
    page.locator("#add-kind").click()
    choose(page, "kind", "full")
    page.locator("#done").click()
    expect(page.locator("dd").first).to_have_text("full cut")
    page.locator("#change-words").click()
    page.locator("textarea").fill("")
    page.go_back()  # the phone's own button
    expect(page.locator("dd")).to_have_count(1)
