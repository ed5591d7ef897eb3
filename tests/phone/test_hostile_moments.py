"""Between two moments: while a report is sealed, after a page was left, in an old browser."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import ARGUMENTS, CHROMIUM
from tests.client.pages import App, phone
from tests.client.test_screens import open_all, send
from tests.road.running import Running, running_service

TEXT = "First words."
CHANGED = "First words, and what came after."
HOLD = """() => {
  const read = Blob.prototype.arrayBuffer;
  const held = new Promise((go) => { window.letGo = go; });
  Blob.prototype.arrayBuffer = async function () {
    await held;
    return read.call(this);
  };
}"""
OLD = """
delete URL.canParse;
delete AbortSignal.timeout;
delete AbortSignal.any;
delete AbortSignal.prototype.throwIfAborted;
delete Promise.withResolvers;
delete Promise.try;
delete Array.fromAsync;
delete Object.groupBy;
delete Map.groupBy;
for (const name of ["findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "with"])
  delete Array.prototype[name];
for (const name of ["union", "difference", "intersection", "isSubsetOf", "isSupersetOf"])
  delete Set.prototype[name];
for (const name of ["map", "filter", "toArray", "some", "find", "take", "drop"])
  delete Iterator.prototype[name];
for (const name of ["toHex", "toBase64"]) delete Uint8Array.prototype[name];
delete globalThis.structuredClone;
delete globalThis.scheduler;
delete globalThis.navigation;
delete crypto.randomUUID;
"""
"""A browser of early 2022, as far as a page can be made to see it."""
HELD = """async () => ({
  databases: (await indexedDB.databases()).map(({name}) => name),
  caches: await caches.keys(),
})"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("moments") / "var") as running:
        yield running


@pytest.fixture
def app(browser: Browser, service: Running) -> Iterator[App]:
    with phone(browser, service) as app:
        app.open()
        yield app


def write(page: Page, text: str) -> None:
    """Some words, and a file that takes time."""
    page.locator("#words").click()
    page.locator("textarea").fill(text)
    page.locator("#next").click()
    page.locator("#files-picker").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"x" * 70_000}
    )
    expect(page.locator(".attachment")).to_be_visible()
    page.locator("#end").click()


def test_an_answer_changed_while_it_is_sealed_is_sent(app: App, service: Running) -> None:
    page = app.page
    write(page, TEXT)
    page.evaluate(HOLD)
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Being sealed")
    page.locator("#back").click()
    page.locator("#change-words").click()
    page.locator("textarea").fill(CHANGED)
    page.evaluate("window.letGo()")
    page.locator("#done").click()
    expect(page.locator("dd").first).to_have_text(CHANGED)
    send(page)
    texts = [one["report"].get("text") for one in open_all(service)]
    assert (texts.count(TEXT), texts.count(CHANGED)) == (0, 1)


def test_a_page_that_was_left_lies_empty_in_memory(browser: Browser, service: Running) -> None:
    keeping = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=ARGUMENTS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    with closing(keeping):
        page = keeping.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(service.url)
        page.locator("#words").click()
        page.locator("textarea").fill(TEXT)
        page.evaluate(
            "addEventListener('pageshow', ({persisted}) => sessionStorage.setItem('p', persisted))"
        )
        page.goto(f"{service.url}/web/calendar.html")
        page.go_back(wait_until="commit")
        expect(page.locator("#words")).to_be_visible()
        assert page.evaluate("sessionStorage.getItem('p')") == "true"  # it was kept in memory
        page.locator("#words").click()
        expect(page.locator("textarea")).to_have_value("")


def test_send_now_does_not_wait_for_a_keyring(app: App) -> None:
    page = app.page
    later = {"Retry-After": "3000"}
    app.context.route("**/v1/envelopes", lambda route: route.fulfill(status=503, headers=later))
    app.seal("to be sent now")
    page.locator("#waiting").click()
    expect(page.locator("#state")).to_have_attribute("data-is", "unreached", timeout=20_000)
    app.context.route("**/v1/keyring/**", lambda _route: None)  # an address that never answers
    app.context.unroute("**/v1/envelopes")
    page.locator("#now").click()
    expect(page.locator("#waiting-number")).to_have_text("0", timeout=20_000)


def test_a_forged_keyring_is_told_and_the_held_one_stays(app: App) -> None:
    page = app.page

    def forge(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text() + "\n")  # other bytes, the same version

    app.context.route("**/v1/keyring/timestamp.json", forge)
    page.locator("#waiting").click()
    expect(page.locator("#state")).to_be_visible()
    expect(page.locator("#refused")).to_have_count(0)
    page.evaluate("import('/web/depot.js').then((m) => m.openDepot()).then((d) => d.update())")
    expect(page.locator("#refused")).to_contain_text("were refused")
    app.context.unroute("**/v1/keyring/timestamp.json")
    page.evaluate("import('/web/depot.js').then((m) => m.openDepot()).then((d) => d.update())")
    expect(page.locator("#refused")).to_have_count(0)


def test_deleting_everything_ends_the_other_tab(app: App) -> None:
    other = app.context.new_page()
    other.goto(app.service.url)
    expect(other.locator("#write")).to_be_visible()
    other.evaluate("import('/web/depot.js').then((m) => m.openDepot()).then((d) => d.update())")
    app.page.locator("#safety").click()
    app.page.locator("#to-wipe").click()
    app.page.locator("#go").click()
    expect(app.page.locator("#wiped h1")).to_have_text("Deleted")
    expect(other).to_have_url("about:blank")
    assert app.page.evaluate(HELD) == {"databases": [], "caches": []}


def test_a_browser_of_2022_sends(browser: Browser, service: Running) -> None:
    with phone(browser, service) as app:
        app.context.add_init_script(OLD)
        app.page.goto(service.url)
        assert app.page.evaluate("typeof URL.canParse") == "undefined"
        write(app.page, "From an old phone.")
        send(app.page)
    assert "From an old phone." in [one["report"].get("text") for one in open_all(service)]


def test_the_worker_is_asked_to_send_when_the_page_is_closed(app: App) -> None:
    page = app.page
    app.context.grant_permissions(["background-sync"])
    page.evaluate(
        """async () => {
          const {keepOffline} = await import("/web/registering.js");
          await keepOffline({mayReload: () => false});
        }"""
    )
    app.context.set_offline(True)
    app.seal("sent by the worker")
    tags = "navigator.serviceWorker.ready.then(({sync}) => sync.getTags())"
    for _ in range(40):
        if page.evaluate(tags) == ["outbox"]:
            break
        page.wait_for_timeout(100)
    assert page.evaluate(tags) == ["outbox"]
