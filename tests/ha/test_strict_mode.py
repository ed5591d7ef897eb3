"""The harness sees a loss where there is one, and strict mode is what prevents it."""

import threading
from contextlib import suppress

import psycopg
import pytest

from tests.ha.cluster import Cluster
from tests.ha.ledger import Ledger
from tests.ha.processes import wait_for
from tests.ha.row_client import INSERT, RowClient, find_lost, make_table

FAR = 10**9
"""A number that no client comes to."""


@pytest.mark.timeout(600)
def test_an_answer_that_waits_for_no_standby_is_lost_and_a_strict_one_is_not_given(
    cluster: Cluster,
) -> None:
    make_table(cluster)
    leader = cluster.settle()
    standbys = [one for one in cluster.machines if one is not leader]
    leader.freeze_patroni()  # or it would see the next step and let nobody but itself lead again
    for one in standbys:
        one.kill_database()

    answered = threading.Event()
    with psycopg.connect(cluster.conninfo(), autocommit=True) as strict:

        def insert() -> None:
            with suppress(psycopg.OperationalError):
                strict.execute(INSERT, (FAR,))
                answered.set()

        thread = threading.Thread(target=insert)
        thread.start()
        with psycopg.connect(cluster.conninfo("postgres", "heliograph"), autocommit=True) as other:

            def is_waiting() -> bool:
                asked = "SELECT wait_event FROM pg_stat_activity WHERE pid = %s"
                return other.execute(asked, (strict.info.backend_pid,)).fetchone() == ("SyncRep",)

            wait_for(is_waiting, 60, "a commit that waits for a standby")
            lax = Ledger("waits for no standby")
            with RowClient(cluster, lax, commit="local"):
                wait_for(lambda: len(lax.numbers) >= 100, 60, "rows that one machine alone has")
            assert is_waiting()
        leader.kill_database()
        thread.join(60)
    assert not answered.is_set()

    for one in standbys:
        one.start_patroni()
    new = cluster.wait_leader(other_than=leader)
    leader.start_patroni()
    assert cluster.settle() is new
    assert find_lost(cluster, lax) == sorted(set(lax.numbers))
