"""A real service whose database is altered behind its back: the keyholder's command names what."""

import json
import time
from pathlib import Path

import httpx2
from sqlalchemy import Connection, NullPool, create_engine, text

from crypto.notes import read_note
from tests.app.running import SINGLE, make_envelope
from tests.road.running import Running, running_service

WAIT_SECONDS = 60
CHANGE_DAY = "UPDATE leaf SET leaf = :leaf WHERE log_index = :place"


def read_size(running: Running) -> int:
    """Leaves of the newest checkpoint, 0 before the first."""
    answer = httpx2.get(f"{running.url}/v1/log/checkpoint")
    return int(read_note(answer.content).text.split("\n")[1]) if answer.status_code == 200 else 0


def send(running: Running, first: int, count: int) -> int:
    """Bring some envelopes; gives the log's size once all that were ever brought are signed."""
    for number in range(first, first + count):
        sent = httpx2.post(
            f"{running.url}/v1/envelopes", content=make_envelope(number), headers=SINGLE
        )
        assert sent.status_code == 200
    end = time.monotonic() + WAIT_SECONDS
    while True:
        with open_database(running) as database:
            bodies = database.execute(text("SELECT count(*) FROM body")).scalar_one()
            leaves = int(database.execute(text("SELECT count(*) FROM leaf")).scalar_one())
        if bodies == first + count and read_size(running) == leaves:
            return leaves
        assert time.monotonic() < end
        time.sleep(0.1)


def open_database(running: Running) -> Connection:
    return create_engine(f"sqlite:///{running.data / 'store.db'}", poolclass=NullPool).connect()


def read_column(database: Connection, table: str, place: int) -> bytes:
    column = {"leaf": "leaf", "body": "body"}[table]
    query = f"SELECT {column} FROM {table} WHERE log_index = :place"
    found = database.execute(text(query), {"place": place}).scalar_one()
    assert isinstance(found, bytes)
    return found


def fork(running: Running, place: int) -> None:
    """Another day in one leaf, and nothing left of what was signed: the service signs it anew."""
    with open_database(running) as database, database.begin():
        leaf = bytearray(read_column(database, "leaf", place))
        leaf[6] ^= 1
        database.execute(text(CHANGE_DAY), {"leaf": bytes(leaf), "place": place})
        for table in ("checkpoint", "log_tile"):
            database.execute(text(f"DELETE FROM {table}"))


def remove_and_alter(running: Running, removed: int, altered: int) -> None:
    with open_database(running) as database, database.begin():
        body = bytearray(read_column(database, "body", altered))
        body[-1] ^= 1
        database.execute(
            text("UPDATE body SET body = :body WHERE log_index = :place"),
            {"body": bytes(body), "place": altered},
        )
        gone = text("DELETE FROM body WHERE log_index = :place")
        assert database.execute(gone, {"place": removed}).rowcount == 1


def find(running: Running, command: str) -> dict[str, tuple[int, int]]:
    """Code to indexes, of what a command finds; its exit status says whether there is any."""
    done = running.run("keyholder", command, "--json", check=False)
    told = json.loads(done.stdout)
    findings = told.get("log", told)["findings"]
    assert (done.returncode == 1) is bool(findings or told.get("mismatches")), done.stderr
    return {one["code"]: (one["first"], one["last"]) for one in findings}


def test_what_is_removed_altered_and_forked_is_named(tmp_path: Path) -> None:
    with running_service(tmp_path / "var") as running:
        held = send(running, 0, 2)
        assert find(running, "sync") == {}
        assert find(running, "verify") == {}
        fork(running, held - 1)
        size = send(running, 2, 4)
        removed, altered = held + 1, held + 3
        remove_and_alter(running, removed, altered)
        synced = running.run("keyholder", "sync", check=False)
        assert synced.returncode == 1
        assert f"Index {altered}: id-mismatch" in synced.stderr
        assert f"Indexes {held} to {size - 1}: the leaves are not those that" in synced.stderr
        assert find(running, "verify") == {
            "body-removed": (removed, removed),
            "body-altered": (altered, altered),
            "log-forked": (held, size - 1),
        }
        told = running.run("keyholder", "verify", check=False)
        assert told.returncode == 1
        for words in (
            f"Index {removed}: the service gave no envelope for this leaf: it was removed",
            f"Index {altered}: the envelope is not what its leaf says: it was altered",
            f"Indexes {held} to {size - 1}: the leaves are not those that the log signed",
        ):
            assert words in told.stderr
        assert f"The log is whole up to {held:,} leaves." in told.stdout
