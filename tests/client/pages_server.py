"""The app's files where the service puts them, on loopback, for tests of pages alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

from tests.client.files_server import FilesHandler
from tests.client.http_server import serving
from tests.conftest import ROOT

CLIENT = ROOT / "client"


class _Handler(FilesHandler):
    extensions_map = {  # noqa: RUF012
        **FilesHandler.extensions_map,
        ".webmanifest": "application/manifest+json",
    }

    def translate_path(self, path: str) -> str:
        path = urlsplit(path).path
        first = path.split("/")[1]
        if path in {"/", "/sw.js", "/sw-module.js", "/manifest.webmanifest"}:
            return str(CLIENT / "web" / (path[1:] or "index.html"))
        if first in {"web", "lib", "vendor"} and ".." not in path:
            return str(CLIENT / path[1:])
        if first in {"locales", "spec"} and ".." not in path:
            return str(ROOT / path[1:])
        return str(CLIENT / "no-such-file")


@contextmanager
def serving_app() -> Iterator[str]:
    """The address of the page, for the time of the block."""
    with serving(partial(_Handler, directory=str(ROOT))) as address:
        yield address
