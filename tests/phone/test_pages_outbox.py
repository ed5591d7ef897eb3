"""The outbox's page against a real service: gone, back, refusing; and reports as text messages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.client.pages import App, listed, phone, start_again
from tests.road.running import Running, running_service

ARRIVE_MILLISECONDS = 90_000
READ_LINKS = """async (links) => {
  const {readLink} = await import("/web/sms-links.js");
  return links.map(readLink);
}"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("pages") / "var") as running:
        yield running


@pytest.fixture
def app(browser: Browser, service: Running) -> Iterator[App]:
    with phone(browser, service) as app:
        app.open()
        yield app
        assert app.elsewhere() == []


def test_what_waits_is_sent_when_the_service_comes_back(browser: Browser, tmp_path: Path) -> None:
    with running_service(tmp_path / "var") as service, phone(browser, service) as app:
        app.open()
        app.page.locator("#waiting").click()
        expect(app.page.locator("#state")).to_have_attribute("data-is", "none")
        service.stop()
        app.seal("the market is closed")
        app.seal("the bridge is closed", attached=300_000)
        number = app.page.locator("#waiting-number")
        expect(number).to_have_text("2", timeout=ARRIVE_MILLISECONDS)
        state = app.page.locator("#state")
        expect(state).to_have_attribute("data-is", "unreached", timeout=ARRIVE_MILLISECONDS)
        expect(app.page.locator("#again")).to_contain_text("The next try is by itself, in")
        expect(app.page.locator(".blob")).to_contain_text("0 % sent")
        app.context.set_offline(True)
        expect(state).to_have_attribute("data-is", "offline")
        again = start_again(service)
        try:
            app.context.set_offline(False)
            expect(state).to_have_attribute("data-is", "all", timeout=ARRIVE_MILLISECONDS)
            expect(number).to_have_text("0")
            expect(app.page.locator("#arrived-number")).to_have_text("2")
            expect(app.page.locator(".item")).to_have_count(0)
            found = listed(again)
            assert found.count("the market is closed") == 1
            assert found.count("the bridge is closed") == 1
        finally:
            again.stop()


def test_send_now_does_not_wait_for_the_pause(browser: Browser, tmp_path: Path) -> None:
    with running_service(tmp_path / "var") as service, phone(browser, service) as app:
        app.open()
        service.stop()
        app.page.locator("#waiting").click()
        app.seal("sent by hand")
        state = app.page.locator("#state")
        expect(state).to_have_attribute("data-is", "unreached", timeout=ARRIVE_MILLISECONDS)
        again = start_again(service)
        try:
            app.page.locator("#now").click()
            expect(state).to_have_attribute("data-is", "all", timeout=ARRIVE_MILLISECONDS)
        finally:
            again.stop()


def test_one_report_is_deleted_after_a_question(app: App) -> None:
    app.context.set_offline(True)
    app.seal("never sent")
    app.page.locator("#waiting").click()
    app.page.get_by_role("button", name="Delete report 1").click()
    expect(app.page.get_by_role("button", name="Keep it")).to_be_focused()
    app.page.get_by_role("button", name="Keep it").click()
    expect(app.page.locator("#waiting-number")).to_have_text("1")
    app.page.get_by_role("button", name="Delete report 1").click()
    app.page.get_by_role("button", name="Delete it").click()
    expect(app.page.locator("#waiting-number")).to_have_text("0")
    expect(app.page.locator("#said")).to_have_text("Deleted.")


def test_the_texts_are_those_that_the_gateway_reads(app: App, service: Running) -> None:
    app.context.set_offline(True)
    app.seal("by text message alone, out of a town that is dark", texts="whole")
    app.page.locator("#waiting").click()
    app.page.locator("#to-texts").click()
    expect(app.page.locator("ol li").first).to_be_visible()
    links = [link.get_attribute("href") for link in app.page.locator("a[href^='sms:']").all()]
    assert len(links) > 1
    read = app.page.evaluate(READ_LINKS, links)
    for part in read:
        assert part["number"] == "+15550100001"
        assert len(part["text"]) == 160
        assert part["text"].startswith(":")
        data = service.data
        words = ("text", part["text"], "--service", service.url, "--data-dir", str(data))
        service.run("heliograph", "dev", *words)
    assert listed(service).count("by text message alone") == 1
    # The phone cannot know, and sends it by the internet too: it is still one report.
    app.context.set_offline(False)
    app.go("waiting")
    state = app.page.locator("#state")
    expect(state).to_have_attribute("data-is", "all", timeout=ARRIVE_MILLISECONDS)
    assert listed(service).count("by text message alone") == 1


def test_a_text_that_was_opened_stays_marked(app: App) -> None:
    app.context.set_offline(True)
    app.seal(texts="short")
    app.page.locator("#waiting").click()
    app.page.locator("#to-texts").click()
    mark = app.page.get_by_role("checkbox").first
    expect(mark).not_to_be_checked()
    mark.check()
    app.page.locator("#back").click()
    app.page.locator("#to-texts").click()
    expect(app.page.get_by_role("checkbox").first).to_be_checked()
    app.context.grant_permissions(["clipboard-read", "clipboard-write"])
    app.page.get_by_role("button", name="Copy text 1").click()
    expect(app.page.locator("#said")).to_contain_text("+15550100001")
    copied = app.page.evaluate("navigator.clipboard.readText()")
    href = app.page.locator("a[href^='sms:']").first.get_attribute("href")
    assert app.page.evaluate(READ_LINKS, [href])[0]["text"] == copied


def test_a_receipt_is_checked_shown_saved_and_deleted(app: App, service: Running) -> None:
    app.page.locator("#waiting").click()
    app.seal("with proof", receipt=True)
    item = app.page.locator(".item-state")
    expect(item).to_contain_text("has not come yet", timeout=ARRIVE_MILLISECONDS)
    assert "with proof" in listed(service)  # it is in the log
    app.page.locator("#now").click()
    shown = app.page.get_by_text("In the log, place")
    expect(shown).to_be_visible(timeout=ARRIVE_MILLISECONDS)
    with app.page.expect_download() as saving:
        app.page.get_by_role("button", name="Save receipt 1").click()
    assert saving.value.suggested_filename == "receipt.txt"
    assert saving.value.path().read_text("utf-8").startswith("c2sp.org/tlog-proof@v1\n")
    app.page.get_by_role("button", name="Delete receipt 1").click()
    expect(shown).to_have_count(0)
