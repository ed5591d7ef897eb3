"""Five failovers under load: every acknowledged envelope is there, and no gap is 30 s long."""

import time

import pytest

from tests.ha.cluster import Cluster
from tests.ha.dying import WAYS, fail_over
from tests.ha.ledger import Ledger, write_table
from tests.ha.processes import wait_for
from tests.ha.row_client import RowClient, find_lost, make_table

GAP_SECONDS = 30.0


def wait_answers(*ledgers: Ledger) -> None:
    """Until something that was asked from now on is acknowledged to everybody."""
    now = time.monotonic()
    for ledger in ledgers:
        wait_for(lambda ledger=ledger: ledger.last > now, 120, f"{ledger.name}: an answer")


@pytest.mark.timeout(1200)
def test_five_failovers(cluster: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    rows = Ledger("PostgreSQL alone")
    make_table(cluster)
    with RowClient(cluster, rows):
        failovers = [
            fail_over(cluster, how, meanwhile=lambda: None, afterwards=lambda: wait_answers(rows))
            for how in WAYS
        ]
        wait_answers(rows)
    with capsys.disabled():
        print("\n" + write_table(failovers, [rows]))
    assert not find_lost(cluster, rows)
    assert len(failovers) == 5
    for one in failovers:
        assert rows.find_gap(one.start, one.end) < GAP_SECONDS
