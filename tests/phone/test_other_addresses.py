"""A newer keyring names another address: the page that was kept reaches it, and no other one."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.app.running import Place, make_envelope
from tests.client.app_server import open_app_server
from tests.phone.test_offline import LONG

HOLD = """async (address) => {
  const { openOutbox } = await import("/lib/outbox/outbox.js");
  const outbox = await openOutbox();
  const bundle = new TextEncoder().encode(`\u00a1{"x":1,"addresses":["${address}"]}`);
  await outbox.database.write(["state"], (tx) =>
    tx.objectStore("state").put({ root: new Uint8Array(), bundle }, "keyring"));
  outbox.close();
}"""
SEND = """([address, envelope]) => fetch(`${address}/v1/envelopes`, {
  method: "POST",
  headers: { "Content-Type": "application/octet-stream" },
  body: new Uint8Array(envelope),
}).then((answer) => answer.text(), () => "blocked")"""
READ = """(address) => fetch(`${address}/v1/blobs`, {
  method: "POST", headers: { "Tus-Resumable": "1.0.0", "Upload-Length": "0" },
}).then(async (answer) => [(await answer.json()).code, answer.headers.get("Tus-Resumable")])"""


def test_a_kept_page_reaches_what_the_keyring_names(browser: Browser, tmp_path: Path) -> None:
    place, other = Place(tmp_path / "service"), Place(tmp_path / "other")
    for each in (place, other):
        each.folder.mkdir()
    context = browser.new_context()
    try:
        with (
            open_app_server(tmp_path / "app") as app,
            place.open_server() as named,
            other.open_server() as unnamed,
        ):
            here, elsewhere = (f"http://127.0.0.1:{port}" for _host, port in (named, unnamed))
            page = context.new_page()
            page.goto(app.url)
            expect(page.locator("#state")).to_have_text("ready", timeout=LONG)
            envelope = list(make_envelope(1))
            assert page.evaluate(SEND, [here, envelope]) == "blocked"
            page.evaluate(HOLD, here)
            app.stop()
            page.reload()
            expect(page.locator("#version")).to_have_text("one")
            assert page.evaluate(SEND, [here, envelope]) == '{"status":"stored"}'
            assert page.evaluate(SEND, [here, envelope]) == '{"status":"known"}'
            assert page.evaluate(READ, here) == ["blob-length", "1.0.0"]
            assert page.evaluate(SEND, [elsewhere, envelope]) == "blocked"
    finally:
        context.close()
    assert (place.count("pending"), other.count("pending")) == (1, 0)
