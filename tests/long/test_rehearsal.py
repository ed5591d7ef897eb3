"""A coalition from its founding to a lost laptop, and what its loser lost. `pytest -s` prints it.

Three officers, two of whom sign; five keyholders with two locks; four epochs; one member revoked,
one laptop lost, one epoch destroyed. The service is the real one, as a process.
"""

from pathlib import Path
from shutil import copyfile, copytree

import pytest

from crypto.envelope import envelope_id
from keyholder.ceremony.script import (
    INNER,
    OUTER,
    found,
    offer_epoch,
    sign_epochs,
    take_cards,
)
from keyholder.errors import HomeError
from keyholder.held import read_held
from keyholder.home import Home
from keyholder.known import Known
from keyholder.peeled import list_speakers, read_peeled
from tests.rehearsal.attack import attack, count_kept, find_seeds, opens
from tests.rehearsal.stage import Group

WEEK = 7 * 86_400
KEYHOLDERS = (*OUTER, *INNER)


def test_what_a_lost_laptop_opens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group = Group(tmp_path, capsys)
    found(group, group.address, development=False)
    take_cards(group, "dina", OUTER)
    take_cards(group, "gus", INNER)
    take_cards(group, "emil", OUTER)
    table: list[tuple[str, dict[int, int]]] = []

    def try_laptops(title: str, *laptops: Path, **more: object) -> dict[int, int]:
        count = attack(laptops, group.published, group.sealed, **more)  # type: ignore[arg-type]
        table.append((title, count))
        return count

    with group.serve():
        # Epoch 1 takes two locks, epoch 2 one, epoch 3 two again.
        sign_epochs(group, "one", offer_epoch(group, "one", OUTER, INNER))
        group.publish()
        assert group.report(6) == 1
        group.sync("ada", *KEYHOLDERS)
        single = group.place("two.offer")
        group.run("emil", "epoch", "new", "--offer", "--output", single)
        sign_epochs(group, "two", [single])
        group.publish()
        group.now += WEEK
        assert group.report(5) == 2
        group.sync("ada", *KEYHOLDERS)
        sign_epochs(group, "three", offer_epoch(group, "three", OUTER, INNER))
        group.publish()
        group.now += WEEK
        assert group.report(4) == 3
        group.sync("ada", *KEYHOLDERS)

        # Nobody opens a dual epoch alone with the commands, two do, and what they open is right.
        stick = group.place("stick.peeled")
        for who in KEYHOLDERS:
            opened = group.ask(who).done("open", "--json").json["opened"]
            assert opened == (5 if who in OUTER else 0), who
        group.run("dina", "peel", "--output", stick)
        read = group.ask("gus").done("list", "--peeled", stick, "--json").json["reports"]
        assert len(read) == 10
        group.run("gus", "keep", "--peeled", stick, read[-1]["id"])

        # Before anything was destroyed.
        before = {who: group.lose(who, "before") for who in (*KEYHOLDERS, "ada")}
        nothing = {1: 0, 2: 0, 3: 0}
        assert try_laptops("an officer", before["ada"]) == nothing
        assert try_laptops("hana (lock B), lost before", before["hana"]) == nothing
        for who in OUTER:
            # Only what she could open: the epoch with one lock, and no dual one alone.
            assert try_laptops(f"{who} (lock A), before", before[who]) == {1: 0, 2: 5, 3: 0}
        assert try_laptops("all of lock A", *(before[who] for who in OUTER)) == {1: 0, 2: 5, 3: 0}
        assert try_laptops("all of lock B", *(before[who] for who in INNER)) == nothing
        both = before["emil"], before["hana"]
        assert try_laptops("one of each lock", *both) == {1: 6, 2: 5, 3: 4}
        boxes = read_boxes(group, stick)
        told = try_laptops("hana and a stick that nobody deleted", before["hana"], boxes=boxes)
        assert told == {1: 6, 2: 0, 3: 4}

        # Epoch 1 is destroyed by everybody but hana, whose laptop is lost by then.
        for who in ("dina", "emil", "fay", "gus"):
            told = group.ask(who).done("epoch", "destroy", 1, "--early", "--yes", "--json").json
            assert told["destroyed"], who
        after = {who: group.lose(who, "after") for who in ("dina", "emil", "fay", "gus")}
        for who, laptop in after.items():
            own = {1: 0, 2: 5 if who in OUTER else 0, 3: 0}
            assert try_laptops(f"{who}, after destroying", laptop) == own
        assert try_laptops("all four, after destroying", *after.values()) == {1: 0, 2: 5, 3: 4}
        # Even with the lost laptop of one who never destroyed: lock A of it is gone everywhere.
        more = *after.values(), before["hana"]
        assert try_laptops("and hana's of before", *more) == {1: 0, 2: 5, 3: 4}
        # A copy of the old seeds.box does not open with the new identity.
        mixed = Path(copytree(after["dina"], tmp_path / "mixed"))
        copyfile(before["dina"] / "seeds.box", mixed / "seeds.box")
        with pytest.raises(HomeError):
            find_seeds([mixed], group.published)
        assert count_kept(after["gus"]) == 1, "what she kept, she kept"
        assert count_kept(after["dina"]) == 0

        # Hana's laptop is lost, emil is revoked: another epoch at once, without either.
        lost, traitor = group.name_holder("hana"), group.name_holder("emil")
        group.run("hana-again", "init")
        card = group.place("hana-again.card")
        group.run("hana-again", "card", "--output", card, "--epochs", 8)
        change = group.place("loss.proposal")
        group.run("ada", "coalition", "revoke", lost, traitor, "--propose", change)
        group.run("ada", "coalition", "add", card, "--propose", change)
        group.run("ben", "coalition", "sign", change, "--publish", "--service", group.address)
        group.run("ada", "coalition", "join", change)
        group.publish()
        keyring = group.place("loss.keyring")
        group.run("ben", "coalition", "export", keyring)
        group.run("hana-again", "coalition", "pin", group.place("root.json"), "--keyring", keyring)
        refused = group.ask("hana").run("sync", "--service", group.address)
        assert "does not take this holder's signature" in refused.err
        group.sync("dina", "fay", "gus", "hana-again")
        group.run("gus", "card", "--take", card)
        offers = offer_epoch(
            group, "four", ("dina", "fay"), ("gus", "hana-again"), "--start", "now"
        )
        change = group.place("four.proposal")
        group.run("ada", "epoch", "add", *offers, "--propose", change)
        group.run("ada", "epoch", "retire", 3, "--propose", change)
        group.run("ben", "coalition", "sign", change)
        group.run("ada", "coalition", "join", change)
        group.publish()
        assert group.report(3) == 4
        group.sync("dina", "fay", "gus", "hana-again")

    # After the roll-over, with everything that was ever public.
    assert try_laptops("hana's lost laptop", before["hana"]) == {1: 0, 2: 0, 3: 0, 4: 0}
    assert try_laptops("emil, revoked", before["emil"]) == {1: 0, 2: 5, 3: 0, 4: 0}
    assert try_laptops("both of them", *both) == {1: 6, 2: 5, 3: 4, 4: 0}
    everything = [path for one in (before, after) for path in one.values()]
    assert try_laptops("every laptop ever taken", *everything) == {1: 6, 2: 5, 3: 4, 4: 0}
    dina, gus = (group.lose(who, "at the end") for who in ("dina", "gus"))
    assert try_laptops("dina and gus, at the end", dina, gus) == {1: 0, 2: 5, 3: 4, 4: 3}
    group.run("dina", "peel", "--output", group.place("last.peeled"), "--epoch", 4)
    last = group.ask("hana-again").done("open", "--peeled", group.place("last.peeled"), "--json")
    assert last.json["opened"] == 3
    # A revoked holder's peeled file counts no more, whatever she peels.
    group.run("emil", "peel", "--output", group.place("traitor.peeled"), "--epoch", 3)
    refused = group.ask("gus").run("open", "--peeled", group.place("traitor.peeled"))
    assert "not revoked" in refused.err
    print_table(group, table)


def test_the_attack_finds_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It must be able to fail: with a seed it opens, and one-time keys bring seeds out of wraps."""
    group = Group(tmp_path, capsys)
    found(group, group.address, development=False)
    take_cards(group, "dina", OUTER)
    take_cards(group, "gus", INNER)
    sign_epochs(group, "one", offer_epoch(group, "one", OUTER, INNER))
    keyring = group.place("one.keyring")
    group.run("ben", "coalition", "export", keyring)
    published = [keyring.read_bytes()]
    # Fay and hana never took the keyring: their seeds are in its wraps alone.
    for who in ("fay", "hana"):
        assert find_seeds([tmp_path / who], []) == set()
        assert len(find_seeds([tmp_path / who], published)) == 1
    seeds = find_seeds([tmp_path / "fay", tmp_path / "hana"], published)
    assert seeds == find_seeds([tmp_path / "dina", tmp_path / "gus"], [])
    assert not opens(b"\x01\x12\x00\x01" + bytes(1_696), seeds, None)


def read_boxes(group: Group, stick: Path) -> dict[bytes, bytes]:
    """The inner boxes on a stick, by their envelopes."""
    by_id = {}
    holders = list_speakers(read_held(Home(group.folder / "gus")).keyring, Known())
    with read_peeled([stick], holders) as boxes:
        for id, place in boxes._places.items():
            by_id[id] = boxes._read(place)
    return {
        envelope: by_id[envelope_id(envelope)]
        for envelopes in group.sealed.values()
        for envelope in envelopes
        if envelope_id(envelope) in by_id
    }


def print_table(group: Group, table: list[tuple[str, dict[int, int]]]) -> None:
    """Who opens how many envelopes of which epoch."""
    numbers = sorted(group.sealed)
    with group.capture.disabled():
        print()
        head = "".join(f"  epoch {number}" for number in numbers)
        print(f"{'who, with every passphrase':42}{head}")
        print(f"{'(sealed)':42}" + "".join(f"{len(group.sealed[one]):>9}" for one in numbers))
        for title, count in table:
            cells = "".join(f"{count.get(one, ''):>9}" for one in numbers)
            print(f"{title:42}{cells}")
