"""Bundles: what a machine without a network gets, and gives back."""

from pathlib import Path

import pytest

from keyholder import vault
from keyholder.envelopes import add, open_envelopes
from keyholder.errors import TravelError
from keyholder.held import read_held
from keyholder.records.operations import Tag
from keyholder.records.writing import write
from keyholder.remembered import read_checked, read_seen
from keyholder.sequence import Item
from keyholder.travel.bundle import Parcel, Shown, open_bundle, write_bundle
from tests.keyholder.conftest import PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.homes import EMPTY


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stick.bundle"


@pytest.fixture
def island(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskForTests:
    """A machine without a network, where nothing is yet."""
    desk = DeskForTests(tmp_path / "island", capsys)
    desk.done("init")
    return desk


def give(desk: DeskForTests, *texts: str) -> list[bytes]:
    return [desk.seal({"chan": "app-sms", "text": text}) for text in texts]


def read_roots(desk: DeskForTests) -> set[tuple[int, bytes]]:
    with open_envelopes(desk.home) as database:
        return {(one.size, one.root) for one in read_seen(database)}


def carry(coalition: DeskForTests, file: Path, *options: object) -> None:
    coalition.done("bundle", "out", file, "--force", *options)


def join(island: DeskForTests, coalition: DeskForTests, file: Path) -> None:
    carry(coalition, file, "--envelopes")
    pin(island, coalition, file)
    island.done("bundle", "in", file)


def pin(island: DeskForTests, coalition: DeskForTests, file: Path) -> None:
    keyring = file.with_suffix(".keyring")
    coalition.done("coalition", "export", keyring, "--force")
    island.done("coalition", "pin", coalition.home.root, "--keyring", keyring, "--yes")


def test_a_machine_without_a_network_gets_all_and_checks_it(
    coalition: DeskForTests, service: FakeService, island: DeskForTests, file: Path
) -> None:
    service.store(*give(coalition, "one", "two"))
    coalition.done("sync")
    told = coalition.done("bundle", "out", file, "--envelopes", "--json").json
    assert told == {
        "keyring": 2, "cards": 0, "checkpoints": 1, "waiting": 0, "leaves": 2, "next_index": 2
    }  # fmt: skip
    refused = island.run("bundle", "in", file)
    assert (refused.status, "holds no keyring" in refused.err) == (1, True)
    pin(island, coalition, file)
    told = island.done("bundle", "in", file, "--json").json
    assert (told["listed"], told["keyring"], told["new"], told["checkpoints"]) == (
        True, "same", 2, 1
    )  # fmt: skip
    assert read_roots(island) == read_roots(coalition)
    assert "2 leaves" in island.done("verify").out
    assert island.done("open", "--json").json["unopened"][0]["count"] == 2  # it has no key
    # Later only what is new, from where the last one ended.
    service.store(*give(coalition, "three"))
    coalition.done("sync")
    carry(coalition, file, "--envelopes", "--since", 2)
    told = island.done("bundle", "in", file, "--json").json
    assert (told["new"], told["findings"]) == (1, [])
    again = island.done("bundle", "in", file, "--json").json
    assert (again["new"], again["checkpoints"]) == (0, 0)
    island.done("verify")


def test_a_card_goes_back_and_no_secret_goes_anywhere(
    coalition: DeskForTests, service: FakeService, island: DeskForTests, file: Path
) -> None:
    service.store(*give(coalition, "one"))
    coalition.done("sync")
    join(island, coalition, file)
    island.done("card", "--output", file.with_suffix(".card"), "--epochs", 2)
    told = island.done("bundle", "out", file, "--force", "--json").json
    assert told["cards"] == 1
    identity = vault.unlock(island.home, PASSPHRASE)
    secrets = vault.read_secrets(island.home, identity)
    for secret in (identity.signing_seed, identity.vault_key, secrets.wrap_keys[0].seed):
        assert secret not in file.read_bytes()
    shown = coalition.done("bundle", "show", file, "--json").json
    assert (shown["maker"], shown["listed"]) == (identity.holder_id, False)
    assert shown["cards"][0]["holder"] == identity.holder_id
    told = coalition.done("bundle", "in", file).out
    assert "whom the keyring does not list" in told
    assert f"Card of holder {identity.holder_id} is kept" in told
    assert (coalition.home.cards / f"{identity.holder_id}.card").exists()


def test_a_log_that_tells_two_holders_two_things_is_named(
    coalition: DeskForTests, service: FakeService, island: DeskForTests, file: Path
) -> None:
    service.store(*give(coalition, "one", "two"))
    coalition.done("sync")
    join(island, coalition, file)
    # Another holder is shown a log that forks: the same size, another leaf, well signed.
    with open_envelopes(coalition.home) as database:
        (other,) = give(coalition, "not the one that the island has")
        fake = FakeService(log_seed=service.log_seed)
        fake.store(other, service.items[1][2])
        database.execute("DELETE FROM checkpoints")
        database.execute("DELETE FROM envelopes")
        database.execute("DELETE FROM log_checked")
    service.items = fake.items
    coalition.done("sync")
    for options in ((), ("--envelopes",)):
        carry(coalition, file, *options)
        result = island.run("bundle", "in", file, "--json")
        assert result.status == 1
        assert {one["code"] for one in result.json["findings"]} == {"log-forked"}
        assert result.json["new"] == 0
    assert "together they hold the proof" in island.run("bundle", "in", file).out
    assert len(read_roots(island)) == 2, "both checkpoints are kept: that is the proof"
    assert "log-forked" in island.run("verify").err


def test_a_smaller_checkpoint_of_another_log_is_found_by_the_leaves(
    coalition: DeskForTests, service: FakeService, island: DeskForTests, file: Path
) -> None:
    service.store(*give(coalition, "one", "two", "three"))
    coalition.done("sync")
    join(island, coalition, file)
    fake = FakeService(log_seed=service.log_seed)
    fake.store(*give(coalition, "other", "one"))
    pack(coalition, file, checkpoints=[shown_by(fake)])
    result = island.run("bundle", "in", file, "--json")
    assert (result.status, result.json["findings"][0]["code"]) == (1, "log-forked")


def test_leaves_that_were_held_unsigned_are_not_taken_for_others(
    coalition: DeskForTests, service: FakeService, island: DeskForTests, file: Path
) -> None:
    service.store(*give(coalition, "one"))
    coalition.done("sync")
    join(island, coalition, file)
    # The island was given another leaf at index 1, which no checkpoint covers yet.
    with open_envelopes(island.home) as database:
        add(database, make_items(give(coalition, "another second"), start=1))
    service.store(*give(coalition, "second", "third"))
    coalition.done("sync")
    carry(coalition, file, "--envelopes")
    result = island.run("bundle", "in", file, "--json")
    assert (result.status, result.json["new"]) == (1, 0)
    assert [one["code"] for one in result.json["findings"]] == ["log-forked"]
    with open_envelopes(island.home) as database:
        assert read_checked(database).size == 1


def test_what_is_ahead_is_said_and_not_called_withheld(
    coalition: DeskForTests, service: FakeService, island: DeskForTests, file: Path
) -> None:
    service.store(*give(coalition, "one"))
    coalition.done("sync")
    join(island, coalition, file)
    service.store(*give(coalition, "two"))
    coalition.done("sync")
    carry(coalition, file)
    told = island.done("bundle", "in", file)
    assert "1 checkpoint is ahead" in told.out
    island.done("verify")
    # A keyring alone is taken, too, as `coalition export` writes it.
    coalition.done("coalition", "export", file, "--force")
    assert island.done("bundle", "in", file, "--json").json["keyring"] == "same"


def test_envelopes_that_the_service_lost_come_from_another_holder(
    coalition: DeskForTests, service: FakeService, island: DeskForTests, file: Path
) -> None:
    service.store(*give(coalition, "one", "two"))
    coalition.done("sync")
    carry(coalition, file, "--envelopes")
    with open_envelopes(coalition.home) as database:
        database.execute("UPDATE envelopes SET body = NULL WHERE idx = 0")
    assert "body-removed" in coalition.run("verify").err
    told = coalition.done("bundle", "in", file)
    assert "1 that the service had not given came now" in told.out
    coalition.done("verify")


def test_records_of_a_machine_without_a_network_are_carried_to_the_service(
    coalition: DeskForTests,
    service: FakeService,
    island: DeskForTests,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service.store(*give(coalition, "one"))
    coalition.done("sync")
    join(island, coalition, file)
    held = read_held(island.home)
    identity = vault.unlock(island.home, PASSPHRASE)
    write(island.home, identity, held.keyring, EMPTY, [Tag(bytes(8), "seen")], island.now)
    assert island.done("bundle", "out", file, "--force", "--json").json["waiting"] == 1
    assert "Records to be sent: 1" in coalition.done("bundle", "show", file).out
    assert coalition.done("bundle", "in", file, "--json").json["carried"] == 1
    assert coalition.done("bundle", "in", file, "--json").json["carried"] == 0
    (waiting,) = coalition.home.carried.iterdir()
    envelope = waiting.read_bytes()
    service.status = 503
    coalition.run("sync")
    assert waiting.exists()
    service.status = None
    told = coalition.done("sync")
    assert "Sent for holders without a network: 1 record." in told.err
    assert list(coalition.home.carried.iterdir()) == []
    assert envelope in [item[2] for item in service.items]
    # The island hears of it when the log comes back, and waits no longer.
    coalition.done("sync")
    carry(coalition, file, "--envelopes")
    island.done("bundle", "in", file)
    assert island.done("bundle", "out", file, "--force", "--json").json["waiting"] == 0
    island.done("bundle", "out", file, "--force")
    # What the service does not take waits on.
    (coalition.home.carried / "x.envelope").write_bytes(envelope)
    monkeypatch.setattr("keyholder.travel.carrying.post_envelopes", lambda *_: ["refused"])
    assert "1 of them not taken" in coalition.run("sync").err
    pack(island, file, waiting=[b"no envelope"])
    assert coalition.done("bundle", "in", file, "--json").json["carried"] == 0


def test_a_revoked_maker_is_refused(
    coalition: DeskForTests, service: FakeService, island: DeskForTests, file: Path
) -> None:
    join(island, coalition, file)
    card = file.with_suffix(".card")
    island.done("card", "--output", card, "--epochs", 1)
    coalition.done("coalition", "add", card)
    own = vault.unlock(island.home, PASSPHRASE).holder_id
    island.done("bundle", "out", file, "--force")
    assert coalition.done("bundle", "in", file, "--json").json["listed"]
    coalition.done("coalition", "revoke", own)
    assert "was revoked" in coalition.run("bundle", "in", file).err
    # Her own bundle with the keyring that revokes her is no better.
    carry(coalition, file)
    island.done("bundle", "in", file)
    assert "was revoked" in island.run("bundle", "in", pack(island, file)).err


def shown_by(fake: FakeService) -> Shown:
    return Shown(fake.tell_log("checkpoint"), fake.tell_log("key").decode().strip())


def pack(desk: DeskForTests, file: Path, items: tuple[Item, ...] = (), **parcel: object) -> Path:
    """A bundle that this holder signs, whatever is in it."""
    identity = vault.unlock(desk.home, PASSPHRASE)
    whole = write_bundle(identity, Parcel(**parcel), items)  # type: ignore[arg-type]
    file.write_bytes(b"".join(whole))
    return file


def make_items(bodies: list[bytes], start: int = 0) -> tuple[Item, ...]:
    fake = FakeService()
    fake.store(*bodies)
    return tuple(Item(start + place, leaf, body) for place, leaf, body in fake.items)


def test_a_maker_who_lies_gets_nothing_in(
    coalition: DeskForTests, service: FakeService, island: DeskForTests, file: Path
) -> None:
    service.store(*give(coalition, "one"))
    coalition.done("sync")
    join(island, coalition, file)
    forged = give(coalition, "forged")
    fake = FakeService(log_seed=bytes(32))
    fake.store(service.items[0][2], *forged)

    def take(**parcel: object) -> tuple[list[str], int]:
        items = make_items([service.items[0][2], *forged])
        result = island.run("bundle", "in", pack(coalition, file, items, **parcel), "--json")
        assert result.status == 1
        return [one["code"] for one in result.json["findings"]], result.json["new"]

    # no checkpoint; one by another log's key; one by the right key over other leaves
    assert take() == (["log-unsigned"], 0)
    assert take(checkpoints=[shown_by(fake)]) == (["log-key-changed"], 0)
    fake.log_seed = service.log_seed
    fake.items[1] = [1, b"\x01" + bytes(38), None]
    assert take(checkpoints=[shown_by(fake)]) == (["log-forked"], 0)
    gap = pack(coalition, file, make_items(forged, start=7))
    assert "do not follow on" in island.run("bundle", "in", gap).err
    assert island.done("open", "--json").json["unopened"][0]["count"] == 1


def test_a_body_that_is_not_its_leafs_is_kept_as_evidence_and_named(
    coalition: DeskForTests, service: FakeService, island: DeskForTests, file: Path
) -> None:
    service.store(*give(coalition, "one", "two"))
    coalition.done("sync")
    pin(island, coalition, file)
    one, two = (Item(*item) for item in service.items)
    pack(coalition, file, (one, two._replace(body=one.body)), checkpoints=[shown_by(service)])
    result = island.run("bundle", "in", file, "--json")
    assert result.status == 1
    assert result.json["mismatches"] == [{"index": 1, "code": "id-mismatch"}]
    assert "body-altered" in island.run("verify").err


def test_cards_that_may_not_be_kept_are_named_and_cost_nothing(
    coalition: DeskForTests, island: DeskForTests, file: Path
) -> None:
    island.done("card", "--output", file.with_suffix(".card"), "--epochs", 1)
    card = file.with_suffix(".card").read_bytes()
    pack(island, file, cards=[card[:-1] + b"\0", b"\x1b[2J", card])
    shown = coalition.done("bundle", "show", file)
    assert "Damaged cards: 2" in shown.out
    result = coalition.run("bundle", "in", file)
    assert result.status == 1
    assert "Card 1 was refused: card-" in result.err
    assert "Card 2 was refused: card-form" in result.err
    assert "is kept" in result.out
    assert "\x1b" not in result.out + result.err + shown.out


def test_every_changed_bit_and_every_cut_is_refused(coalition: DeskForTests, file: Path) -> None:
    items = make_items([])
    leaf = Item(0, b"\x02" + bytes(32), None)
    pack(coalition, file, (*items, leaf), cards=[b"card"], checkpoints=[Shown(b"n", "k")])
    whole = file.read_bytes()
    changed = [whole[:size] for size in range(len(whole))]
    changed += [
        whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
        for at in range(len(whole))
        for bit in range(8)
    ]
    codes = set()
    for data in (*changed, whole + b"\0", whole + whole):
        file.write_bytes(data)
        with pytest.raises(TravelError) as refused, open_bundle(file):
            pass
        codes.add(refused.value.code)
    assert codes == {"travel-form", "travel-signature"}
    result = coalition.run("bundle", "in", file)
    assert (result.status, result.out) == (1, "")


@pytest.mark.parametrize(
    "parcel",
    [
        {"cards": [b""] * 257},
        {"checkpoints": [Shown(b"", "")] * 4_097},
        {"keyring": bytes((1 << 20) + 1)},
        {"checkpoints": [Shown(b"", "\x7f" * 257)]},
        {"checkpoints": [Shown(b"", "\u202e")]},
    ],
)
def test_more_than_a_reader_takes_is_refused(
    coalition: DeskForTests, file: Path, parcel: dict[str, object]
) -> None:
    pack(coalition, file, **parcel)
    with pytest.raises(TravelError), open_bundle(file):
        pass


def test_a_stick_that_gives_other_leaves_the_second_time_leaves_nothing(
    coalition: DeskForTests,
    service: FakeService,
    island: DeskForTests,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bodies = [coalition.seal({"chan": "app", "text": str(one)}) for one in range(12)]
    service.store(*bodies)  # more than the file's buffer holds
    coalition.done("sync")
    pin(island, coalition, file)
    carry(coalition, file, "--envelopes")
    whole = file.read_bytes()
    leaf = service.items[0][1]
    assert whole.count(leaf) == 1

    def swap(*_: object) -> set[int]:
        """Between comparing and keeping."""
        file.write_bytes(whole.replace(leaf, leaf[:-1] + bytes([leaf[-1] ^ 1])))
        return set()

    monkeypatch.setattr("keyholder.travel.taking.list_gone", swap)
    result = island.run("bundle", "in", file)
    assert (result.status, "changed or cut off" in result.err) == (1, True)
    told = island.done("open", "--json").json
    assert (told["opened"], told["unopened"]) == (0, [])


def test_leaves_must_follow_each_other(coalition: DeskForTests, file: Path) -> None:
    one = Item(3, b"\x01", None)
    for items in ((one, one), (one, one._replace(place=5)), (one, one._replace(place=2))):
        pack(coalition, file, items)
        with pytest.raises(TravelError), open_bundle(file):
            pass
    pack(coalition, file, (one, one._replace(place=4, body=b"x")))
    with open_bundle(file) as (_maker, bundle):
        assert (bundle.first, bundle.end, bundle.bodies) == (3, 5, 1)
        assert [item.place for item in bundle.read_leaves()] == [3, 4]
