"""The web app in Chromium, behind a line of a given rate: bytes of a first visit, time until it
can be used, and sealing on a slow phone.
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.figures import Figure
from bench.rounds import tell
from crypto.envelope import Suite
from crypto.locks import derive_lock
from tests.browser import running_browser
from tests.client.own_phone import KEPT
from tests.client.slow_link import SlowLink
from tests.client.wire import weigh
from tests.coalition import make_seed
from tests.road.running import Running, running_service

FIRST_LOAD = 250_000
USABLE_SECONDS = 10.0
RATES = {"32 kbit/s": (32_000, 0.3), "1 Mbit/s": (1_000_000, 0.05)}
"""Bits a second, and seconds of latency each way."""
SLOWER = 6
SEALS = 30
PATIENCE = 600_000.0
CONTROLLED = """async () => {
  const container = navigator.serviceWorker;
  if (!container.controller) {
    await new Promise((resolve) => container.addEventListener("controllerchange", resolve));
  }
}"""
"""Until the page's own way to keep everything has ended: to ask sooner would fetch files twice."""
SEAL = """async ({suites, times}) => {
  const {loadSodium} = await import("/lib/sodium.js");
  const {seal, newReportId} = await import("/lib/sealing.js");
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (one) => parseInt(one, 16));
  const begun = performance.now();
  const sodium = await loadSodium();
  const found = {load: [performance.now() - begun]};
  for (const [suite, keys] of suites) {
    const key = {suite, epoch: 1, epochStart: 0, keys: keys.map(bytes)};
    found[suite] = [];
    for (let index = 0; index < times; index += 1) {
      const start = performance.now();
      await seal(sodium, key, 1, newReportId(), new Uint8Array(400));
      found[suite].push(performance.now() - start);
    }
  }
  return found;
}"""


def measure() -> list[Figure]:
    """The rows of the app. Needs Chromium."""
    with (
        tempfile.TemporaryDirectory() as name,
        running_browser() as browser,
        running_service(Path(name) / "var") as service,
    ):
        tell("bytes of a first visit")
        figures = _measure_bytes(browser, service)
        for rate, (bits, latency) in RATES.items():
            tell(f"time to usable at {rate}")
            figures += _measure_visits(browser, service, rate, bits, latency)
        tell("sealing")
        figures += _measure_seals(browser, service)
    return figures


def first_visit(context: BrowserContext, line: SlowLink) -> dict[str, int]:
    """Bytes by path of a first visit, until the app starts without a network and can seal."""
    line.heard = []
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(line.url)
    expect(page.locator("#write")).to_be_visible(timeout=PATIENCE)
    page.evaluate(CONTROLLED)
    found = weigh(line.heard)  # at once: the worker goes on with what is wanted later
    assert page.evaluate(KEPT)
    page.close()
    return found


def _measure_bytes(browser: Browser, service: Running) -> list[Figure]:
    with SlowLink(service.port) as line:
        context = browser.new_context(locale="en-GB")
        try:
            found = first_visit(context, line)
        finally:
            context.close()
    figures = [
        Figure(f"bytes over the wire, {path}", size)
        for path, size in sorted(found.items(), key=lambda one: -one[1])
    ]
    total = sum(found.values())
    note = f"{len(found)} addresses, heads counted"
    return [
        *figures,
        Figure("bytes of a first visit", total, FIRST_LOAD, most=True, note=note),
    ]


def _measure_visits(
    browser: Browser, service: Running, rate: str, bits: int, latency: float
) -> list[Figure]:
    with SlowLink(service.port, bits=bits, latency=latency) as line:
        context = browser.new_context(locale="en-GB")
        try:
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            first = _time(page, line.url)
            begun = time.monotonic()
            page.evaluate(CONTROLLED)
            assert page.evaluate(KEPT)
            kept = first + time.monotonic() - begun
            page.close()
            second = _time(context.new_page(), line.url)
        finally:
            context.close()
    return [
        Figure(f"seconds to usable at {rate}, first visit", first),
        Figure(f"seconds until all is kept at {rate}", kept),
        Figure(
            f"seconds to usable at {rate}, second visit",
            second,
            USABLE_SECONDS if bits < 100_000 else None,
            most=True,
        ),
    ]


def _time(page: Page, url: str) -> float:
    """Seconds until a tap leads to the first question."""
    begun = time.monotonic()
    page.goto(url, wait_until="commit", timeout=PATIENCE)
    page.locator("#write").click(timeout=PATIENCE)
    expect(page.locator("label.choice").first).to_be_visible(timeout=PATIENCE)
    return time.monotonic() - begun


def _measure_seals(browser: Browser, service: Running) -> list[Figure]:
    suites = [
        (
            int(suite),
            [
                derive_lock(make_seed("bench", lock), suite, lock).public.hex()
                for lock in (("A", "B") if suite.dual else ("A",))
            ],
        )
        for suite in Suite
    ]
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(service.url)
        slow = context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        found: dict[str, Any] = page.evaluate(SEAL, {"suites": suites, "times": SEALS})
    finally:
        context.close()
    return [
        Figure(
            f"milliseconds to {_describe(name)}, CPU throttled {SLOWER}x",
            statistics.median(times),
            note="" if name == "load" else f"median of {SEALS}, at most {max(times):.0f}",
        )
        for name, times in found.items()
    ]


def _describe(name: str) -> str:
    return "load libsodium" if name == "load" else f"seal, suite {int(name):02x}"
