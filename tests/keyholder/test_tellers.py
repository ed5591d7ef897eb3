"""How many people told of something, at least; and groups of reports that look made."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyholder.incidents.floods import (
    BURST,
    LIKE_TEXT,
    MANY_PLACES,
    ONE_CHANNEL,
    SAME_TEXT,
    UNIFORM,
    find_floods,
    list_once,
)
from keyholder.incidents.incident import build_incidents
from keyholder.incidents.independence import count_tellers, describe_tellers
from keyholder.merge import Merged
from keyholder.moments import DAY
from tests.keyholder.piles import ANY, CLOSE, TODAY, cut, decide, tell

patient = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
LONG = "There is no internet in our town since this morning and the shops are closed"


def sms(number: int, **said: Any) -> dict[str, Any]:
    return {"chan": "sms", "tag": number.to_bytes(4, "big"), **said}


def least(*reports: dict[str, Any]) -> int:
    return count_tellers([tell(one) for one in reports]).least


@patient
@given(st.one_of(ANY, CLOSE), st.randoms())
def test_order_plays_no_part_and_nobody_is_lost(pile: list[Merged], random: Any) -> None:
    shuffled = list(pile)
    random.shuffle(shuffled)
    found = count_tellers(pile)
    assert count_tellers(shuffled) == found
    assert 1 <= found.least <= len(pile)
    assert sorted(one.report_id for group in found.groups for one in group) == sorted(
        one.report_id for one in pile
    )
    assert find_floods(shuffled) == find_floods(pile)


@patient
@given(CLOSE)
def test_copies_add_no_teller(pile: list[Merged]) -> None:
    copies = [tell(one.report, day=one.day) for one in pile]
    assert count_tellers([*pile, *copies]).least == count_tellers(pile).least


class TestTellers:
    def test_one_tag_of_a_day_is_one_sender(self) -> None:
        assert least(sms(1, text="no net"), sms(1, text="still no net"), sms(2)) == 2

    def test_days_are_never_added_up(self) -> None:
        days = [tell(sms(number), day=TODAY + number // 3) for number in range(9)]
        assert count_tellers(days).least == 3

    def test_a_queue_of_one_phone_is_told_by_the_days_it_observed(self) -> None:
        queue = [tell(cut("Kulgam", -day, text=f"day {day}")) for day in range(8)]
        assert count_tellers(queue).least == 1

    def test_one_id_by_several_channels_is_one(self) -> None:
        assert (
            count_tellers([tell({"chan": "app"}, id=b"same id."), tell({}, id=b"same id.")]).least
            == 1
        )

    def test_nearly_the_same_text_was_written_once(self) -> None:
        assert least(*(sms(n, text=LONG.replace("town", word)) for n, word in
                       enumerate(("town", "TOWN", "city", "village")))) == 1  # fmt: skip
        assert (
            least(sms(1, text=LONG), sms(2, text="nothing works here, we cannot call anybody")) == 2
        )

    def test_short_texts_are_the_same_by_chance(self) -> None:
        assert least(*(sms(n, text="no internet") for n in range(4))) == 4

    def test_what_differs_in_nothing_is_one_where_no_tag_says_otherwise(self) -> None:
        assert least(*[cut("Kulgam", 0)] * 7) == 1
        assert least(*(cut("Kulgam", 0, text=f"house {n}") for n in range(7))) == 7

    def test_the_words_say_what_the_number_rests_on(self) -> None:
        assert describe_tellers(4, 1) == (
            "at least 4 (3 by the gateway's tags of one day and 1 without a tag, told apart by what"
            " they say), if none of them is forged"
        )


class TestFloods:
    def why(self, *reports: dict[str, Any], **when: int) -> list[str]:
        return [one.why for one in find_floods([tell(one, **when) for one in reports])]

    def test_one_text_under_many_senders(self) -> None:
        assert self.why(*(sms(n, text=LONG) for n in range(5))) == [SAME_TEXT]
        assert self.why(*(sms(n, text=LONG) for n in range(4))) == []
        assert self.why(*[sms(1, text=LONG)] * 9) == []  # one sender, and no secret

    def test_a_template(self) -> None:
        words = ("sudden", "total", "illegal", "complete", "terrible", "unlawful")
        assert self.why(
            *(sms(n, text=f"{LONG}, a {word} cut") for n, word in enumerate(words))
        ) == [LIKE_TEXT]

    def test_one_sender_in_many_places(self) -> None:
        places = ("IN-JK", "IN-RJ", "IN-MN")
        assert self.why(*(sms(1, cc="IN", region=place) for place in places)) == [MANY_PLACES]
        assert self.why(*(sms(1, cc="IN", region=place) for place in places[:2])) == []

    def test_uniform_reports_without_a_tag(self) -> None:
        same = [cut("Kulgam", 0, obs=TODAY * DAY + n * 900) for n in range(20)]
        assert self.why(*same) == [UNIFORM]
        assert self.why(*({**one, "tag": bytes([n])} for n, one in enumerate(same))) == []

    def test_a_burst_of_one_channel_is_shown_and_counts_in_full(self) -> None:
        calm = [tell(sms(n, cc="IN"), day=TODAY - 30 + n) for n in range(20)]
        crowd = [tell(sms(n, cc="IN")) for n in range(60)]
        suspects = find_floods([*calm, *crowd])
        assert {one.why for one in suspects} == {BURST, ONE_CHANNEL}
        assert list_once(suspects) == []
        assert count_tellers(crowd, list_once(suspects)).least == 60

    def test_a_flood_is_one_teller_of_its_incident_and_hides_nobody(self) -> None:
        flood = [
            tell(cut("Kulgam", 0, text=f"{LONG}, help us {n}", obs=TODAY * DAY)) for n in range(30)
        ]
        honest = [tell(sms(n, cc="IN", area="Kulgam", since=TODAY * DAY)) for n in range(2)]
        (incident,) = build_incidents([*flood, *honest], decide())
        assert len(incident.reports) == 32
        assert incident.independent == 3
        (suspect,) = find_floods([*flood, *honest])
        assert (suspect.why, len(suspect.reports), suspect.share) == (LIKE_TEXT, 30, 30 / 32)
        assert set(suspect.sample) <= {one.report_id for one in flood}
