"""The naive way, to compare with: a FastAPI route that commits once a request.

It does what the service must do for an envelope: the form check, the look for duplicates, a row in
the same table with the same durability (WAL, synchronous=FULL, read back). It is a quick one of its
kind: no ORM, no thread pool, one connection kept open.
"""

import sqlite3
import sys
import time
from typing import Any

from fastapi import FastAPI, Request

from app.entries import LEAF_ID_START, make_entry, prefix_of
from app.sqlite import set_pragmas
from bench.bare import run_plain
from crypto.envelope import day_of

TELEMETRY: Any = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
FIND = (
    "SELECT leaf.leaf FROM leaf_id JOIN leaf ON leaf.log_index = leaf_id.log_index"
    " WHERE leaf_id.id_prefix = ?"
)


def create_app(database: str) -> FastAPI:
    """The application over a migrated database."""
    api = FastAPI(openapi_url=None, telemetry=TELEMETRY)
    connection = sqlite3.connect(database, isolation_level=None)
    set_pragmas(connection)  # type: ignore[arg-type]  # sqlite3's own has no __getattr__

    @api.post("/v1/envelopes")
    async def take(request: Request) -> dict[str, str]:
        entry = make_entry(await request.body(), day_of(int(time.time())))
        connection.execute("BEGIN IMMEDIATE")
        leaves = connection.execute(FIND, (prefix_of(entry.id),)).fetchall()
        known = entry.id in [leaf[LEAF_ID_START:] for (leaf,) in leaves]
        if not known:
            connection.execute(
                "INSERT INTO pending (leaf, body) VALUES (?, ?)", (entry.leaf, entry.body)
            )
        connection.execute("COMMIT")
        return {"status": "known" if known else "stored"}

    return api


def main() -> None:
    """Serves on the port of the first argument, into the database of the second."""
    run_plain(create_app(sys.argv[2]), int(sys.argv[1]), lifespan="on")


if __name__ == "__main__":
    main()
