"""Leaving, disguises, deleting everything, and pages that everybody can read and use."""

from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.client.pages import App, phone, violations
from tests.road.running import Running, running_service, start

KEPT_MILLISECONDS = 120_000
SCREENS = {
    "outbox": ("waiting",),
    "texts": ("waiting", "to-texts"),
    "passing on": ("waiting", "to-pass"),
    "codes": ("waiting", "to-pass", "to-codes"),
    "scan": ("waiting", "to-pass", "to-scan"),
    "safety": ("safety",),
    "look": ("safety", "to-look"),
    "delete": ("safety", "to-wipe"),
}
COVERS = ("calculator", "calendar")
HELD = """async () => ({
  databases: (await indexedDB.databases()).map(({name}) => name),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  kept: localStorage.length + sessionStorage.length,
})"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("safety") / "var") as running:
        yield running


@pytest.fixture
def app(browser: Browser, service: Running) -> Iterator[App]:
    with phone(browser, service) as app:
        app.open()
        yield app
        assert app.elsewhere() == []


def keep_offline(page: Page) -> None:
    """Until the worker has all that a first visit brings."""
    page.evaluate(
        """async () => {
          const {keepOffline} = await import("/web/registering.js");
          await keepOffline({mayReload: () => false});
        }"""
    )


def press_version(page: Page) -> None:
    for _ in range(3):
        page.get_by_role("button", name="Version 1.0").press("Enter")


def choose(app: App, name: str) -> None:
    app.page.locator("#safety").click()
    app.page.locator("#to-look").click()
    app.page.get_by_role("radio", name=name).check()
    expect(app.page).to_have_title(name)


def test_a_disguise_changes_title_icon_and_manifest_and_stands_first(app: App) -> None:
    page = app.page
    expect(page).to_have_title("Notes")
    choose(app, "Calendar")
    links = page.locator("head link[rel='icon'], head link[rel='manifest']")
    hrefs = [str(link.get_attribute("href")).rpartition("/")[2] for link in links.all()]
    assert sorted(hrefs) == ["calendar.svg", "calendar.webmanifest"]
    manifest = page.request.get(f"{app.service.url}/web/calendar.webmanifest")
    assert manifest.headers["content-type"].startswith("application/manifest+json")
    for icon in manifest.json()["icons"]:
        answer = page.request.get(f"{app.service.url}/web/{icon['src']}")
        assert answer.ok
        assert answer.headers["content-type"] == icon["type"]
    assert page.evaluate("Object.entries(localStorage)") == [["look", "calendar"]]
    other = app.context.new_page()
    other.goto(app.service.url)
    expect(other.locator(".month")).to_be_visible()
    press_version(other)
    expect(other.locator("#write")).to_be_visible()
    expect(other).to_have_title("Calendar")


def test_each_manifest_opens_what_it_seems_to_be(app: App) -> None:
    for path, page in (
        ("/manifest.webmanifest", "/"),
        ("/web/calculator.webmanifest", "/web/calculator.html"),
        ("/web/calendar.webmanifest", "/web/calendar.html"),
    ):
        address = app.service.url + path
        manifest = app.page.request.get(address).json()
        assert urljoin(address, manifest["start_url"]) == app.service.url + page
        assert urljoin(address, manifest["scope"]) == f"{app.service.url}/"
        assert manifest["display"] == "standalone"


def test_leaving_drops_what_was_written_and_works_without_a_network(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    service = start(tmp_path_factory.mktemp("left") / "var")
    try:
        with phone(browser, service) as app:
            app.open()
            keep_offline(app.page)
            service.stop()
            app.context.set_offline(True)
            app.page.reload()
            page = app.page
            page.get_by_role("button", name="Only a few words").click()
            page.locator("textarea").fill("nobody reads this")
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
            expect(page.locator("output")).to_have_text("0")
            page.keyboard.type("6*7")
            page.keyboard.press("Enter")
            expect(page.locator("output")).to_have_text("42")
            held = page.evaluate("() => JSON.stringify([history.state, {...sessionStorage}])")
            assert "nobody" not in held
            entries = page.evaluate(
                "() => navigation.entries().map((one) => new URL(one.url).pathname)"
            )
            assert set(entries[-2:]) == {"/web/calculator.html"}
            press_version(page)
            page.get_by_role("button", name="Only a few words").click()
            expect(page.locator("textarea")).to_have_value("")
    finally:
        service.stop()


def test_delete_everything_says_what_is_lost_and_leaves_nothing(app: App) -> None:
    page = app.page
    keep_offline(page)
    choose(app, "Calculator")
    app.context.set_offline(True)
    app.seal("never read by anybody", attached=70_000)
    app.seal("nor this")
    app.go("safety", "to-wipe")
    expect(page.locator("#lost")).to_contain_text("2")
    expect(page.locator("#files")).to_contain_text("1")
    before = page.evaluate(HELD)
    assert before["databases"] == ["outbox"]
    assert before["caches"]
    assert before["workers"] == 1
    page.locator("#go").dispatch_event("click")  # as if it did not look disabled
    expect(page.locator("#wiped")).to_have_count(0)
    page.get_by_role("checkbox").check()
    page.locator("#go").click()
    expect(page.locator("#wiped h1")).to_have_text("Deleted")
    app.context.set_offline(False)
    page.wait_for_timeout(1500)  # for whatever might still write
    after = page.evaluate(HELD)
    assert after == {"databases": [], "caches": [], "workers": 0, "kept": 0}


def fill(app: App) -> None:
    """An outbox with something of everything in it."""
    app.context.set_offline(True)
    app.seal("one", texts="short", attached=70_000)
    app.seal("two", texts="whole")


@pytest.mark.parametrize("language", ["en-GB", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Browser, service: Running, language: str, scheme: str
) -> None:
    with phone(browser, service, language, scheme) as app:
        app.open()
        keep_offline(app.page)
        fill(app)
        found = {}
        for name, way in SCREENS.items():
            app.go(*way)
            expect(app.page.locator("h1")).to_be_focused()
            found[name] = look(app.page)
        for cover in COVERS:
            app.page.goto(f"{service.url}/web/{cover}.html")
            expect(app.page.get_by_role("button", name="1.0")).to_be_visible()
            found[cover] = look(app.page)
        assert found == dict.fromkeys([*SCREENS, *COVERS], ([], 320))


def look(page: Page) -> tuple[list[str], int]:
    """axe's findings, and how wide the page is in a window of 320 pixels."""
    page.wait_for_timeout(200)  # the screen fades in: colours are mixed until then
    wrong = violations(page)
    page.set_viewport_size({"width": 320, "height": 640})
    wide = int(page.evaluate("document.documentElement.scrollWidth"))
    page.set_viewport_size({"width": 360, "height": 640})
    return wrong, wide
