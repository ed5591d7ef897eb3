"""A person's way through the screens when phone, clock, tabs and service misbehave. The real
service stands behind a front that does (front.py)."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from crypto.checkpoints import check_receipt, read_receipt
from crypto.errors import LogError
from crypto.leaves import read_leaf
from crypto.notes import read_key
from tests.client.front import Front, running_front
from tests.client.pages import READY_MILLISECONDS
from tests.road.running import Running, running_service

DAY = 86_400
YEARS = 10 * 365 * DAY
MEGABYTE = 1024 * 1024
FILMED = 300 * MEGABYTE
SHIFT = """(() => {
  const { Date: Real } = globalThis;
  globalThis.Date = class extends Real {
    constructor(...values) {
      if (values.length === 0) super(Real.now() + SECONDS * 1000);
      else super(...values);
    }
    static now() { return Real.now() + SECONDS * 1000; }
  };
})()"""
WATCH_READS = """(() => {
  globalThis.read = [];
  const note = (prototype, name) => {
    const own = prototype[name];
    prototype[name] = function (...values) {
      globalThis.read.push((this instanceof Blob ? this : values[0]).size);
      return own.apply(this, values);
    };
  };
  for (const name of ["arrayBuffer", "stream", "text", "bytes"])
    if (name in Blob.prototype) note(Blob.prototype, name);
  for (const name of ["readAsArrayBuffer", "readAsDataURL", "readAsText"])
    note(FileReader.prototype, name);
})()"""
"""Sizes of what the page reads of files."""
RECEIPTS = """async () => {
  const { outbox } = await (await import("/web/depot.js")).openDepot();
  return [...(await outbox.receipts()).keys()];
}"""

SEND_NOW = """() => document.getElementById("now")?.click()"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("bad") / "var") as running:
        yield running


@pytest.fixture(scope="module")
def front(service: Running) -> Iterator[Front]:
    """The one address that the keyring names."""
    with running_front(service.url) as front:
        service.run("keyholder", "coalition", "change", "--address", front.url, "--publish")
        yield front


@pytest.fixture(scope="module")
def sent(service: Running) -> Iterator[list[str]]:
    """The words of each report that has arrived, as its screen says. At the end all of them are
    opened at once: each is there once, of one envelope.
    """
    sent: list[str] = []
    yield sent
    found = [(one["report"].get("text"), len(one["envelopes"])) for one in open_all(service)]
    assert sorted(found) == sorted((text, 1) for text in sent)


@contextmanager
def phone(browser: Browser, seconds: int = 0) -> Iterator[BrowserContext]:
    """seconds: how far its clock is ahead."""
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, locale="en-GB", accept_downloads=True
    )
    if seconds:
        context.add_init_script(SHIFT.replace("SECONDS", str(seconds)))
    try:
        yield context
    finally:
        context.close()


def write(page: Page, front: Front, words: str) -> None:
    """As far as the review."""
    page.goto(front.url)
    page.locator("#words").click(timeout=READY_MILLISECONDS)
    page.locator("textarea").fill(words)
    page.locator("#end").click()
    expect(page.locator("#send")).to_be_visible(timeout=READY_MILLISECONDS)  # its module comes now


def expect_sealed(page: Page) -> None:
    expect(page.locator("h1")).to_have_text("Sealed", timeout=READY_MILLISECONDS)


def expect_arrived(page: Page) -> None:
    expect(page.locator("#sent-waiting")).to_have_text(
        "It has arrived.", timeout=READY_MILLISECONDS
    )


def open_all(service: Running) -> list[dict[str, Any]]:
    service.settle()
    listed = json.loads(service.run("keyholder", "list", "--json").stdout)
    reports: list[dict[str, Any]] = listed["reports"]
    return reports


def test_a_full_phone_keeps_the_draft_until_there_is_room(
    browser: Browser, front: Front, sent: list[str]
) -> None:
    with phone(browser) as context:
        page = context.new_page()
        cdp = context.new_cdp_session(page)
        # Before the first write: Chromium remembers for a while how much room there was.
        quota = {"origin": front.url, "quotaSize": 4 * MEGABYTE}
        cdp.send("Storage.overrideQuotaForOrigin", quota)
        write(page, front, "written on a full phone")
        page.locator("#add-files").click()
        film = {"name": "a.bin", "mimeType": "application/x", "buffer": bytes(8_000_000)}
        page.locator("#files-picker").set_input_files(film)  # type: ignore[arg-type]
        expect(page.locator("#files > li")).to_have_count(1)
        page.locator("#done").click()
        page.locator("#send").click()
        said = page.get_by_role("alert")
        expect(said).to_contain_text("There is no room left", timeout=READY_MILLISECONDS)
        expect(said).to_contain_text("what you wrote is still here")
        page.locator("#back").click()
        expect(page.locator("dd").first).to_have_text("written on a full phone")
        expect(page.locator("dd").last).to_contain_text("1")
        cdp.send("Storage.overrideQuotaForOrigin", {"origin": front.url})
        page.locator("#send").click()
        sealed = page.locator("#sent-waiting")
        again = page.locator("#again")
        for _ in range(20):
            expect(sealed.or_(again)).to_be_visible(timeout=READY_MILLISECONDS)
            if sealed.is_visible():
                break
            again.click()
        expect_arrived(page)
    sent.append("written on a full phone")


def test_a_film_of_300_megabytes_is_refused_unread(
    browser: Browser, front: Front, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.write(b"\0\0\0\x18ftypisom\0\0\0\0isommp42")
        file.truncate(FILMED)
    with phone(browser) as context:
        context.add_init_script(WATCH_READS)
        page = context.new_page()
        write(page, front, "with a film")
        page.locator("#add-files").click()
        page.locator("#files-picker").set_input_files(film)
        expect(page.locator("#said")).to_have_text(
            "That file is too big. At most 224 MB can be sent. Cut the film into shorter ones."
        )
        expect(page.locator("#files > li")).to_have_count(0)
        assert max(page.evaluate("read"), default=0) < MEGABYTE  # answers of the service
        # A small one is read, and this sees it.
        page.locator("#files-picker").set_input_files(
            {"name": "a.bin", "mimeType": "application/x", "buffer": b"%PDF-1.7 small"}
        )
        expect(page.locator("#files > li")).to_have_count(1)
        assert len(b"%PDF-1.7 small") in page.evaluate("read")
        page.locator("#done").click()
        expect(page.locator("dd").first).to_have_text("with a film")


@pytest.mark.parametrize(
    ("seconds", "warned"),
    [
        (-YEARS, ["The clock of this phone seems to be wrong."]),
        (YEARS, ["The keys on this phone are old.", "for an earlier time."]),
    ],
)
def test_a_clock_ten_years_off(
    browser: Browser, front: Front, sent: list[str], seconds: int, warned: list[str]
) -> None:
    text = f"clock {seconds}"
    with phone(browser, seconds) as context:
        page = context.new_page()
        write(page, front, text)
        page.locator("#send").click()
        expect_sealed(page)
        notes = page.locator("p.note")
        expect(notes).to_have_count(len(warned))
        for index, one in enumerate(warned):
            expect(notes.nth(index)).to_contain_text(one)
        expect_arrived(page)
        page.locator("#waiting").click()
        expect(page.locator("#state")).to_have_attribute("data-is", "all")
    sent.append(text)


def test_keys_that_ended_a_month_ago(
    browser: Browser, front: Front, service: Running, sent: list[str]
) -> None:
    shown = json.loads(service.run("keyholder", "coalition", "show", "--json").stdout)
    with phone(browser) as context:
        page = context.new_page()
        page.goto(front.url)
        ends = page.evaluate("(text) => Date.parse(text) / 1000", shown["expires"])
        now = page.evaluate("Date.now() / 1000")
    with phone(browser, int(ends - now) + 30 * DAY) as context:
        page = context.new_page()
        write(page, front, "sealed with old keys")
        page.locator("#send").click()
        expect_sealed(page)
        expect(page.locator("p.note").first).to_have_text(
            "The keys on this phone are old. It was sealed all the same."
        )
        expect_arrived(page)
    sent.append("sealed with old keys")


def test_two_tabs_send_at_once(browser: Browser, front: Front, sent: list[str]) -> None:
    with phone(browser) as context:
        pages = [context.new_page() for _ in range(2)]
        for number, page in enumerate(pages):
            write(page, front, f"of tab {number}")
        for page in pages:
            page.locator("#send").dispatch_event("click")
        for page in pages:
            expect_sealed(page)
        for page in pages:
            expect_arrived(page)
    sent.extend(["of tab 0", "of tab 1"])


def test_what_a_service_may_answer_instead(browser: Browser, front: Front, sent: list[str]) -> None:
    with phone(browser) as context:
        page = context.new_page()
        front.script.extend(["500", "429", "507", "html", "half"])
        write(page, front, "taken at the sixth time")
        before = front.envelopes
        page.locator("#send").click()
        expect_sealed(page)
        expect(page.locator("#sent-waiting")).to_have_text("Waiting for a network: 1")
        page.locator("#waiting").click()
        state = page.locator("#state")
        tried = 0
        while front.script:
            expect(state).to_have_attribute("data-is", "unreached", timeout=READY_MILLISECONDS)
            expect(state).to_contain_text("The reports stay here, sealed.")
            expect(page.locator("#again")).to_contain_text("The next try is by itself, in")
            expect(page.locator("#waiting-number")).to_have_text("1")
            tried = front.envelopes - before
            page.locator("#now").click()
            while front.envelopes - before == tried:
                page.wait_for_timeout(50)
        end = time.monotonic() + READY_MILLISECONDS / 1000
        while state.get_attribute("data-is") != "all" and time.monotonic() < end:
            page.evaluate(SEND_NOW)
            page.wait_for_timeout(500)
        expect(state).to_have_attribute("data-is", "all", timeout=READY_MILLISECONDS)
        expect(page.locator("#waiting-number")).to_have_text("0")
        expect(page.locator("#arrived-number")).to_have_text("1")
    assert front.envelopes - before >= 6
    sent.append("taken at the sixth time")


def test_a_receipt_that_was_asked_for_verifies_elsewhere(
    browser: Browser, front: Front, service: Running, sent: list[str]
) -> None:
    with phone(browser) as context:
        page = context.new_page()
        write(page, front, "with a receipt")
        page.locator('label.choice:has(input[name="receipt"])').click()
        page.locator("#send").click()
        expect_sealed(page)
        page.locator("#waiting").click()
        expect(page.locator("#arrived-number")).to_have_text("1", timeout=READY_MILLISECONDS)
        shown = page.get_by_text("In the log, place")
        end = time.monotonic() + READY_MILLISECONDS / 1000
        while not shown.is_visible() and time.monotonic() < end:
            page.evaluate(SEND_NOW)  # the button goes when the receipt is there
            page.wait_for_timeout(500)
        expect(shown).to_be_visible(timeout=READY_MILLISECONDS)
        (id,) = page.evaluate(RECEIPTS)
        with page.expect_download() as saving:
            page.get_by_role("button", name="Save receipt 1").click()
        text = saving.value.path().read_bytes()
    sent.append("with a receipt")
    key = read_key(httpx2.get(f"{service.url}/v1/log/key").text.strip())
    receipt = read_receipt(text)
    assert receipt.extra is not None
    assert read_leaf(receipt.extra).envelope_id.hex() == id
    assert check_receipt(receipt, receipt.extra, key).size > receipt.index
    other = bytes([*receipt.extra[:-1], receipt.extra[-1] ^ 1])
    with pytest.raises(LogError) as refused:
        check_receipt(receipt, other, key)
    assert refused.value.code == "inclusion-wrong"
