"""The group commit on PostgreSQL beside the one on SQLite: one envelope a request, 64 connections.

Both services have the same core. PostgreSQL's processes run on the other one, beside the generator;
its files lie on the same disk as SQLite's, and it syncs (fsync=on, synchronous_commit=on).
"""

import tempfile
from pathlib import Path
from statistics import median

from bench.figures import Figure
from bench.load import Load, run_load
from bench.requests import make_singles
from bench.rounds import Scope, describe, divide, tell
from bench.servers import GENERATOR_CORE, pin, run_service
from tests.postgres import MISSING, start_postgres, stop_postgres

NAME = "PostgreSQL's group commit ÷ SQLite's"


def measure(scope: Scope) -> list[Figure]:
    """The row of PostgreSQL."""
    pin(GENERATOR_CORE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        server = start_postgres(folder)
        if server is None:
            return [Figure(NAME, 0, 1.0, note=MISSING)]
        try:
            lite: list[Load] = []
            postgres: list[Load] = []
            for number in range(scope.rounds):
                tell(f"PostgreSQL and SQLite, round {number + 1} of {scope.rounds}")
                lite.append(_load(folder / f"lite{number}", {}, scope))
                with server.make_database() as url:
                    settings = {"database_url": url}
                    postgres.append(_load(folder / f"postgres{number}", settings, scope))
        finally:
            stop_postgres(server)
    rates = [[load.rate for load in loads] for loads in (postgres, lite)]
    return [
        Figure("group commit on SQLite, requests/s", median(rates[1]), note=describe(lite)),
        Figure("group commit on PostgreSQL, requests/s", median(rates[0]), note=describe(postgres)),
        Figure(NAME, divide(*rates), 1.0),
    ]


def _load(data: Path, settings: dict[str, str], scope: Scope) -> Load:
    with run_service(data, settings) as service:
        return run_load(service.port, make_singles, warm=scope.warm, seconds=scope.seconds)
