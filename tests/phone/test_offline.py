"""The app after one visit: Debian's Chromium, a server that is really stopped, bad networks."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.client.app_server import PACKS, PORTAL, SPOILT, AppServer, Fault, open_app_server

LONG = 60_000
"""Milliseconds until something has come that takes several requests."""
REGISTERED = "navigator.serviceWorker.getRegistration().then(Boolean)"
WAITING = "navigator.serviceWorker.getRegistration().then(({waiting}) => waiting !== null)"
NO_MODULES = """
const register = navigator.serviceWorker.register.bind(navigator.serviceWorker);
navigator.serviceWorker.register = (url, how) =>
  how.type === "module" ? Promise.reject(new TypeError("no modules here")) : register(url, how);
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppServer]:
    with open_app_server(tmp_path) as server:
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def visit(context: BrowserContext, server: AppServer) -> Page:
    """A visit that ends with everything kept."""
    page = context.new_page()
    page.goto(server.url)
    expect(page.locator("#state")).to_have_text("ready", timeout=LONG)
    return page


def load(page: Page) -> None:
    page.click("#load")


def worker_url(page: Page) -> str:
    return str(page.evaluate("navigator.serviceWorker.controller.scriptURL"))


@pytest.mark.parametrize("kind", ["sw-module.js", "sw.js"])
def test_after_one_visit_no_network_is_needed(
    context: BrowserContext, server: AppServer, kind: str
) -> None:
    if kind == "sw.js":
        context.add_init_script(NO_MODULES)
    page = visit(context, server)
    page.close()
    server.stop()
    again = context.new_page()
    again.goto(server.url)
    assert worker_url(again) == f"{server.url}/{kind}"
    expect(again.locator("#version")).to_have_text("one")
    again.click("#load")
    expect(again.locator("#said")).to_have_text("64 one one")
    assert again.evaluate("fetch('/locales/my.json').then((answer) => answer.status)") == 200
    # What the service would say is never said by the worker.
    asked = "fetch('/v1/log/key').then(() => 'answered', () => 'no network')"
    assert again.evaluate(asked) == "no network"


def test_a_portals_page_is_never_ours(context: BrowserContext, server: AppServer) -> None:
    taken = ("/web/pack/", "/web/fields.js")
    server.fault = lambda path: "portal" if path.startswith(taken) else None
    page = context.new_page()
    page.goto(server.url)
    wait_until(page, "asked three times", lambda: server.asked.count("/web/fields.js") >= 3)
    wait_until(page, "broken off", lambda: not page.evaluate(REGISTERED))
    expect(page.locator("#state")).to_have_text(re.compile(r"^\d+ of \d+$"))  # not ready
    assert not [text for text in kept_texts(page) if PORTAL.decode() in text]
    server.fault = lambda _path: None
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#state")).to_have_text("ready", timeout=LONG)

    # In a network that answers everything itself, what is kept is shown, and nothing else is.
    server.fault = lambda _path: "portal"
    again = context.new_page()
    again.goto(server.url)
    expect(again.locator("#version")).to_have_text("one")
    again.click("#load")
    expect(again.locator("#said")).to_have_text("64 one one")
    assert not [text for text in kept_texts(again) if PORTAL.decode() in text]


def test_a_portal_instead_of_the_worker(context: BrowserContext, server: AppServer) -> None:
    """Also what can wait, and what a new version is made of."""
    visit(context, server).close()
    server.write("two")
    restart(server, lambda path: "portal" if path == "/web/mark.js" else None)
    page = context.new_page()
    page.goto(server.url)
    wait_until(page, "asked for the new one", lambda: server.asked.count("/web/mark.js") >= 3)
    expect(page.locator("#version")).to_have_text("one")
    page.click("#load")
    expect(page.locator("#said")).to_have_text("64 one one")


def test_a_visit_that_breaks_off_goes_on_where_it_was(
    context: BrowserContext, server: AppServer
) -> None:
    """The line brings 40 kB at a time, and after some files it is dead; the next visit goes on."""
    server.fault = lambda path: "busy" if path == "/vendor/libsodium.js/2" else "cut"
    page = context.new_page()
    page.goto(server.url)
    wait_until(page, "broken off", lambda: "/vendor/libsodium.js/2" in server.asked)
    page.close()
    before = server.asked.copy()
    server.asked.clear()
    server.fault = lambda _path: "cut"
    page = visit(context, server)
    # In pieces: no line of 40 kB brings it whole. Nothing that came is asked for twice.
    assert "/vendor/libsodium.js/1" in before
    assert "/vendor/libsodium.js/2" in server.asked
    pack = pack_of(server, "/web/fields.js")
    kept = {"/vendor/libsodium.js/0", "/vendor/libsodium.js/1", "/web/icons.svg", pack}
    assert kept <= set(before)
    assert not kept & set(server.asked)
    page.close()
    server.stop()
    again = context.new_page()
    again.goto(server.url)
    again.click("#load")
    expect(again.locator("#said")).to_have_text("64 one one")


def test_a_new_version_is_taken_over_when_it_is_whole(
    context: BrowserContext, server: AppServer
) -> None:
    page = visit(context, server)
    before = needed_keys(page)
    page.close()
    server.write("two")
    restart(server, lambda path: "busy" if path == "/web/mark.js" else None)
    page = context.new_page()
    page.goto(server.url)
    wait_until(page, "asked for the new one", lambda: server.asked.count("/web/mark.js") >= 3)
    assert "/lib/sodium.js" not in server.asked  # what is the same is not fetched again
    page.click("#load")
    expect(page.locator("#said")).to_have_text("64 one one")
    page.close()
    server.fault = lambda _path: None
    page = context.new_page()
    page.goto(server.url)
    expect(page.locator("#version")).to_have_text("one")
    wait_until(page, "waits", lambda: page.evaluate(WAITING))
    page.click("#load")
    expect(page.locator("#said")).to_have_text("64 one one")  # no version in between
    other = context.new_page()
    other.goto(server.url)  # two pages: neither is changed under the other
    expect(other.locator("#state")).to_have_text("ready", timeout=LONG)
    expect(other.locator("#version")).to_have_text("one")
    other.close()
    page.reload()
    expect(page.locator("#version")).to_have_text("two")
    expect(page.locator("#state")).to_have_text("ready", timeout=LONG)
    after = needed_keys(page)
    changed = {"/", "/web/main.js", "/web/mark.js"}
    assert {key.split("?")[0] for key in before - after} == changed
    assert changed <= {key.split("?")[0] for key in after - before}
    server.stop()
    page.reload()
    page.click("#load")
    expect(page.locator("#said")).to_have_text("64 two two")


@pytest.mark.parametrize("fault", ["spoilt", "broken", "portal", "busy"])
def test_a_pack_is_never_trusted_as_a_whole(
    context: BrowserContext, server: AppServer, fault: str
) -> None:
    """One file of it is another one: that one comes alone. A pack that does not come: all do."""
    context.add_init_script(NO_MODULES)  # the module worker would bring SPOILT otherwise
    server.fault = lambda path: fault if path.startswith(PACKS) else None
    page = visit(context, server)
    packs = [path for path in server.asked if path.startswith(PACKS)]
    tries = 3 if fault in ("broken", "busy") else 1
    assert sorted(packs) == sorted(list(server.packs) * tries)
    assert server.asked.count(SPOILT) == 1
    neighbours = {"/lib/envelope.js", "/web/fields.js"} & set(server.asked)
    assert len(neighbours) == (0 if fault == "spoilt" else 2)
    assert not [text for text in kept_texts(page) if PORTAL.decode() in text]
    page.close()
    server.stop()
    again = context.new_page()
    again.goto(server.url)
    again.click("#load")
    expect(again.locator("#said")).to_have_text("64 one one")
    cbor = again.evaluate(f"fetch('{SPOILT}').then((answer) => answer.text())")
    assert "export function" in cbor


def test_a_worker_that_does_not_answer_is_asked_again(
    context: BrowserContext, server: AppServer
) -> None:
    """Chromium ends one that takes five minutes over a thin line."""
    words = "/locales/my.json"
    server.fault = lambda path: "hang" if path == words else None
    page = context.new_page()
    page.clock.install()
    page.goto(server.url)
    wait_until(page, "asked for the words", lambda: words in server.asked)
    server.fault = lambda _path: None
    page.clock.fast_forward("06:00")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#state")).to_have_text("ready", timeout=LONG)


def test_nothing_comes_twice(context: BrowserContext, server: AppServer) -> None:
    """What the page loads at its start is the browser's; the worker brings the rest, by packs."""
    page = visit(context, server)
    needed = {path for path in server.asked if not path.startswith("/sw")}
    assert len(server.asked) == len(set(server.asked))
    assert set(server.packs) & needed == set(server.packs) - {pack_of(server, SPOILT)}
    assert "/lib/bytes.js" not in needed  # the module worker's, under its own address
    page.close()


def pack_of(server: AppServer, path: str) -> str:
    """The pack that brings a file."""
    (found,) = [
        address
        for address, pack in server.packs.items()
        if not callable(pack) and f'"{path}":'.encode() in pack.body
    ]
    return found


def restart(server: AppServer, fault: Fault) -> None:
    server.stop()
    server.asked.clear()
    server.fault = fault
    server.start()


def wait_until(page: Page, what: str, holds: Callable[[], bool]) -> None:
    """Asks until it holds; the browser goes on meanwhile."""
    for _ in range(LONG // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError(what)


def needed_keys(page: Page) -> set[str]:
    """Address and hash of all that is kept, but for what comes later."""
    found = page.evaluate(
        "caches.open('files').then((cache) => cache.keys()).then((all) => all.map(({url}) => url))"
    )
    paths = {url[url.index("/", 8) :] for url in found}
    return {path for path in paths if not path.startswith(("/locales/", "/vendor/qr/"))}


def kept_texts(page: Page) -> list[str]:
    """All that is kept, as text."""
    return list(
        page.evaluate(
            """async () => {
              const cache = await caches.open("files");
              const texts = [];
              for (const key of await cache.keys()) {
                texts.push(await (await cache.match(key)).text());
              }
              return texts;
            }"""
        )
    )
