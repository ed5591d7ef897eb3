"""Two desks of one coalition with dual control: one holds lock A, the other lock B."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from crypto.choosing import sealing_key
from crypto.envelope import Kind
from crypto.officers import public_key
from crypto.sealing import new_report_id, seal, seal_for_sms
from keyholder import vault
from keyholder.envelopes import add, find_last, open_envelopes
from keyholder.held import Held, write_held
from keyholder.home import prepare
from keyholder.sequence import Item
from reports.codec import encode
from tests.coalition import Coalition, make_coalition
from tests.keyholder.conftest import NOW, PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.homes import write_seeds


@dataclass
class Pair:
    """The coalition and its two desks."""

    coalition: Coalition
    outer: DeskForTests  # lock A
    inner: DeskForTests  # lock B

    def seal(self, *texts: str, channel: str = "app") -> list[bytes]:
        """One envelope a text, under both locks."""
        key = sealing_key(self.coalition.keyring, channel, NOW)
        make = seal_for_sms if channel == "app-sms" else seal
        return [
            make(
                key,
                Kind.REPORT,
                new_report_id(),
                encode({"chan": channel, "text": text}, key.epoch_start),
            )
            for text in texts
        ]

    def store(self, *bodies: bytes) -> None:
        """Put envelopes into both homes, as a sync would."""
        fake = FakeService()
        fake.store(*bodies)
        for desk in (self.outer, self.inner):
            with open_envelopes(desk.home) as database:
                after = find_last(database) + 1
                add(database, [Item(after + place, *item) for place, *item in fake.items])

    def publish(self, coalition: Coalition) -> None:
        """Give both homes this keyring."""
        self.coalition = coalition
        for desk in (self.outer, self.inner):
            write_held(desk.home, Held(coalition.root, coalition.keyring))


def found_pair(folder: Path, capture: pytest.CaptureFixture[str], *, dual: bool = True) -> Pair:
    """Two homes with the seeds of one lock each, and no report yet."""
    coalition = make_coalition(dual=dual, development=False, now=NOW)
    desks = [DeskForTests(folder / name, capture) for name in ("outer", "inner")]
    holders = []
    for desk, lock in zip(desks, "AB", strict=True):
        prepare(desk.home)
        desk.done("init")
        identity = vault.unlock(desk.home, PASSPHRASE)
        seeds = [vault.Seed(*name, seed) for name, seed in coalition.lock_seeds.items()]
        write_seeds(desk.home, identity, [seed for seed in seeds if seed.lock == lock])
        key = public_key(identity.signing_seed).hex()
        holders.append({"id": identity.holder_id, "key": key})
    pair = Pair(coalition, *desks)
    pair.publish(coalition.next(holders={**coalition.holders, "holders": holders}))
    return pair
