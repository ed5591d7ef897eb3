"""What is typed stays in memory: gone on reload, and found in no storage, address or request."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, expect

from tests.road.running import Running, running_service

CANARY = "Kanarienvogel"
# All that a page can keep, as one text: bytes as Latin-1, so that UTF-8 is found in them.
KEPT = """async () => {
  const found = [];
  const show = (value) => JSON.stringify(value, (_, one) => {
    if (one instanceof ArrayBuffer) one = new Uint8Array(one);
    if (ArrayBuffer.isView(one)) return String.fromCharCode(...new Uint8Array(one.buffer));
    if (one instanceof Map || one instanceof Set) return [...one];
    return one;
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    for (const store of database.objectStoreNames) {
      const asking = database.transaction(store).objectStore(store);
      for (const method of ["getAll", "getAllKeys"]) {
        const asked = asking[method]();
        await new Promise((resolve) => { asked.onsuccess = resolve; });
        found.push(name, store, show(asked.result));
      }
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(request.url);
  }
  found.push(show({ ...localStorage }), show({ ...sessionStorage }), show(history.state));
  found.push(document.title, document.cookie, location.href, show(navigation.entries()
    .map((entry) => [entry.url, entry.getState()])));
  return found.join("\\n");
}"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("privacy") / "var") as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 640}, locale="en-GB")
    yield context
    context.close()


def type_everywhere(page: Page) -> int:
    """The canary into every field for words of every question; how many there were."""
    page.locator("#write").click()
    fields = 0
    for number in range(1, 16):
        expect(page.locator(".step progress")).to_have_attribute("value", str(number))
        if page.locator("#reach").count():
            page.locator("#reach").click()
            expect(page.locator("#contact")).to_be_visible()
        for field in page.locator("input.field:not([type=date], [type=time]), textarea").all():
            assert field.get_attribute("autocomplete") == "off"
            assert field.get_attribute("spellcheck") == "false"
            field.fill(CANARY)
            fields += 1
        page.locator("#next").click()
    expect(page.locator("#send")).to_be_visible()
    return fields


def test_what_is_typed_goes_nowhere(service: Running, context: BrowserContext) -> None:
    sent: list[str] = []

    def keep(request: Request) -> None:
        body = request.post_data_buffer or b""
        sent.append(f"{request.url} {request.headers} {body.decode('latin-1')}")

    context.on("request", keep)
    page = context.new_page()
    page.goto(service.url)
    assert type_everywhere(page) == 7  # one of them is the search for a country
    assert page.locator("#app").inner_text().count(CANARY) == 6
    assert CANARY not in page.evaluate(KEPT)
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Sealed", timeout=20_000)
    kept = page.evaluate(KEPT)
    assert "outbox" in kept  # the database was looked into
    assert CANARY not in kept
    assert CANARY not in page.content()
    page.go_back()
    expect(page.locator("#app")).not_to_contain_text(CANARY)
    assert not any(CANARY in one for one in sent)
    assert {one.split("/")[2] for one in sent} == {service.url.split("/")[2]}
    planted = page.evaluate("(text) => localStorage.setItem('planted', text)", CANARY)
    assert planted is None
    assert CANARY in page.evaluate(KEPT)  # the search finds what is there


def test_the_draft_is_gone_after_reload_and_one_is_asked_first(
    service: Running, context: BrowserContext
) -> None:
    asked: list[str] = []

    def accept(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page = context.new_page()
    page.on("dialog", accept)
    page.goto(service.url)
    page.locator("#words").click()
    page.reload()
    expect(page.locator("#words")).to_be_visible()
    assert asked == []  # nothing was written
    page.locator("#words").click()
    page.locator("textarea").fill(CANARY)
    page.reload()
    assert asked == ["beforeunload"]
    page.locator("#words").click()
    expect(page.locator("textarea")).to_have_value("")
    page.go_back()
    page.go_forward()
    expect(page.locator("textarea")).to_have_value("")


def test_the_phones_back_button_walks_the_screens(
    service: Running, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(service.url)
    page.locator("#write").click()
    page.locator('label.choice:has([name="net-data"][value="down"])').click()
    page.locator("#next").click()
    expect(page.locator("h1")).to_have_text("What kind of cut is it?")
    page.go_back()
    expect(page.locator('[name="net-data"][value="down"]')).to_be_checked()
    page.go_back()
    expect(page.locator("#write")).to_be_visible()
    page.go_forward()
    expect(page.locator('[name="net-data"][value="down"]')).to_be_checked()
    assert page.url == f"{service.url}/"
