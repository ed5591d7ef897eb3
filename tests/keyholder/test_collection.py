"""Finding in a collection gives what looking at each report gives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from keyholder.collection import collect, extend, find
from keyholder.filters import Filter, matches
from keyholder.opening import Opened
from keyholder.search import TextIndex
from reports.report import Report
from tests.keyholder.test_merge import piles

TEXTS = st.text(alphabet="aAbİıßﬃ\u200c\u0301ကိ अ\n\x00", max_size=6)
REPORTS = st.fixed_dictionaries(
    {},
    optional={
        "cc": st.sampled_from(["MM", "IR"]),
        "region": st.sampled_from(["MM-13", "IR-01"]),
        "chan": st.sampled_from(["app", "sms"]),
        "status": st.sampled_from(["ongoing", "ended"]),
        "kind": st.lists(st.sampled_from(["full", "dns"]), max_size=2),
        "net": st.dictionaries(st.sampled_from(["data", "sms"]), st.sampled_from(["ok", "down"])),
        "op": st.lists(st.sampled_from(["41401", "MPT"]), max_size=2),
        "obs": st.integers(0, 200_000),
        "lang": st.sampled_from(["en", "my"]),
        "text": TEXTS,
        "raw": TEXTS,
        "area": TEXTS,
    },
)
FILTERS = st.builds(
    Filter,
    country=st.sampled_from([None, "MM"]),
    region=st.sampled_from([None, "MM-13"]),
    since=st.sampled_from([None, 90_000]),
    until=st.sampled_from([None, 90_000]),
    channel=st.sampled_from([None, "sms"]),
    status=st.sampled_from([None, "ended"]),
    kind=st.sampled_from([None, "full"]),
    net=st.sampled_from([{}, {"data": "down"}]),
    operator=st.sampled_from([None, "MPT"]),
    lang=st.sampled_from([None, "my"]),
    text=st.one_of(st.none(), TEXTS),
)


def _open(place: int, report: Report, id: int | None = None) -> Opened:
    number = place if id is None else id
    return Opened(place, place.to_bytes(32, "big"), 1, 1, 1, number.to_bytes(8, "big"), report)


@settings(max_examples=200, deadline=None)
@given(st.lists(REPORTS, max_size=8), FILTERS)
def test_it_finds_what_matches(reports: list[Report], wanted: Filter) -> None:
    collection = collect(_open(place, report) for place, report in enumerate(reports))
    assert find(collection, wanted) == [
        place for place, one in enumerate(collection.reports) if matches(one, wanted)
    ]


@given(st.lists(st.lists(TEXTS, max_size=3), max_size=8), TEXTS)
def test_the_index_finds_within_one_text_of_one_report(
    reports: list[list[str]], sought: str
) -> None:
    expected = [
        n for n, texts in enumerate(reports) if not sought or any(sought in t for t in texts)
    ]
    assert TextIndex(reports).find(sought) == expected


def test_half_a_surrogate_pair_finds_nothing_and_breaks_nothing() -> None:
    collection = collect([_open(0, {"text": "a"})])
    assert find(collection, Filter(text="\ud800")) == []


def test_an_answer_may_be_bound_to_some_and_widened_by_notes() -> None:
    reports: list[Report] = [{"text": "one"}, {"text": "two"}, {"text": "two"}]
    collection = collect(_open(place, report) for place, report in enumerate(reports))
    ids = [one.report_id for one in collection.reports]
    assert find(collection, Filter(text="TWO")) == [0, 1]
    assert find(collection, Filter(text="two"), among=[ids[1], bytes(8), b"unknown!"]) == [1]
    assert find(collection, Filter(), among=[]) == []
    notes = [(ids[2], "it says Two"), (b"unknown!", "two")]
    assert find(collection, Filter(text="two"), noted=notes) == [0, 1, 2]


def test_copies_are_kept_of_reports_that_came_more_than_once() -> None:
    envelopes = [_open(0, {"cc": "MM"}, 7), _open(1, {"cc": "IR"}, 7), _open(2, {"cc": "MM"}, 8)]
    collection = collect(envelopes)
    assert sorted(one.place for one in collection.copies.values()) == [0, 1]


def test_two_reports_with_one_id_are_both_listed() -> None:
    part = {"group": 1, "number": 1, "total": 2}
    collection = collect([_open(0, {"text": "one"}, 7), _open(1, {"text": "two", "part": part}, 7)])
    assert [one.report["text"] for one in collection.reports][::-1] == ["one", "two […]"]
    assert collection.by_id[(7).to_bytes(8, "big")].report["text"] == "one"


@settings(max_examples=300, deadline=None)
@given(piles, st.lists(st.integers(0, 2), min_size=8, max_size=8), TEXTS)
def test_what_comes_later_is_taken_up_as_if_it_had_been_there(
    pile: list[Opened], turns: list[int], sought: str
) -> None:
    at_once = collect(pile)
    taken = collect(())
    for turn in range(3):
        taken = extend(taken, [one for one, when in zip(pile, turns, strict=False) if when == turn])
    assert taken.reports == at_once.reports
    assert (taken.by_id, taken.places) == (at_once.by_id, at_once.places)
    assert taken.copies == at_once.copies
    assert taken.texts.find(sought) == at_once.texts.find(sought)


def test_what_nothing_came_to_stays_the_same_object() -> None:
    before = collect([_open(0, {"text": "one"}), _open(1, {"text": "two"}, 9)])
    after = extend(before, [_open(2, {"text": "three"}), _open(3, {"cc": "MM"}, 9)])
    assert [one.report.get("text") for one in after.reports] == ["three", "two", "one"]
    assert [after.reports[at + 1] is before.reports[at] for at in (0, 1)] == [False, True]
    assert before.reports[0].report == {"text": "two"}, "what is shown meanwhile does not change"
