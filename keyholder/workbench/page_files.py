"""The page's own files: those of the folder `page`, listed once, and no other."""

from functools import cache
from importlib import resources

_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "woff2": "font/woff2",
}
_FIRST = "index.html"


def read_page_file(path: str) -> tuple[str, bytes] | None:
    """(media type, bytes) of the file at an address; None for what is not of the page."""
    return _list_files().get(path)


@cache
def _list_files() -> dict[str, tuple[str, bytes]]:
    """Read once, so that no request reaches the disk. The first page has the address `/` too."""
    found: dict[str, tuple[str, bytes]] = {}
    _add(resources.files("keyholder.workbench") / "page", "/", found)
    if f"/{_FIRST}" in found:
        found["/"] = found[f"/{_FIRST}"]
    return found


def _add(folder: resources.abc.Traversable, at: str, found: dict[str, tuple[str, bytes]]) -> None:
    if not folder.is_dir():
        return
    for one in folder.iterdir():
        if one.is_dir():
            _add(one, f"{at}{one.name}/", found)
        elif (kind := _TYPES.get(one.name.rpartition(".")[2])) is not None:
            found[f"{at}{one.name}"] = (kind, one.read_bytes())
