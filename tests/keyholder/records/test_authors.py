"""Whose records count: forged, unsigned, unknown, revoked, gone; and numbers used twice."""

import secrets
from collections.abc import Sequence
from typing import Any

from crypto.choosing import sealing_key
from crypto.officers import new_seed, public_key
from crypto.records import MAX_COUNTER, SignedRecord, write_record
from keyholder import vault
from keyholder.cores import open_chunks
from keyholder.kept import Kept as Downloaded
from keyholder.opening import OpenedRecord, choose_keys
from keyholder.records.authors import Authors
from keyholder.records.journal import open_journal
from keyholder.records.operations import Comment, Operation, Record, Tag, Undo
from keyholder.records.writing import FOLLOWED, LEAP, seal_record, sign
from tests.coalition import DAY
from tests.keyholder.conftest import NOW
from tests.keyholder.fake_service import DAY as TODAY
from tests.keyholder.records.circle import OTHER, REPORT, Circle


def forge(
    circle: Circle,
    operation: Operation,
    *,
    holder: str | None = None,
    seed: bytes | None = None,
    counter: int = 1,
    day: int = TODAY,
) -> None:
    """A record at the service, as its writer likes it; by the second holder if nothing is said."""
    identity = circle.identities[1]
    record = Record(holder or identity.holder_id, counter, NOW, operation)
    circle.put(sign(record, identity.signing_seed if seed is None else seed), day=day)


def count_refused(circle: Circle) -> dict[str, int]:
    told = circle.open(0).tally
    return {detail: number for (outcome, detail), number in told.items() if outcome != "no-key"}


def test_what_does_not_count_is_told_apart(circle: Circle) -> None:
    forge(circle, Tag(REPORT, "a"), seed=new_seed())
    forge(circle, Tag(REPORT, "b"), holder=secrets.token_hex(8))
    circle.put(b"unsigned")
    circle.put(b"\x84\x48" + bytes.fromhex(circle.identities[1].holder_id) + b"\xff" * 200)
    identity = circle.identities[1]
    strange: dict[str, Any] = {"op": "of a later version"}
    circle.put(write_record(SignedRecord(identity.holder_id, 1, 0, strange), identity.signing_seed))
    forge(circle, Tag(REPORT, "good"), counter=2)
    circle.sync(0)
    assert circle.read(0).tags == {REPORT: {"good"}}
    assert count_refused(circle) == {
        "record-signature": 2,
        "record-author": 1,
        "record-size": 1,
        "record-operation": 1,
    }
    out = circle.desks[0].done("list").out
    assert "2  not a keyholder's record: record-signature" in out


def test_a_revoked_holder_said_nothing(circle: Circle) -> None:
    circle.write(1, Tag(REPORT, "planted"), Comment(REPORT, "a lie"))
    circle.write(0, Tag(REPORT, "fibre"))
    circle.sync(1, 0)
    assert circle.read(0).tags == {REPORT: {"fibre", "planted"}}
    circle.dismiss(1, revoked=True)
    circle.sync(0)
    state = circle.read(0)
    assert state.tags == {REPORT: {"fibre"}}
    assert state.notes == {}
    assert count_refused(circle)["record-author"] == 2


def test_who_left_keeps_what_came_before(circle: Circle) -> None:
    forge(circle, Tag(REPORT, "before"), day=TODAY)
    circle.sync(0)
    circle.dismiss(1, now=(TODAY + 3) * DAY)
    forge(circle, Tag(REPORT, "after"), counter=2, day=TODAY + 3)
    circle.sync(0)
    assert circle.read(0).tags == {REPORT: {"before"}}
    assert count_refused(circle) == {"record-left": 1}


def test_a_record_again_by_somebody_else_is_the_same(circle: Circle) -> None:
    """Whoever opened a record can seal it again: it is one, as its signature says."""
    record = Record(circle.identities[1].holder_id, 5, NOW, Comment(REPORT, "once"))
    content = sign(record, circle.identities[1].signing_seed)
    for _ in range(3):
        circle.put(content)
    circle.sync(0)
    assert [entry.record for entry in circle.read(0).history] == [record]


def test_a_number_used_twice_shows_both(circle: Circle) -> None:
    forge(circle, Tag(REPORT, "fibre"), counter=7)
    forge(circle, Tag(REPORT, "exam"), counter=7)
    circle.sync(0)
    state = circle.read(0)
    assert state.tags == {REPORT: {"fibre", "exam"}}
    assert [entry.conflict for entry in state.history] == [True, True]
    out = circle.desks[0].done("history").out
    assert out.count("CONFLICT") == 2


def test_a_home_put_back_from_an_old_copy_goes_on(circle: Circle) -> None:
    """It has not seen what it wrote since, and writes before it syncs: numbers leap by chance."""
    circle.write(0, Tag(REPORT, "one"))
    home = circle.desks[0].home
    copy = home.records.read_bytes()
    circle.write(0, Tag(REPORT, "two"), Tag(REPORT, "three"))
    circle.sync(0)
    home.records.write_bytes(copy)
    home.envelopes.unlink()
    circle.write(0, Tag(REPORT, "four"))
    circle.sync(0, 1)
    for number in (0, 1):
        state = circle.read(number)
        assert state.tags == {REPORT: {"one", "two", "three", "four"}}
        assert not any(entry.conflict for entry in state.history)


def test_counters_rise_over_all_that_was_seen(circle: Circle) -> None:
    forge(circle, Tag(REPORT, "far"), counter=1 << 40)
    circle.sync(0)
    (record,) = circle.write(0, Tag(OTHER, "later"))
    assert 0 < record.counter - (1 << 40) <= LEAP
    (again,) = circle.write(0, Tag(OTHER, "again"))
    assert 0 < again.counter - record.counter <= LEAP


def test_nobody_uses_up_the_numbers(circle: Circle) -> None:
    """A member who writes the highest number is not followed, and can still be undone."""
    forge(circle, Tag(REPORT, "top"), counter=MAX_COUNTER)
    circle.sync(0)
    (record,) = circle.write(0, Undo(circle.identities[1].holder_id, MAX_COUNTER))
    assert record.counter < FOLLOWED
    assert circle.read(0).tags == {}


def test_two_programs_of_one_home_do_not_share_a_number(circle: Circle) -> None:
    """As a workbench that is open, and a command beside it: neither has seen the other's."""
    before = circle.read(0)
    home, identity = circle.desks[0].home, circle.identities[0]
    numbers = [
        record.counter
        for tag in ("a", "b", "c")
        for record in circle.write_knowing(before, 0, Tag(REPORT, tag), Tag(OTHER, tag))
    ]
    assert numbers == sorted(set(numbers))
    with open_journal(home, identity) as journal:
        assert journal.count_waiting() == 6


def test_worker_processes_read_records_too(circle: Circle) -> None:
    held = circle.coalition.keyring
    key = sealing_key(held, "app", NOW)
    identity = circle.identities[0]
    authors = Authors({identity.holder_id: (public_key(identity.signing_seed),)})
    records = [Record(identity.holder_id, number, 0, Tag(REPORT, "x")) for number in range(1, 9)]
    kept = [
        Downloaded(place, bytes(32), 1, seal_record(key, sign(one, identity.signing_seed)), None)
        for place, one in enumerate(records)
    ]
    seeds = [vault.Seed(*name, seed) for name, seed in circle.coalition.lock_seeds.items()]
    keys = choose_keys(held, seeds)
    opened: Sequence[Any] = [
        outcome
        for chunk in open_chunks([kept[:4], kept[4:]], keys, 3_000, 2, authors)
        for outcome in chunk
    ]
    assert all(isinstance(one, OpenedRecord) for one in opened)
    assert [one.record for one in opened] == records
