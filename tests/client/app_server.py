"""The web app alone over real sockets, from a copy of its files that a test may change, behind what
stands between a phone and its service: portals, lines that break off, a crowd.
"""

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn import Server

from app.limits import Limits
from app.serving import configure_server
from app.web_app import create_web_app
from heliograph.web_app import Found, gather_files
from tests.conftest import ROOT

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Notes</title>
<script type="module" src="/web/main.js"></script></head><body><p id="version">{version}</p>
<p id="state"></p><p id="said"></p><button id="load">Load</button></body></html>
"""
MAIN = """
import {{ keepOffline }} from "./registering.js";
const show = (id, text) => {{ document.getElementById(id).textContent = text; }};
document.getElementById("load").onclick = async () => {{
  const {{ loadSodium }} = await import("../lib/sodium.js");
  const sodium = await loadSodium();
  const {{ mark }} = await import("./mark.js");
  show("said", `${{sodium.crypto_hash("").length}} {version} ${{mark}}`);
}};
keepOffline({{
  need: ["/locales/my.json"],
  tell: ({{ kept, of, ready }}) => show("state", ready ? "ready" : `${{kept}} of ${{of}}`),
}});
"""
Fault = Callable[[str], str | None]
"""What happens to a request for a path: "portal", "busy", "cut" (the line breaks off after
CUT_AFTER bytes of a body), "broken" (after half of it), "spoilt" (SPOILT is another file), "hang"
(no answer), or nothing."""
PACKS = "/web/pack/"
SPOILT = "/lib/cbor.js"
CUT_AFTER = 40_000
PORTAL = b"<!doctype html><title>Free Wi-Fi</title><script>document.title = 'Pwned'</script>"


@dataclass
class AppServer:
    """The app at http://127.0.0.1:port. asked: every path in order. fault: may be set at any
    time."""

    root: Path
    port: int
    addresses: Sequence[str] = ()
    fault: Fault = lambda _path: None
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self.packs: dict[str, Found] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def write(self, version: str) -> None:
        """Makes this version of the test's page."""
        web = self.root / "client" / "web"
        (web / "index.html").write_text(PAGE.format(version=version), encoding="utf-8")
        (web / "main.js").write_text(MAIN.format(version=version), encoding="utf-8")
        (web / "mark.js").write_text(f'export const mark = "{version}";\n', encoding="utf-8")

    def start(self) -> None:
        limits = Limits()
        files = gather_files(b'{"root": 1}', lambda: self.addresses, self.root)
        self.packs = {path: file for path, file in files.items() if path.startswith(PACKS)}
        app = _Line(self, create_web_app(files, limits))
        config = configure_server(app, limits=limits, port=self.port, loop="asyncio")
        config.lifespan = "off"
        self._server = server = Server(config)
        self._thread = threading.Thread(target=server.run)
        self._thread.start()
        while not server.started:
            assert self._thread.is_alive()

    def stop(self) -> None:
        """Really: nobody listens afterwards."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()
        self._server = None
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", self.port)) != 0


class _Line:
    """What stands between the phone and the app."""

    def __init__(self, server: AppServer, pages: dict[str, ASGIApp]) -> None:
        self._server = server
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        self._server.asked.append(path)
        fault = self._server.fault(path)
        if fault == "portal":
            await _answer(send, 200, PORTAL)
        elif fault == "hang":
            while (await receive())["type"] != "http.disconnect":
                pass
        elif fault == "busy":
            await _answer(send, 503, b"")
        elif path not in self._pages:
            await _answer(send, 404, b"")
        elif fault == "cut":
            await self._pages[path](scope, receive, _cut(send))  # uvicorn ends the connection
        elif fault == "broken":
            await self._pages[path](scope, receive, _cut(send, 2_000))
        elif fault == "spoilt":
            await _answer(send, 200, _spoil(self._server.packs[path]))
        else:
            await self._pages[path](scope, receive, send)


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/html"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _spoil(pack: Found) -> bytes:
    """The pack, in which SPOILT is what a portal would like it to be."""
    assert not callable(pack)
    texts = json.loads(pack.body)
    if SPOILT in texts:
        texts[SPOILT] = PORTAL.decode()
    return json.dumps(texts).encode()


def _cut(send: Send, after: int = CUT_AFTER) -> Send:
    async def send_some(message: Message) -> None:
        body = message.get("body", b"")
        if len(body) > after:
            message = {**message, "body": body[:after], "more_body": True}
        await send(message)

    return send_some


@contextmanager
def open_app_server(folder: Path) -> Iterator[AppServer]:
    """A server that listens, over a copy of the app in `folder`."""
    for name in ("lib", "vendor", "web"):
        shutil.copytree(ROOT / "client" / name, folder / "client" / name)
    shutil.copytree(ROOT / "locales", folder / "locales")
    shutil.copytree(ROOT / "spec", folder / "spec", ignore=shutil.ignore_patterns("vectors"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = AppServer(folder, port)
    server.write("one")
    server.start()
    try:
        yield server
    finally:
        server.stop()
