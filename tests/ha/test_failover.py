"""Five failovers under load: every acknowledged envelope is there, and no gap is 30 s long."""

import hashlib
import os
import time
from collections.abc import Iterator, Sequence

import httpx2
import pytest

from crypto.checkpoints import open_checkpoint
from tests.app.running import make_envelope
from tests.coalition import Coalition, make_coalition
from tests.ha.cluster import Cluster
from tests.ha.dying import WAYS, fail_over
from tests.ha.envelope_client import Load
from tests.ha.ledger import Failover, Ledger, write_table
from tests.ha.log_watcher import LogCopy, LogWatcher, find_key
from tests.ha.processes import Warden, wait_for
from tests.ha.replica import Replica
from tests.ha.row_client import RowClient, find_lost, make_table

GAP_SECONDS = 30.0
KILL_A_REPLICA = "PostgreSQL"
"""In which of the failovers a replica is killed too, while there is no leader."""
STAYING, ROAMING, BATCHES = 4, 2, 2
"""Clients of each replica alone; clients that go to the other one; those that send batches."""
BATCH = 8


@pytest.fixture(scope="module")
def coalition() -> Coalition:
    return make_coalition(development=False, now=int(time.time()))


@pytest.fixture
def replicas(cluster: Cluster, coalition: Coalition) -> Iterator[list[Replica]]:
    """Two services on the cluster, with one key for the log; the keyring is in use."""
    (cluster.folder / "log.key").write_bytes(os.urandom(32))
    with Warden(3600) as warden:
        replicas = [
            Replica(
                f"replica {number}", f"http://{address}:8000", cluster.folder / f"r{number}", warden
            )
            for number, address in enumerate(cluster.spare, 1)
        ]
        for one in replicas:
            one.configure(replicas, cluster.url, coalition.root)
        for one in replicas:
            one.start()  # both at once: one of them migrates
        for one in replicas:
            one.wait_ready()
        answer = httpx2.post(
            f"{replicas[0].url}/v1/keyring",
            content=coalition.bundle,
            headers={"Content-Type": "application/cbor"},
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        yield replicas


def wait_answers(ledgers: Sequence[Ledger]) -> None:
    """Until something new is acknowledged to everybody."""
    now = time.monotonic()
    for ledger in ledgers:
        wait_for(lambda ledger=ledger: ledger.last > now, 120, f"{ledger.name}: an answer")


def check_log(
    replicas: Sequence[Replica], coalition: Coalition, watcher: LogWatcher, acknowledged: set[bytes]
) -> None:
    """The whole log as both replicas give it, against the ledger and all that was signed."""
    key = find_key(replicas)
    copies = [LogCopy(one, coalition) for one in replicas]
    newest = [copy.fetch_all(key) for copy in copies]
    assert copies[0].leaves == copies[1].leaves
    assert copies[0].bodies == copies[1].bodies
    lost = acknowledged - copies[0].check_bodies()
    assert not lost, f"{len(lost)} acknowledged envelopes are lost"
    seen = [open_checkpoint(note, key) for note in watcher.notes]
    assert len(seen) > len(WAYS)
    roots = copies[0].find_roots({one.size for one in [*seen, *newest]})
    for one in [*seen, *newest]:
        assert one.root == roots[one.size], f"what was signed at size {one.size} was taken back"


@pytest.mark.timeout(1800)
def test_five_failovers(
    cluster: Cluster,
    replicas: list[Replica],
    coalition: Coalition,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = replicas
    rows, either = Ledger("PostgreSQL alone"), Ledger("either replica")
    each = [Ledger(one.name) for one in replicas]
    load = Load()
    for one, ledger in zip(replicas, each, strict=True):
        for _ in range(STAYING):
            load.add([one], ledger)
    for number in range(ROAMING):
        load.add([first, second] if number % 2 else [second, first], either)
    for number in range(BATCHES):
        load.add([first, second] if number % 2 else [second, first], either, batch=BATCH)
    make_table(cluster)

    def fail(how: str) -> Failover:
        killed = how == KILL_A_REPLICA

        def meanwhile() -> None:
            if killed:
                second.kill()
                second.start()

        def afterwards() -> None:
            if killed:
                second.wait_ready()
            wait_answers([rows, either, *each])

        return fail_over(cluster, how, meanwhile=meanwhile, afterwards=afterwards)

    with LogWatcher(replicas) as watcher, RowClient(cluster, rows), load:
        wait_answers([rows, either, *each])
        failovers = [fail(how) for how in WAYS]
    with capsys.disabled():
        print("\n" + write_table(failovers, [rows, either, *each]))
        print(f"{second.name} was killed too when {KILL_A_REPLICA} alone was")
        print("negative answers:", dict(sorted(load.refused.items())))
    assert not find_lost(cluster, rows)
    acknowledged = [number for ledger in (either, *each) for number in ledger.numbers]
    assert len(acknowledged) == len(set(acknowledged))
    ids = {hashlib.sha256(make_envelope(number)).digest() for number in acknowledged}
    check_log(replicas, coalition, watcher, ids)
    assert len(failovers) == 5
    for one in failovers:
        killed = [each[1]] if one.how == KILL_A_REPLICA else []
        for ledger in (rows, either, *each):
            assert ledger in killed or ledger.find_gap(one.start, one.end) < GAP_SECONDS, (
                one.how,
                ledger.name,
            )
