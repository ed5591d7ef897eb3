"""A whole report walked through the app on the real service, and opened by the keyholder's tool."""

import base64
import json
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.road.running import Running, running_service

MODEL = b"Canary 4a, 16.84 N 96.17 E\0"
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
    expect(page.locator("#sent-waiting")).to_have_text("It has arrived.", timeout=20_000)


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
    go_on(page, "What kind of cut is it?")
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


def take_photo(page: Page) -> bytes:
    """A JPEG as Chromium writes it, with an EXIF segment that has the canary for a model."""
    encoded = page.evaluate(
        """() => {
          const canvas = document.createElement("canvas");
          canvas.width = canvas.height = 64;
          canvas.getContext("2d").fillRect(8, 8, 32, 32);
          return canvas.toDataURL("image/jpeg").split(",")[1];
        }"""
    )
    jpeg = base64.b64decode(encoded)
    entry = struct.pack(">HHII", 0x110, 2, len(MODEL), 26)
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + entry + bytes(4) + MODEL
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def test_a_photo_goes_out_clean(service: Running, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(service.url)
    page.locator("#write").click()
    page.locator("#end").click()
    expect(page.locator("#send")).to_be_disabled()
    page.locator("#add-files").click()
    photo = take_photo(page)
    assert MODEL in photo
    picker = page.locator("#files-picker")
    picker.set_input_files(
        [
            {"name": "secret.jpg", "mimeType": "image/jpeg", "buffer": photo},
            {"name": "secret.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + MODEL},
            {"name": "nothing.txt", "mimeType": "text/plain", "buffer": b""},
        ]
    )
    expect(page.locator("#said")).to_have_text("That file is empty.")
    cards = page.locator("#files > li")
    expect(cards.nth(0)).to_contain_text("Place, time and camera were taken out of it.")
    expect(cards.nth(1)).to_contain_text("What is inside this file was not cleaned.")
    expect(page.locator("#app")).not_to_contain_text("secret")
    cards.nth(1).get_by_role("button").click()
    expect(cards).to_have_count(1)
    page.locator("#done").click()
    with page.expect_response(lambda answer: "/v1/blobs" in answer.url and answer.ok):
        send(page)
    report = open_all(service)[0]["report"]
    (blob,) = report["evidence"]["blobs"]
    assert 0 < blob["size"] < len(photo)


def test_a_fault_leaves_the_draft(service: Running, context: BrowserContext) -> None:
    context.route("**/root.json", lambda route: route.fulfill(status=404))
    page = context.new_page()
    page.goto(service.url)
    page.locator("#words").click()
    page.locator("textarea").fill(TEXT)
    page.locator("#end").click()
    page.locator("#send").click()
    expect(page.get_by_role("alert")).to_contain_text("does not have the keys", timeout=20_000)
    page.locator("#back").click()
    expect(page.locator("dd")).to_have_text(TEXT)
    context.unroute("**/root.json")
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Sealed", timeout=20_000)
    assert open_all(service)[0]["report"]["text"] == TEXT
