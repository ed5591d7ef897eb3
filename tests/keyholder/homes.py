"""What tests alone read out of a home or put into it, by the ways of the commands."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from keyholder.home import Home
from keyholder.keys.keeping import merge_kept, open_store
from keyholder.opening import Outcome
from keyholder.records.replay import replay
from keyholder.vault import Identity, Seed, read_secrets, write_secrets

EMPTY = replay([])
"""What people said of reports of which nobody said anything."""


def read_kept(home: Home, identity: Identity) -> Iterator[Outcome]:
    """Everything that is kept beyond its epoch, opened."""
    with open_store(home, identity) as store:
        yield from merge_kept(store, ())


def write_seeds(home: Home, identity: Identity, seeds: Sequence[Seed]) -> None:
    """Replace the seeds by these, and keep the one-time keys."""
    write_secrets(home, identity, replace(read_secrets(home, identity), seeds=tuple(seeds)))
