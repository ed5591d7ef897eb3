"""What records say together: the same in every order, whatever comes twice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyholder.records import replay as replaying
from keyholder.records.operations import (
    LEVELS,
    Comment,
    Grade,
    Merge,
    Operation,
    Record,
    Split,
    Tag,
    Translate,
    Undo,
    Untag,
    read_operation,
    write_operation,
)
from keyholder.records.replay import replay
from tests.keyholder.homes import EMPTY

ANN, BEN = "aa" * 8, "bb" * 8
ONE, TWO, THREE, FOUR = (bytes([number]) * 8 for number in range(1, 5))
FLOOD, OUTAGE = b"incident", b"incideNt"

_ids = st.sampled_from([ONE, TWO, THREE, FOUR])
_some = st.lists(_ids, min_size=1, unique=True).map(tuple)
_incidents = st.sampled_from([FLOOD, OUTAGE])
_tags = st.sampled_from(["fibre", "exam"])
_holders = st.sampled_from([ANN, BEN])
_counters = st.integers(1, 8)
operations = st.one_of(
    st.builds(Tag, _ids, _tags),
    st.builds(Untag, _ids, _tags),
    st.builds(Comment, _ids, st.text(min_size=1, max_size=3)),
    st.builds(Translate, _ids, st.just("my"), st.text(min_size=1, max_size=3)),
    st.builds(Grade, _ids, st.sampled_from(LEVELS)),
    st.builds(Merge, _incidents, _some),
    st.builds(Split, _incidents, _some, st.lists(_ids, unique=True).map(tuple)),
    st.builds(Undo, _holders, _counters),
)
records = st.builds(Record, _holders, _counters, st.integers(0, 2), operations)


def write(*operations: Operation, holder: str = ANN, after: int = 0) -> list[Record]:
    return [
        Record(holder, after + number, 0, one) for number, one in enumerate(operations, start=1)
    ]


@given(st.lists(records, max_size=20), st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(told, random):
    again = told + [one for one in told if random.random() < 0.5]
    random.shuffle(again)
    assert replay(again) == replay(told)


@given(st.lists(records, max_size=20))
def test_nothing_is_lost_and_a_report_is_in_one_incident(told):
    state = replay(told)
    assert {entry.record for entry in state.history} == set(told)
    members = [report for reports in state.merged.values() for report in reports]
    assert len(members) == len(set(members))
    assert all(state.merged.values())


@given(operations)
def test_an_operation_is_read_as_it_was_written(operation):
    assert read_operation(write_operation(operation)) == operation


def test_nothing_said():
    assert replay([]) == EMPTY


def test_the_last_merge_takes_a_report():
    told = write(Merge(FLOOD, (ONE, TWO)), Merge(OUTAGE, (TWO, THREE)))
    assert replay(told).merged == {FLOOD: {ONE}, OUTAGE: {TWO, THREE}}


def test_split_and_merge_again():
    told = write(Merge(FLOOD, (ONE, TWO, THREE)), Split(FLOOD, (TWO,), (ONE, THREE)))
    state = replay(told)
    assert state.merged == {FLOOD: {ONE, THREE}}
    assert state.apart == {(ONE, TWO), (TWO, THREE)}
    state = replay(told + write(Merge(FLOOD, (TWO,)), holder=BEN, after=2))
    assert state.merged == {FLOOD: {ONE, TWO, THREE}}
    assert not state.apart


@given(st.lists(st.tuples(_some, st.lists(_ids, unique=True).map(tuple))), st.integers(0, 7))
def test_pairs_are_kept_apart_as_far_as_there_is_room(splits, room):
    """One after the other, in the order in which they were said; what is known takes no room."""
    expected = dict.fromkeys(
        tuple(sorted((report, other)))
        for reports, rest in splits
        for report in reports
        for other in rest
        if other != report
    )
    said = [
        Record(ANN, number, 0, Split(FLOOD, reports, rest))
        for number, (reports, rest) in enumerate(splits, 1)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replaying, "MAX_APART", room)
        assert replay(said).apart == set(list(expected)[:room])


def test_undo_and_its_undo():
    tag, undo, again = write(Tag(ONE, "fibre"), Undo(ANN, 1), Undo(ANN, 2))
    assert replay([tag, undo]).tags == {}
    assert replay([tag, undo]).history[0].undone_by == (ANN, 2)
    state = replay([tag, undo, again])
    assert state.tags == {ONE: {"fibre"}}
    assert [entry.undone for entry in state.history] == [False, True, False]


def test_undo_of_somebody_else_names_who():
    told = [*write(Grade(ONE, "official")), *write(Undo(ANN, 1), holder=BEN, after=1)]
    state = replay(told)
    assert state.grades == {}
    assert state.history[0].undone_by == (BEN, 2)


def test_one_counter_used_twice_is_shown_and_both_count():
    first = Record(ANN, 1, 0, Tag(ONE, "fibre"))
    second = replace(first, operation=Tag(ONE, "exam"))
    state = replay([first, second])
    assert state.tags == {ONE: {"fibre", "exam"}}
    assert [entry.conflict for entry in state.history] == [True, True]


def test_a_report_that_got_another_id():
    told = write(Tag(ONE, "fibre"), Merge(FLOOD, (ONE, TWO)))
    state = replay(told, {ONE: TWO})
    assert state.tags == {TWO: {"fibre"}}
    assert state.merged == {FLOOD: {TWO}}


def test_no_undo_reaches_a_later_one():
    told = [
        Record(ANN, 1, 0, Tag(ONE, "fibre")),
        Record(ANN, 3, 0, Undo(ANN, 5)),
        Record(ANN, 5, 0, Undo(ANN, 1)),
    ]
    state = replay(told)
    assert state.tags == {}
    assert [entry.undone for entry in state.history] == [True, False, False]


def test_records_of_one_number_stand_in_the_order_of_their_bytes():
    """A set's own order is another one in each process: two homes would differ."""
    told = [Record(ANN, 1, 0, Comment(ONE, letter)) for letter in "abcdefgh"]
    notes = replay(reversed(told)).notes[ONE]
    assert "".join(note.text for note in notes) == "abcdefgh"
