"""A store and a service for tests: real databases, a clock that stands still, real sockets."""

import asyncio
import contextlib
import hashlib
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cbor2
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from uvicorn import Server

from app.blobs import Blobs
from app.databases import choose_database
from app.keyrings import Keyrings
from app.limits import Limits
from app.log import Log
from app.piece_files import PieceFiles
from app.pieces import Pieces
from app.service import create_service
from app.serving import configure_server
from app.store import Store
from crypto.checkpoints import make_log_signer
from crypto.envelope import HEADER_SIZE, LENGTHS, SEALED_BOX_OVERHEAD
from migrations.upgrading import upgrade

NOW = 1_790_000_000
LOG_SEED = bytes(range(32))
PUBLIC = "https://reports.example"
SINGLE = {"Content-Type": "application/octet-stream"}
BATCH = {"Content-Type": "application/cbor-seq"}
LENGTH = HEADER_SIZE + SEALED_BOX_OVERHEAD + LENGTHS[0]


def make_envelope(number: int, *, epoch: int = 1, length: int = LENGTH) -> bytes:
    """Bytes of good form, different for each number. Nobody can open them; nobody here tries."""
    header = b"\x01\x01" + epoch.to_bytes(2, "big")
    return header + hashlib.shake_256(number.to_bytes(8, "big")).digest(length - len(header))


def make_log(store: Store, seed: bytes = LOG_SEED, **options: Any) -> Log:
    return Log(store, make_log_signer(seed), **options)


def make_batch(*items: object) -> bytes:
    return b"".join(cbor2.dumps(item) for item in items)


@cache
def read_migrated() -> bytes:
    """An empty SQLite store of this schema: the migrations run once in a process, not in each test.

    What they do is for tests/app/test_migrations.py.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "service.db"
        upgrade(f"sqlite:///{file}")
        assert list(Path(folder).iterdir()) == [file], "a part of the database is beside it"
        return file.read_bytes()


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Place:
    """A folder, a database, and what a store told about its end.

    `database` is the URL of a migrated PostgreSQL database; without it, it is SQLite in the folder.
    """

    folder: Path
    database: str = ""
    limits: Limits = field(default_factory=Limits)
    clock: Clock = field(default_factory=Clock)
    fatal: list[str] = field(default_factory=list)
    pieces: Pieces | None = None
    """Where blobs lie: files in the folder unless told otherwise."""
    blobs: Blobs = field(init=False, repr=False)
    """Of the service that was made last."""

    @property
    def url(self) -> str:
        return self.database or f"sqlite:///{self.folder / 'service.db'}"

    def count(self, table: str) -> int:
        """Rows of a table, read beside the store."""
        engine = choose_database(self.url).open_engine(self.url, writes=False)
        with engine.connect() as connection:
            found = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
        engine.dispose()
        return int(found)

    def make_store(self) -> Store:
        if not self.database:
            self._migrate()
        return Store(self.url, clock=self.clock, on_fatal=self.fatal.append, limits=self.limits)

    def _migrate(self) -> None:
        file = self.folder / "service.db"
        if file.exists():
            upgrade(self.url)
        else:
            file.write_bytes(read_migrated())

    @contextlib.asynccontextmanager
    async def open_store(self) -> AsyncIterator[Store]:
        store = self.make_store()
        await store.start()
        try:
            yield store
        finally:
            await store.stop()

    def run(self, test: Callable[[Store], Awaitable[Any]]) -> Any:
        """Runs a test's coroutine with an open store."""

        async def main() -> Any:
            async with self.open_store() as store:
                return await test(store)

        return asyncio.run(main())

    def make_service(
        self, *, root: bytes | None = None, interval: float = 3600.0, **options: Any
    ) -> tuple[ASGIApp, Store, Keyrings]:
        store = self.make_store()
        keyrings = Keyrings(store, root)
        self.blobs = Blobs(store, self.pieces or PieceFiles(self.folder / "blobs"))
        service = create_service(
            store=store,
            keyrings=keyrings,
            public_urls=[PUBLIC + "/", "https://second.example"],
            clock=self.clock,
            log_seed=LOG_SEED,
            blobs=self.blobs,
            limits=self.limits,
            sequence_interval=interval,
            **options,
        )
        return service, store, keyrings

    @contextlib.contextmanager
    def open_client(self, **options: Any) -> Iterator[TestClient]:
        service, store, keyrings = self.make_service(**options)
        with TestClient(service, base_url=PUBLIC) as client:
            client.store = store  # type: ignore[attr-defined]
            client.keyrings = keyrings  # type: ignore[attr-defined]
            client.blobs = self.blobs  # type: ignore[attr-defined]
            yield client

    @contextlib.contextmanager
    def open_server(self, **options: Any) -> Iterator[tuple[str, int]]:
        """The service behind a real socket."""
        service, store, _keyrings = self.make_service(**options)
        with serve(service, self.limits, store) as address:
            yield address


class _Server(Server):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextlib.contextmanager
def serve(
    service: ASGIApp, limits: Limits, store: Store | None = None
) -> Iterator[tuple[str, int]]:
    """Runs an application under uvicorn as configure_server says, on a port of the kernel's
    choice.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = _Server(configure_server(service, limits=limits, store=store))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            assert server.ready.wait(20)
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join(20)
