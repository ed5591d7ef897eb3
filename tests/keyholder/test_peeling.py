"""Dual control in use: who peels does not read, who reads does not peel."""

import io
from pathlib import Path

import pytest

from crypto.envelope import envelope_id
from keyholder import cores, vault
from keyholder.envelopes import open_envelopes
from keyholder.errors import TravelError
from keyholder.kept import Kept
from keyholder.known import Known, read_known
from keyholder.peeled import list_speakers, read_peeled, write_peeled
from keyholder.peeling import Peeled
from keyholder.records.journal import open_journal
from keyholder.travel.signed_file import name_maker
from tests.keyholder.conftest import PASSPHRASE, DeskForTests
from tests.keyholder.dual_control import Pair, found_pair
from tests.keyholder.fake_service import flip_last


@pytest.fixture
def pair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Pair:
    return found_pair(tmp_path, capsys)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "stick.peeled"


def forge(pair: Pair, file: Path, *boxes: Peeled) -> Path:
    """A file that the holder of lock A signs, whatever is in it."""
    identity = vault.unlock(pair.outer.home, PASSPHRASE)
    file.write_bytes(b"".join(write_peeled(name_maker(identity), identity.signing_seed, boxes)))
    return file


def read_boxes(pair: Pair, file: Path) -> list[Peeled]:
    """What an honest file holds."""
    pair.outer.done("peel", "--output", file, "--force")
    found = []
    with read_peeled([file], list_speakers(pair.coalition.keyring, Known())) as boxes:
        for id, place in boxes._places.items():
            found.append(Peeled(id, place.header, boxes._read(place)))
    return found


def count_damage(desk: DeskForTests, *files: Path) -> tuple[int, dict[str, int]]:
    """How many opened, and how many did not for each reason."""
    options = [word for file in files for word in ("--peeled", str(file))]
    told = desk.done("open", *options, "--json").json
    return told["opened"], {
        one["detail"] or one["outcome"]: one["count"] for one in told["unopened"]
    }


def test_who_holds_one_lock_is_told_what_is_next(pair: Pair, file: Path) -> None:
    """ "No key" alone looks like a loss."""
    pair.store(*pair.seal("first"))
    assert "you hold lock A: `keyholder peel" in pair.outer.done("open").err
    assert "you hold lock B: add --peeled FILE" in pair.inner.done("list").err
    pair.outer.done("peel", "--output", file)
    assert "two locks" not in pair.inner.done("open", "--peeled", file).err


def test_two_holders_open_what_neither_opens_alone(pair: Pair, file: Path) -> None:
    pair.store(*pair.seal("first", "second"), *pair.seal("by text", channel="app-sms"))
    for desk in (pair.outer, pair.inner):
        assert count_damage(desk) == (0, {"1": 3})
    told = pair.outer.done("peel", "--output", file, "--json").json
    assert told == {"peeled": 3, "next_index": 3, "unopened": []}
    assert file.stat().st_mode & 0o777 == 0o600
    assert count_damage(pair.inner, file) == (3, {})
    listed = pair.inner.done("list", "--peeled", file, "--json").json["reports"]
    assert sorted(one["report"]["text"] for one in listed) == ["by text", "first", "second"]
    shown = pair.inner.done("show", listed[0]["id"], "--peeled", file)
    assert listed[0]["report"]["text"] in shown.out
    output = file.with_suffix(".csv")
    pair.inner.done("export", "--format", "csv", "--output", output, "--peeled", file)
    assert b"second" in output.read_bytes()
    # Whoever peeled reads nothing in her own file, and nothing of it stays where it was read.
    assert count_damage(pair.outer, file) == (0, {"1": 3})
    assert count_damage(pair.inner) == (0, {"1": 3})
    boxes = [box.inner for box in read_boxes(pair, file)]
    for path in filter(Path.is_file, pair.inner.folder.rglob("*")):
        assert not any(box in path.read_bytes() for box in boxes), path.name


def test_who_destroys_lock_b_is_told_what_was_read(pair: Pair, file: Path) -> None:
    pair.store(*pair.seal("one", "two"))
    pair.outer.done("peel", "--output", file)
    destroy = ("epoch", "destroy", 1, "--early")
    pair.inner.answers = ["no", "yes"]
    assert "2 do not open here" in pair.inner.run(*destroy).err
    told = pair.inner.done(*destroy, "--peeled", file)
    assert "2 open with your keys and are not kept" in told.err
    assert count_damage(pair.inner, file) == (0, {"1": 2})


def test_what_is_peeled_can_be_chosen(pair: Pair, file: Path) -> None:
    bodies = pair.seal("one", "two", "three")
    pair.store(*bodies)
    ids = [envelope_id(body).hex() for body in bodies]

    def peel(*options: object) -> set[str]:
        pair.outer.done("peel", "--output", file, "--force", *options)
        with read_peeled([file], list_speakers(pair.coalition.keyring, Known())) as boxes:
            return {id.hex() for id in boxes._places}

    assert peel() == set(ids)
    assert peel("--since-index", 1) == set(ids[1:])
    assert peel("--epoch", 1) == set(ids)
    assert peel(ids[0][:8], ids[2].upper()) == {ids[0], ids[2]}
    refused = pair.outer.run("peel", "--output", file, "--force", "--epoch", 9)
    assert (refused.status, "No envelope was peeled" in refused.err) == (1, True)
    assert pair.outer.run("peel", "--output", file, "--force", "xyz").status == 2
    assert pair.outer.run("peel", "--output", file).status == 1, "never over a file unasked"
    text = pair.outer.done("peel", "--output", file, "--force").out
    assert "3  peeled" in text
    assert "--since-index 3" in text


def test_one_damaged_envelope_costs_the_others_nothing(pair: Pair, file: Path) -> None:
    good, outer, inner = pair.seal("good", "outside changed", "inside changed")
    pair.store(good, flip_last(outer), inner)
    told = pair.outer.done("peel", "--output", file, "--json").json
    assert told["peeled"] == 2
    assert told["unopened"] == [{"outcome": "damaged", "detail": "box-not-opened", "count": 1}]
    first, second = read_boxes(pair, file)
    forge(pair, file, first, second._replace(inner=flip_last(second.inner)))
    # The one without a box is under two locks still.
    assert count_damage(pair.inner, file) == (1, {"box-not-opened": 1, "1": 1})


def test_without_lock_a_there_is_no_file(pair: Pair, file: Path) -> None:
    pair.store(*pair.seal("one"))
    refused = pair.inner.run("peel", "--output", file)
    assert refused.status == 1
    assert "1 not peeled: no-key 1" in refused.err
    assert not file.exists()


def test_a_box_must_be_its_envelopes(pair: Pair, file: Path) -> None:
    first, second = pair.seal("one", "two")
    pair.store(first, second, *pair.seal("in a text", channel="app-sms"))
    one, two, text = sorted(read_boxes(pair, file), key=lambda box: -len(box.inner))
    swapped = [one._replace(inner=text.inner), two._replace(header=b"\x01\x11\x00\x01"), text]
    forge(pair, file, *swapped)
    assert count_damage(pair.inner, file) == (1, {"peeled-mismatch": 2})
    # A known limit: her own report of the same length in another's place cannot be told…
    forge(pair, file, one._replace(inner=two.inner), two)
    assert count_damage(pair.inner, file)[0] == 2
    # …until another holder of lock A peels the same.
    honest = file.with_suffix(".other")
    forge(pair, honest, one, two, text)
    assert count_damage(pair.inner, file, honest) == (2, {"peeled-differs": 1})
    assert count_damage(pair.inner, honest, honest) == (3, {})


def test_boxes_of_strangers_are_counted(pair: Pair, file: Path) -> None:
    pair.store(*pair.seal("one"))
    (box,) = read_boxes(pair, file)
    forge(pair, file, box, box._replace(envelope_id=bytes(32)))
    told = pair.inner.done("open", "--peeled", file)
    assert "1  opened" in told.out
    assert "1 peeled box is of envelopes that are not held here" in told.err


def test_a_box_for_a_single_lock_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    pair = found_pair(tmp_path, capsys, dual=False)
    (body,) = pair.seal("one lock")
    pair.store(body, body)
    with open_envelopes(pair.outer.home) as database:
        database.execute("UPDATE envelopes SET body = x'00' WHERE idx = 1")  # a damaged disk
    assert pair.outer.run("peel", "--output", file).status == 1
    forge(pair, file, Peeled(envelope_id(body), body[:4], body[52:]))
    assert count_damage(pair.outer, file) == (1, {"envelope-too-short": 1})


def test_every_changed_bit_and_every_cut_is_refused(pair: Pair, file: Path) -> None:
    pair.store(*pair.seal("a text", channel="app-sms"))
    pair.outer.done("peel", "--output", file)
    whole = file.read_bytes()
    holders = list_speakers(pair.coalition.keyring, Known())
    changed = [whole[:size] for size in range(len(whole))]
    changed += [
        whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
        for at in range(len(whole))
        for bit in range(8)
    ]
    codes = set()
    for data in (*changed, whole + b"\0", whole + whole):
        file.write_bytes(data)
        with pytest.raises(TravelError) as refused, read_peeled([file], holders):
            pass
        codes.add(refused.value.code)
    assert codes == {"travel-form", "travel-signature"}
    result = pair.inner.run("open", "--peeled", file)
    assert (result.status, result.out) == (1, "")
    file.write_bytes(whole)
    with read_peeled([file], holders) as boxes:
        assert len(boxes) == 1


@pytest.mark.parametrize(
    ("at", "byte"),
    [(0, 0x82), (1, 0x59), (2, 0x1F), (35, 0x43), (35, 0x64), (40, 0x59), (40, 0x5F), (41, 0xFF),
     (41, 0x01), (41, 0x00)],
)  # fmt: skip
def test_a_signed_file_of_another_form_is_refused(
    pair: Pair, file: Path, monkeypatch: pytest.MonkeyPatch, at: int, byte: int
) -> None:
    """A broken program's, or a malicious holder's: her signature makes no box of it."""
    pair.store(*pair.seal("a text", channel="app-sms"))
    read_boxes(pair, file)
    monkeypatch.setattr("keyholder.travel.signed_file.is_attested", lambda *_: True)
    data = bytearray(file.read_bytes())
    start = data.index(b"\x83\x58\x20")
    assert data[start + 40] == 0x58  # the head of the inner box
    data[start + at] = byte
    file.write_bytes(data)
    result = pair.inner.run("open", "--peeled", file)
    assert (result.status, "not such a file" in result.err) == (1, True)


def test_only_listed_holders_count(pair: Pair, file: Path) -> None:
    pair.store(*pair.seal("one"))
    pair.outer.done("peel", "--output", file)
    listed = pair.coalition.holders["holders"]
    pair.publish(pair.coalition.next(holders={**pair.coalition.holders, "holders": listed[1:]}))
    result = pair.inner.run("open", "--peeled", file)
    assert (result.status, "not revoked" in result.err) == (1, True)
    refused = pair.outer.run("peel", "--output", file, "--force")
    assert (refused.status, "not revoked" in refused.err) == (1, True)
    # Revoked once is revoked for good, even where a later keyring should list her again.
    again = {**pair.coalition.holders, "holders": listed[1:], "revoked": [listed[0]["id"]]}
    pair.publish(pair.coalition.next(holders=again))
    assert list_speakers(pair.coalition.keyring, read_known(pair.inner.home)).keys() == {
        listed[1]["id"]
    }
    assert "not revoked" in pair.inner.run("open", "--peeled", file).err


def test_files_that_cannot_be_read_or_may_not_lie_there(pair: Pair, file: Path) -> None:
    pair.store(*pair.seal("one"))
    for path in (file, file.parent):
        assert "cannot be read" in pair.inner.run("open", "--peeled", path).err
    inside = pair.outer.folder / "keyring" / "stick.peeled"
    assert "may not lie in a home" in pair.outer.run("peel", "--output", inside).err
    assert not inside.exists()


def test_a_stick_that_gives_other_bytes_the_second_time_deceives_nobody(
    pair: Pair, file: Path
) -> None:
    bodies = pair.seal(*map(str, range(20)))  # more than the file's buffer holds
    pair.store(*bodies)
    pair.outer.done("peel", "--output", file)
    kept = Kept(0, envelope_id(bodies[0]), 0, bodies[0], None)
    with read_peeled([file], list_speakers(pair.coalition.keyring, Known())) as boxes:
        box = boxes.attach(kept).inner
        assert box is not None
        boxes.attach(Kept(19, envelope_id(bodies[19]), 0, bodies[19], None))
        file.write_bytes(file.read_bytes().replace(box, flip_last(box)))
        with pytest.raises(TravelError) as refused:
            boxes.attach(kept)
    assert refused.value.code == "travel-signature"


def test_no_more_boxes_than_a_reader_takes(
    pair: Pair, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair.store(*pair.seal("one", "two"))
    pair.outer.done("peel", "--output", file)
    monkeypatch.setattr("keyholder.peeled.MOST_BOXES", 1)
    assert "more than a reader takes" in pair.inner.run("open", "--peeled", file).err
    before = file.read_bytes()
    assert "more than a reader takes" in pair.outer.run("peel", "--output", file, "--force").err
    assert file.read_bytes() == before


def test_processes_peel_the_same(pair: Pair, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.store(*pair.seal(*map(str, range(5))))
    alone = read_boxes(pair, file)
    monkeypatch.setattr(cores, "ALONE", 1)
    monkeypatch.setattr("keyholder.commands.peeling.count_cores", lambda: 2)
    assert read_boxes(pair, file) == alone


@pytest.mark.parametrize("given", [True, False])
def test_what_was_said_of_a_dual_report_goes_with_its_epoch(
    pair: Pair, file: Path, given: bool
) -> None:
    """A note may repeat what the report says, and lies in records.db under the vault's own key."""
    desk = pair.inner
    pair.store(*pair.seal("first"))
    pair.outer.done("peel", "--output", file)
    report = desk.done("list", "--peeled", file, "--json").json["reports"][0]["id"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"they cut the line at the bridge")))
        desk.done("note", report, "--peeled", file)
    options = ("epoch", "destroy", 1, "--early", *(("--peeled", file) if given else ()))
    desk.answers = ["no"]
    # Without the boxes nobody knows what it speaks of; that it stays is said all the same.
    told = desk.run(*options).err
    assert ("1 record waits to be sent" in told) is given
    assert ("stays in records.db" in told) is not given
    identity = vault.unlock(desk.home, PASSPHRASE)
    with open_journal(desk.home, identity) as journal:  # the service has it now
        journal.forget([one.name for _, one in journal.list_waiting(-1, 10)])
    told = desk.done(*options, "--yes")
    assert "wait to be sent" not in told.err
    assert ("give the --peeled files" in told.err) is not given
    with open_journal(desk.home, identity) as journal:
        left = b"".join(kept.content for kept in journal.read().kept)
    assert (b"at the bridge" in left) is not given
