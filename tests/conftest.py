"""What all tests share: where the shared folder is, and a loud skip where it is not."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from migrations.upgrading import upgrade
from tests.postgres import MISSING, Postgres, start_postgres, stop_postgres

NO_SHARED = "no shared folder (HELIOGRAPH_SHARED): real records are not tested"
ROOT = Path(__file__).resolve().parent.parent
os.environ.pop("COLUMNS", None)  # xdist tells its own width, and our commands would go by it

gc.disable()  # until all is collected

NOT_INSTALLED = str(ROOT / "tests" / "not_installed")
if NOT_INSTALLED not in (paths := os.environ.get("PYTHONPATH", "").split(os.pathsep)):
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [NOT_INSTALLED, *paths]))
sys.path[:] = [path for path in sys.path if path != NOT_INSTALLED]  # a process of xdist has it

COMPILED = "PYTHONPYCACHEPREFIX"
LOADING = {"PYTHONPATH": os.pathsep.join((NOT_INSTALLED, str(ROOT)))} | (
    {COMPILED: os.environ[COMPILED]} if COMPILED in os.environ else {}
)
"""What a command of ours needs, where a test chooses all else of its environment: without it each
loads boto3 too, and the first ones compile everything anew."""

LONG = {
    "test_tour.py", "test_blob_faults.py", "test_passing_on.py", "test_phone_page.py",
    "test_dev_coalition.py", "test_copying.py", "test_process.py", "test_crash.py",
    "test_at_rest.py", "test_kills.py", "test_page.py", "test_purging.py", "test_blobs.py",
    "test_sealed_sms.py", "test_agreement.py", "test_hostile_webhooks.py",
    "test_clusters_corpus.py", "test_altered_store.py", "test_rehearsal.py", "test_evidence.py",
    "test_log.py", "test_sharing.py", "test_hostile.py", "test_fuzzing.py",
    "test_adding_a_provider.py", "test_twilio.py", "test_keyrings.py",
}  # fmt: skip
"""Files of more than ten seconds, which begin first: else a core waits for the last of them."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; the order is else as it was."""
    items.sort(key=lambda item: item.path.name not in LONG)


def pytest_collection_finish() -> None:
    """Eight thousand tests stay for the whole run: no use to look for garbage in them, while they
    are collected or later.
    """
    gc.freeze()
    gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI (REQUIRE_ALL_PARTS=1) a skipped test is a failure, unless the shared folder is away."""
    if os.environ.get("REQUIRE_ALL_PARTS") != "1":
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # a worker of several: the first process counts
        return
    skipped = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
    if any(NO_SHARED not in reason for reason in skipped):
        reporter.write_line("a part that CI installs is missing: see the skipped tests", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts that is never copied into the project (HELIOGRAPH_SHARED)."""
    folder = Path(os.environ.get("HELIOGRAPH_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(NO_SHARED)
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server (tests/postgres.py)."""
    server = start_postgres()
    if server is None:
        pytest.skip(MISSING)
    yield server
    stop_postgres(server)


@pytest.fixture(scope="session")
def migrated(postgres: Postgres) -> Iterator[str]:
    """The name of a database with our schema, to make others from."""
    with postgres.make_database() as url:
        upgrade(url)
        yield str(make_url(url).database)
