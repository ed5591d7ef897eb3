"""The app's page against a real service, for tests of what stands around the questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.client.node import CLIENT, INSTALL
from tests.road.running import Running, start

AXE = CLIENT / "node_modules" / "axe-core" / "axe.min.js"
READY_MILLISECONDS = 60_000
SEAL = """async ({text, texts, receipt, bytes}) => {
  const {openDepot} = await import("/web/depot.js");
  const {sealReport} = await import("/lib/reporting.js");
  const {createCodec} = await import("/lib/report/codec.js");
  const {loadSodium} = await import("/lib/sodium.js");
  const {loadTable} = await import("/web/table.js");
  const depot = await openDepot();
  const {id} = await sealReport({
    sodium: await loadSodium(), keyring: await depot.loadKeyring(),
    codec: createCodec(await loadTable()),
    report: {net: {data: "down"}, ...(text ? {text} : {})}, lang: "en",
    files: bytes ? [new Blob([new Uint8Array(bytes)])] : [],
    channel: "web", sms: texts ? {withText: texts === "whole"} : null, receipt,
    now: Math.floor(Date.now() / 1000), outbox: depot.outbox,
  });
  return id;
}"""
MODULES = (
    "/lib/reporting.js",
    "/lib/report/codec.js",
    "/lib/sodium.js",
    "/web/qr-reading.js",
)
"""What a screen fetches when it is used: tests go offline sooner than the worker has it."""
KEYRING = """async (modules) => {
  for (const name of modules) await import(name);
  await (await import("/web/routes.js")).loadRest();
  await (await import("/web/table.js")).loadTable();
  const depot = await (await import("/web/depot.js")).openDepot();
  await depot.update();
  return depot.hasKeyring();
}"""


@dataclass
class App:
    """A phone with the app. asked: the address of every request of every page of it."""

    service: Running
    context: BrowserContext
    page: Page
    asked: list[str] = field(default_factory=list)

    def open(self) -> None:
        """The start screen, with the keyring and what seals taken over."""
        self.page.goto(self.service.url)
        expect(self.page.locator("#write")).to_be_visible(timeout=READY_MILLISECONDS)
        assert self.page.evaluate(KEYRING, MODULES)

    def seal(
        self, text: str = "", texts: str = "", receipt: bool = False, attached: int = 0
    ) -> str:
        """A report with this text, into the outbox: its id. attached: bytes of a file in it."""
        sealed: str = self.page.evaluate(
            SEAL, {"text": text, "texts": texts, "receipt": receipt, "bytes": attached}
        )
        return sealed

    def go(self, *names: str) -> None:
        """From the start screen by these buttons."""
        self.page.goto(self.service.url)
        for name in names:
            self.page.locator(f"#{name}").click(timeout=READY_MILLISECONDS)

    def elsewhere(self) -> list[str]:
        """Requests that went to any other origin, without their queries."""
        own = (self.service.url, "blob:", "data:")
        return [asked.split("?")[0] for asked in self.asked if not asked.startswith(own)]


@contextmanager
def phone(
    browser: Browser, service: Running, language: str = "en-GB", scheme: str = "light"
) -> Iterator[App]:
    """A phone of its own for the time of the block."""
    context = browser.new_context(
        viewport={"width": 360, "height": 640},
        locale=language,
        color_scheme="dark" if scheme == "dark" else "light",
        accept_downloads=True,
    )
    app = App(service, context, context.new_page())
    context.on("request", lambda request: app.asked.append(request.url))
    try:
        yield app
    finally:
        context.close()


def start_again(service: Running) -> Running:
    """The same service on the same port, after it was stopped."""
    # What `start` waits for is in the file already from the first time.
    service.output.unlink()
    return start(service.data, int(service.url.rpartition(":")[2]))


def listed(service: Running) -> str:
    """What a keyholder sees of all that has arrived."""
    service.settle()
    return service.run("keyholder", "list").stdout


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA in what the page shows: the rule, and where."""
    if not AXE.is_file():
        pytest.skip(INSTALL)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # As tall as all of it: what lies under a bar that stays can be scrolled out, and is no small
    # target. Without this, the finding depends on where the page stands.
    size = page.viewport_size
    assert size is not None
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
    found = page.evaluate(
        """async () => (await axe.run(document, {runOnly: {type: "tag", values:
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}})).violations
        .map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`)"""
    )
    page.set_viewport_size(size)
    return [str(one) for one in found]
