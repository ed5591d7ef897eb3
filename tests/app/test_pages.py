"""Pages of SQLite's files: big in new databases, and an old one goes on with what it has."""

import sqlite3

from app.sqlite import PAGE_BYTES
from tests.app.running import Place, make_envelope


def read_page_size(place: Place) -> int:
    with sqlite3.connect(place.folder / "service.db") as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    return int(size)


def test_a_new_database_has_big_pages(sqlite_place: Place) -> None:
    sqlite_place.run(lambda store: store.put([make_envelope(1)]))
    assert read_page_size(sqlite_place) == PAGE_BYTES == 16_384


def test_a_database_with_small_pages_goes_on(sqlite_place: Place) -> None:
    connection = sqlite3.connect(sqlite_place.folder / "service.db")
    connection.execute("PRAGMA page_size=4096")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("VACUUM")
    connection.close()
    assert sqlite_place.run(lambda store: store.put([make_envelope(1)])) == ["stored"]
    assert sqlite_place.run(lambda store: store.put([make_envelope(1)])) == ["known"]
    assert read_page_size(sqlite_place) == 4096
