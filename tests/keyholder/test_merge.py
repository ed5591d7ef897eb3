"""Opened envelopes become reports, in whatever order and however often they came."""

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from keyholder.filters import Filter, find_moment, matches
from keyholder.merge import Merged, merge
from keyholder.opening import Opened

_numbers = itertools.count()


def make(report: dict[str, Any], report_id: bytes = b"reportid", place: int = 0) -> Opened:
    envelope_id = next(_numbers).to_bytes(32, "big")
    return Opened(place, envelope_id, 20_000 + place, 1, 1, report_id, report)


def merge_one(*opened: Opened) -> Merged:
    (merged,) = merge(opened)
    return merged


class TestCopies:
    def test_one_report_by_two_channels_shows_once(self) -> None:
        app = make({"chan": "app", "cc": "MM", "text": "all of it", "area": "Sagaing"}, place=3)
        sms = make({"chan": "app-sms", "cc": "MM", "text": "all"}, place=1)
        merged = merge_one(app, sms)
        assert merged.channels == ("app", "app-sms")
        assert merged.report == app.report
        assert merged.conflicts == ()
        assert [source.index for source in merged.sources] == [1, 3]
        assert merged.day == 20_001

    def test_what_the_fuller_copy_leaves_open_is_completed(self) -> None:
        merged = merge_one(
            make({"chan": "app", "cc": "MM", "area": "x", "net": {"data": "down"}}),
            make({"chan": "app-sms", "status": "ongoing", "net": {"sms": "ok"}}, place=1),
        )
        assert merged.report["status"] == "ongoing"
        assert merged.report["net"] == {"data": "down", "sms": "ok"}
        assert merged.report["chan"] == "app"
        assert merged.conflicts == ()

    def test_contradictions_are_listed_and_not_settled(self) -> None:
        merged = merge_one(
            make({"chan": "app", "cc": "MM", "area": "x", "net": {"data": "down"}}),
            make({"chan": "app-sms", "cc": "IR", "net": {"data": "ok"}}, place=1),
        )
        assert merged.conflicts == ("cc", "net")
        assert merged.report["cc"] == "MM"
        assert len(merged.sources) == 2

    def test_one_envelope_listed_twice_counts_once(self) -> None:
        one = make({"chan": "app"})
        assert len(merge_one(one, one._replace(place=7)).sources) == 1

    def test_other_ids_are_other_reports_and_the_newest_is_first(self) -> None:
        merged = merge([make({"chan": "app"}, b"a" * 8, 1), make({"chan": "app"}, b"b" * 8, 2)])
        assert [one.report_id for one in merged] == [b"b" * 8, b"a" * 8]


class TestSessions:
    def test_the_highest_screen_counts(self) -> None:
        screens = [
            make({"chan": "ussd", "seq": seq, **said}, place=place)
            for place, (seq, said) in enumerate(
                [(3, {"cc": "SD"}), (1, {"cc": "ET", "area": "gone"}), (2, {"cc": "ET"})]
            )
        ]
        merged = merge_one(*screens)
        assert merged.report == {"chan": "ussd", "seq": 3, "cc": "SD"}
        assert merged.conflicts == ()
        assert len(merged.sources) == 3

    def test_two_screens_of_one_number_that_differ_are_listed(self) -> None:
        merged = merge_one(
            make({"chan": "ussd", "seq": 2, "cc": "SD"}),
            make({"chan": "ussd", "seq": 2, "cc": "ET"}, place=1),
        )
        assert merged.conflicts == ("cc",)


def make_part(number: int, raw: str, *, place: int, total: int = 3, **said: Any) -> Opened:
    part = {"group": b"g", "number": number, "total": total}
    report = {"chan": "sms", "tag": b"t", "raw": raw, "part": part, **said}
    return make(report, bytes([place]) * 8, place)


class TestParts:
    def test_parts_are_joined_in_their_order(self) -> None:
        merged = merge_one(
            make_part(3, "three", place=1, text="end"),
            make_part(1, "one ", place=2, cc="MM", kind=["full"]),
            make_part(2, "two ", place=3, text="middle", kind=["full", "dns"], cc="IR"),
        )
        assert merged.report["raw"] == "one two three"
        assert merged.report["text"] == "middle end"
        assert merged.report["cc"] == "MM"
        assert merged.report["kind"] == ["full", "dns"]
        assert merged.missing_parts == ()
        assert [source.part for source in merged.sources] == [3, 1, 2]

    def test_a_missing_part_is_seen(self) -> None:
        merged = merge_one(make_part(1, "one ", place=0), make_part(3, " three", place=1))
        assert merged.report["raw"] == "one […] three"
        assert merged.missing_parts == (2,)

    def test_a_part_that_came_twice_counts_once(self) -> None:
        merged = merge_one(
            make_part(1, "a", place=0, total=2),
            make_part(1, "a", place=1, total=2),
            make_part(2, "b", place=2, total=2),
        )
        assert merged.report["raw"] == "ab"

    def test_another_sender_or_day_is_another_text(self) -> None:
        first, second = make_part(1, "a", place=0), make_part(2, "b", place=1)
        other = second._replace(report={**second.report, "tag": b"u"})
        assert len(merge([first, other])) == 2

    def test_a_number_that_is_used_again_hides_nothing(self) -> None:
        merged = merge(
            make_part(number, raw, place=place, total=2)
            for place, (number, raw) in enumerate([(1, "a"), (2, "b"), (1, "c"), (2, "d")])
        )
        assert [one.report["raw"] for one in merged] == ["cd", "ab"]

    def test_a_part_goes_to_the_first_text_that_has_its_words_or_lacks_its_number(self) -> None:
        said = [(1, "a"), (1, "c"), (1, "e"), (2, "b"), (1, "c"), (2, "d"), (2, "b"), (2, "f")]
        merged = merge(
            make_part(number, raw, place=place, total=2) for place, (number, raw) in enumerate(said)
        )
        assert [one.report["raw"] for one in merged] == ["ef", "cd", "ab"]
        assert [[source.index for source in one.sources] for one in merged] == [
            [2, 7],
            [1, 4, 5],
            [0, 3, 6],
        ]

    def test_a_flood_of_one_number_takes_no_more_comparisons_than_parts(self) -> None:
        """One sender of forged texts, or 16,000 of them, must not stop the list for minutes."""
        compared = 0

        class Words(str):
            __slots__ = ()
            __hash__ = str.__hash__

            def __eq__(self, other: object) -> bool:
                nonlocal compared
                compared += 1
                return str.__eq__(self, other)

        part = {"group": b"g", "number": 1, "total": 2}
        pile = [
            make({"chan": "sms", "tag": b"t", "raw": Words(place), "part": part}, place=place)
            for place in range(1_000)
        ]
        assert len(merge(pile)) == len(pile)
        assert compared <= len(pile)


said = st.fixed_dictionaries(
    {},
    optional={
        "chan": st.sampled_from(["app", "app-sms", "sms", "ussd"]),
        "cc": st.sampled_from(["MM", "IR"]),
        "seq": st.integers(0, 3),
        "net": st.dictionaries(st.sampled_from(["data", "sms"]), st.sampled_from(["ok", "down"])),
        "text": st.text(max_size=5),
        "raw": st.text(max_size=5),
        "kind": st.lists(st.sampled_from(["full", "dns"]), unique=True),
        "part": st.one_of(
            st.fixed_dictionaries(
                {
                    "group": st.sampled_from([b"1", b"2"]),
                    "number": st.integers(1, 4),
                    "total": st.integers(1, 3),
                }
            ),
            st.just({"unknown": {7: 7}}),
        ),
    },
)
piles = st.lists(st.tuples(said, st.sampled_from([b"a" * 8, b"b" * 8])), max_size=8).map(
    lambda pile: [make(report, id_, place) for place, (report, id_) in enumerate(pile)]
)


@given(piles, st.randoms())
def test_order_plays_no_part(pile: list[Opened], random: Any) -> None:
    shuffled = list(pile)
    random.shuffle(shuffled)
    assert merge(shuffled) == merge(pile)


@given(piles)
def test_every_envelope_is_in_exactly_one_report(pile: list[Opened]) -> None:
    merged = merge(pile)
    ids = [source.envelope_id for one in merged for source in one.sources]
    assert sorted(ids) == sorted(one.envelope_id for one in pile)


@given(piles)
def test_merging_invents_nothing(pile: list[Opened]) -> None:
    told = {str(one.report[name]) for one in pile for name in one.report if name == "cc"}
    assert {str(one.report["cc"]) for one in merge(pile) if "cc" in one.report} <= told


@given(piles)
def test_opened_reports_are_left_as_they_were(pile: list[Opened]) -> None:
    before = [repr(one) for one in pile]
    merge(pile)
    assert [repr(one) for one in pile] == before


class TestFilters:
    MERGED = merge_one(
        make(
            {
                "chan": "sms",
                "cc": "MM",
                "area": "Sagaing",
                "op": ["MPT"],
                "kind": ["full", "dns"],
                "net": {"data": "down", "sms": "ok"},
                "status": "ongoing",
                "obs": 1_790_000_100,
                "text": "Kein Netz in der Straße",
            }
        )
    )

    def test_each_condition_holds_and_fails(self) -> None:
        for name, good, bad in (
            ("country", "MM", "IR"),
            ("channel", "sms", "app"),
            ("status", "ongoing", "ended"),
            ("kind", "dns", "apps"),
            ("net", {"data": "down", "sms": "ok"}, {"data": "down", "sms": "down"}),
            ("text", "STRASSE", "nothing"),
            ("text", "mpt", "atom"),
            ("text", "sagaing", "yangon"),
            ("epoch", 1, 2),
            ("since", 1_790_000_100, 1_790_000_101),
            ("until", 1_790_000_101, 1_790_000_100),
        ):
            assert matches(self.MERGED, Filter(**{name: good})), name
            assert not matches(self.MERGED, Filter(**{name: bad})), name

    def test_conditions_add_up(self) -> None:
        assert matches(self.MERGED, Filter())
        assert not matches(self.MERGED, Filter(country="MM", status="ended"))

    def test_without_an_observation_the_day_of_arrival_counts(self) -> None:
        assert find_moment(merge_one(make({}))) == 20_000 * 86_400
