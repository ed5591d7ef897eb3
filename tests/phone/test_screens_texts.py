"""What the app says of text messages, and what it says where it cannot run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.client.pages import App, phone
from tests.road.running import Running, running_service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("texts") / "var") as running:
        yield running


@pytest.fixture
def app(browser: Browser, service: Running) -> Iterator[App]:
    with phone(browser, service) as opened:
        opened.open()
        yield opened


def test_words_alone_are_no_text_without_words(app: App) -> None:
    page = app.page
    page.locator("#words").click()
    page.locator("textarea").fill("Nothing since dawn.")
    page.locator("#end").click()
    expect(page.locator('input[name="texts"][value="whole"]')).to_have_count(1)
    expect(page.locator('input[name="texts"][value="short"]')).to_have_count(0)


@pytest.mark.parametrize("offline", [True, False])
def test_texts_are_named_while_the_report_waits(app: App, offline: bool) -> None:
    page = app.page
    page.locator("#words").click()
    page.locator("textarea").fill("Nothing since dawn.")
    page.locator("#end").click()
    page.locator('label.choice:has(input[name="texts"][value="whole"])').click()
    app.context.set_offline(offline)
    page.locator("#send").click()
    said = "Waiting for a network: 1" if offline else "It has arrived."
    expect(page.locator("#sent-waiting")).to_have_text(said, timeout=60_000)
    ready = page.get_by_text("Text messages ready to send")
    expect(ready).to_be_visible(visible=offline)


def test_without_javascript_it_says_so_at_once(browser: Browser, service: Running) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(service.url)
    expect(page.locator("noscript p")).to_be_in_viewport()
    context.close()
