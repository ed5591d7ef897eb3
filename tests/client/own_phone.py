"""A browser with a profile on disk, as a phone has one: killed, started again, and searched."""

import base64
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, BrowserType, Page, expect
from playwright.sync_api import Error as PlaywrightError

from tests.browser import ARGUMENTS
from tests.client.pages import READY_MILLISECONDS

KEPT = """async () => {
  const depot = await (await import("/web/depot.js")).openDepot();
  await depot.update();
  const {keepOffline} = await import("/web/registering.js");
  return (await depot.hasKeyring()) && keepOffline({mayReload: () => false});
}"""
"""Until the app needs no network any more: whether it holds a keyring and all its files."""
READ = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("outbox");
  opening.onupgradeneeded = () => opening.transaction.abort();
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const reading = opening.result.transaction(["items", "state"]);
    const items = reading.objectStore("items").getAll();
    const waits = reading.objectStore("state").get("waits");
    reading.oncomplete = () => resolve({
      envelopes: items.result.filter(({arrived}) => !arrived).length,
      blobs: items.result.flatMap(({blobs}) => blobs).filter(({done}) => !done).length,
      pauses: Object.keys(waits.result ?? {}),
    });
    opening.result.close();
  };
})"""
"""What of the outbox has not arrived, and which addresses are left alone for a while."""
LEAST = 8
"""Bytes of a piece of base64 that say where it is from."""


@contextmanager
def own_phone(
    chromium: BrowserType, profile: Path, watch: Callable[[str], object] | None = None
) -> Iterator[BrowserContext]:
    """A browser on `profile`, which may be there from before. watch: is told each request's URL."""
    context = chromium.launch_persistent_context(
        profile,
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        args=ARGUMENTS,
        viewport={"width": 360, "height": 640},
        locale="en-GB",
    )
    if watch:
        context.on("request", lambda request: watch(request.url))
    try:
        yield context
    finally:
        with contextlib.suppress(PlaywrightError):  # it was killed
            context.close()


def kill(profile: Path) -> int:
    """SIGKILL to every process of the browser on `profile`: how many there were."""
    killed = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"--user-data-dir={profile}".encode() in words:
            os.kill(int(folder.name), signal.SIGKILL)
            killed += 1
    (profile / "SingletonLock").unlink(missing_ok=True)
    return killed


def visit(page: Page, url: str) -> None:
    """A first visit that ends with the app and the keyring kept."""
    page.goto(url)
    expect(page.locator("#write")).to_be_visible(timeout=READY_MILLISECONDS)
    assert page.evaluate(KEPT)


def write_report(page: Page, words: str, photo: Path | None = None) -> None:
    """A report by the app's screens, as a thumb does it, until it is sealed."""
    page.locator("#words").click()
    page.locator("textarea").fill(words)
    if photo:
        page.locator("#next").click()
        expect(page.locator("h1")).to_have_text("Photos and files")
        page.locator("#files-picker").set_input_files(photo)
        expect(page.locator(".attachment")).to_contain_text("were taken out of it")
    page.locator("#end").click()
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Sealed", timeout=READY_MILLISECONDS)
    page.locator("#home").click()
    expect(page.locator("#write")).to_be_visible()


def wait_sent(page: Page, seconds: float) -> None:
    """Until nothing waits, by a look into the database. Nothing is tapped, and no code of the app
    is called: what goes, goes by itself."""
    end = time.monotonic() + seconds
    while (found := page.evaluate(READ))["envelopes"] + found["blobs"]:
        assert time.monotonic() < end, found
        page.wait_for_timeout(1000)


def wait_failed(page: Page, addresses: Sequence[str]) -> None:
    """Until the app has tried each of these in vain."""
    end = time.monotonic() + READY_MILLISECONDS / 1000
    wanted = {f"send {address}" for address in addresses}
    while not wanted <= set((found := page.evaluate(READ))["pauses"]):
        assert time.monotonic() < end, found
        page.wait_for_timeout(200)


def find(folder: Path, needles: dict[str, bytes | str]) -> list[tuple[str, str]]:
    """Which of the needles lie in which file below `folder`: texts as UTF-8 and as UTF-16 of both
    orders, bytes as they are; each as base64 as well, wherever it begins in it."""
    shapes = [(name, shape) for name, needle in needles.items() for shape in _shapes(needle)]
    found = set()
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        held = path.read_bytes()
        said = str(path.relative_to(folder)).encode()
        for name, shape in shapes:
            if shape in held or shape in said:
                found.add((name, str(path.relative_to(folder))))
    return sorted(found)


def _shapes(needle: bytes | str) -> Iterator[bytes]:
    plain = (
        [needle.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
        if isinstance(needle, str)
        else [needle]
    )
    for shape in plain:
        yield shape
        for before in range(3):
            whole = base64.b64encode(b"\0" * before + shape)
            inner = whole[4 if before else 0 : len(whole) // 4 * 4 - 4]
            assert len(inner) >= LEAST
            yield inner
            yield inner.translate(bytes.maketrans(b"+/", b"-_"))
