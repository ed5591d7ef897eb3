"""Writes spec/openapi.json from the code. Run it after changing an address: python
tools/make_openapi.py

A test compares the file with what this makes.
"""

import json
from pathlib import Path

from app.blobs import Blobs
from app.keyrings import Keyrings
from app.limits import Limits
from app.log import Log
from app.piece_files import PieceFiles
from app.service import create_api
from app.store import Store
from crypto.checkpoints import make_log_signer

FILE = Path(__file__).resolve().parent.parent / "spec" / "openapi.json"


def make_openapi() -> str:
    """The description as JSON text. No database is opened."""
    store = Store("sqlite:///never-opened.db", clock=lambda: 0.0, on_fatal=print)
    log = Log(store, make_log_signer(bytes(32)))
    blobs = Blobs(store, PieceFiles(Path("never-opened")))
    api = create_api(store, Keyrings(store, None), log, (), Limits(), blobs)
    return json.dumps(api.openapi(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(make_openapi(), encoding="utf-8")
