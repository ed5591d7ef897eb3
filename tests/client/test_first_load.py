"""What a first visit takes over the wire: bytes are checked here, bench/app.py measures times."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from bench.app import FIRST_LOAD, first_visit
from tests.client.slow_link import SlowLink
from tests.client.wire import weigh
from tests.road.running import running_service


def test_a_first_visit_takes_at_most_250_kilobytes(browser: Browser, tmp_path: Path) -> None:
    """And it is enough: afterwards, with the service gone, a report is written and sealed. In
    Russian, whose words weigh most.
    """
    context = browser.new_context(locale="ru")
    try:
        with running_service(tmp_path / "var") as service, SlowLink(service.port) as line:
            found = first_visit(context, line)
            # Nothing is left out of the sum but what came while it was made up.
            assert sum(found.values()) >= 0.95 * line.received - 4096
        for path, size in sorted(found.items(), key=lambda one: -one[1]):
            print(f"{size:7,} {path}")
        print(f"{sum(found.values()):,} bytes in {len(found)} files")
        page = context.new_page()
        page.goto(line.url)
        page.locator("#words").click()
        page.locator("textarea").fill("No network since the morning.")
        page.locator("#end").click()
        page.locator("#send").click()
        expect(page.locator("#sent-waiting")).to_be_visible(timeout=60_000)
        page.locator("#waiting").click()
        expect(page.locator("#waiting-number")).to_have_text("1")
    finally:
        context.close()
    assert {"/", "/web/main.js", "/sw-module.js", "/vendor/libsodium.js/1"} <= found.keys()
    assert "/vendor/libsodium.js" not in found  # it came in pieces, and once
    assert sum(found.values()) <= FIRST_LOAD


def test_answers_are_weighed_with_their_heads() -> None:
    plain = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    nothing = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"
    asked = b"".join(
        b"GET /%s?x=1 HTTP/1.1\r\nHost: a\r\n\r\n" % name for name in (b"a", b"b", b"c", b"a")
    )
    heard = [(bytearray(asked), bytearray(plain + chunked + nothing + plain[:-2]))]
    sizes = {"/a": 2 * len(plain) - 2, "/b": len(chunked), "/c": len(nothing)}
    assert weigh(heard) == sizes
