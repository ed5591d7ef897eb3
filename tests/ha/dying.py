"""The ways in which a leader goes, and how it comes back."""

import time
from collections.abc import Callable

from tests.ha.cluster import Cluster
from tests.ha.ledger import Failover
from tests.ha.machine import Machine

Return = Callable[[], None]
"""Brings the old leader back."""


def lose_machine(cluster: Cluster, leader: Machine) -> Return:
    """kill -9 of etcd, Patroni and PostgreSQL at once. It led etcd too: leases begin again."""
    cluster.give_etcd(leader)
    leader.kill()

    def bring_back() -> None:
        leader.start_etcd(cluster.machines)
        leader.start_patroni()

    return bring_back


def lose_database(_cluster: Cluster, leader: Machine) -> Return:
    """kill -9 of Patroni and PostgreSQL; etcd lives."""
    leader.kill_database()
    return leader.start_patroni


def lose_postgres(_cluster: Cluster, leader: Machine) -> Return:
    """kill -9 of PostgreSQL; its Patroni sees it and gives the lead away."""
    leader.kill_postgres()
    return lambda: None


def freeze_database(_cluster: Cluster, leader: Machine) -> Return:
    """Patroni and PostgreSQL stand still: no connection breaks, nobody answers.

    When they go on, PostgreSQL believes for a moment that it leads.
    """
    frozen = leader.freeze()
    return lambda: leader.thaw(frozen)


WAYS = {
    "machine": lose_machine,
    "PostgreSQL": lose_postgres,
    "frozen": freeze_database,
    "Patroni and PostgreSQL": lose_database,
    "machine again": lose_machine,
}


def fail_over(
    cluster: Cluster, how: str, *, meanwhile: Callable[[], None], afterwards: Callable[[], None]
) -> Failover:
    """One failover, from a whole cluster to a whole cluster.

    `meanwhile` runs when there is no leader yet, `afterwards` when there is a new one and the old
    one is still away.
    """
    leader = cluster.settle()
    start = time.monotonic()
    bring_back = WAYS[how](cluster, leader)
    meanwhile()
    new = cluster.wait_leader(other_than=leader)
    afterwards()
    bring_back()
    cluster.settle()
    return Failover(how, leader.name, new.name, start, time.monotonic())
