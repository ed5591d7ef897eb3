"""Suggested clusters: what holds for any reports, and worked examples of the rule."""

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.piles import PILES, make_pile
from keyholder.incidents.claims import read_claim
from keyholder.incidents.clusters import Cluster, make_key, suggest
from keyholder.incidents.index import MOST
from keyholder.merge import Merged
from keyholder.moments import DAY
from tests.keyholder.piles import ANY, CLOSE, TODAY, cut, tell

patient = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])


def group(reports: Iterable[Merged]) -> list[set[bytes]]:
    return [set(one.reports) for one in suggest(list(reports))]


def count(*reports: dict[str, Any], **when: int) -> int:
    return len(suggest([tell(one, **when) for one in reports]))


@patient
@given(st.one_of(ANY, CLOSE), st.randoms())
def test_order_plays_no_part(pile: list[Merged], random: Any) -> None:
    shuffled = list(pile)
    random.shuffle(shuffled)
    assert suggest(shuffled) == suggest(pile)


def test_the_order_of_arrival_decides_and_no_other() -> None:
    pile = [tell(cut("Kulgam", start), day=TODAY + 9) for start in (0, 2, 4)]
    assert len({suggest(order) for order in itertools.permutations(pile)}) == 1
    assert sorted(map(len, group(pile))) == [1, 2]


@patient
@given(st.one_of(ANY, CLOSE))
def test_every_report_is_in_exactly_one_cluster(pile: list[Merged]) -> None:
    clusters = suggest(pile)
    ids = [one for cluster in clusters for one in cluster.reports]
    assert sorted(ids) == sorted(one.report_id for one in pile)
    assert len({cluster.key for cluster in clusters}) == len(clusters)


@patient
@given(CLOSE, st.data())
def test_what_a_person_split_is_never_together(pile: list[Merged], data: st.DataObject) -> None:
    ids = [one.report_id for one in pile]
    pairs = [(one, other) for one in ids for other in ids if one < other]
    apart = frozenset(data.draw(st.sets(st.sampled_from(pairs)))) if pairs else frozenset()
    for cluster in suggest(pile, apart):
        held = set(cluster.reports)
        assert not any(one in held and other in held for one, other in apart)


def is_local(one: Merged) -> bool:
    return not read_claim(one).where.nationwide


@patient
@given(CLOSE)
def test_a_later_report_that_is_no_more_exact_changes_nothing(pile: list[Merged]) -> None:
    """Nationwide cuts apart: a local view leaves one when others tell of its place."""
    known = [one for one in pile if is_local(one)]
    before = suggest(known)
    for copied in known:
        later = tell(copied.report, day=copied.day)
        rank = read_claim(later).rank
        if any(read_claim(one).rank > rank for one in known):
            continue
        after = suggest([*known, later])
        assert {frozenset(one.reports) for one in before} == {
            held for one in after if (held := frozenset(one.reports) - {later.report_id})
        }
        assert {one.key for one in before} <= {one.key for one in after}


def test_a_key_is_that_of_the_report_that_came_first() -> None:
    first, second = tell(cut("Kulgam", 0)), tell(cut("Kulgam", -1))
    assert suggest([second, first]) == (
        Cluster((second.report_id, first.report_id), make_key(first.report_id)),
    )


class TestPlaces:
    def test_spellings_and_scripts_meet(self) -> None:
        region = ("IN-JK", "जम्मू और कश्मीर", "Jammu & Kashmir", "JAMMU AND KASHMIR")
        told = [cut("", 0, region=region[0]), *(cut(name, 0) for name in region[1:])]
        assert count(*told) == 1
        assert count(cut("Badgam", 0), cut("Budgam district", 0), cut("BAADGAM", 0)) == 1

    def test_other_towns_of_a_region_are_other_shutdowns(self) -> None:
        assert count(cut("Kulgam", 0, region="IN-JK"), cut("Pulwama", 0, region="IN-JK")) == 2

    def test_a_list_of_towns_and_one_of_them(self) -> None:
        assert count(*[cut("Kulgam, Shopian and Pulwama", 0)] * 3, cut("Shopian", 0)) == 1

    def test_a_region_alone_goes_with_the_town_of_its_day(self) -> None:
        assert count(cut("Kulgam", 0, region="IN-JK"), cut("", 0, region="IN-JK")) == 1

    def test_a_place_in_a_text(self) -> None:
        text = {"chan": "app", "text": "There is no internet in Kulgam", "obs": TODAY * DAY}
        assert count(cut("Kulgam", 0), {**text, "cc": "IN"}, text) == 1

    def test_a_region_says_more_than_a_wrong_country(self) -> None:
        wrong = {**cut("", 0, region="IN-JK"), "cc": "MR"}
        assert count(cut("", 0, region="IN-JK"), wrong) == 1

    def test_nationwide_and_one_town_are_two(self) -> None:
        assert count(*[cut("Nationwide", 0)] * 9, *[cut("Kulgam", 0)] * 3) == 2

    def test_a_lone_local_view_of_a_nationwide_cut(self) -> None:
        nation = [cut("Nationwide", 0)] * 5
        assert count(*nation, cut("Kulgam", 0)) == 1
        assert count(*nation, cut("Kulgam", 0, kind=["apps"], plat=["vk"])) == 1
        assert count(*nation, cut("Kulgam", 3), day=TODAY + 9) == 2
        assert count(*nation[1:], cut("Kulgam", 0)) == 2

    def test_a_local_view_that_was_split_stays_out(self) -> None:
        nation, local = [tell(cut("Nationwide", 0)) for _ in range(5)], tell(cut("Kulgam", 0))
        apart = frozenset([(nation[0].report_id, local.report_id)])
        assert len(suggest([*nation, local], apart)) == 2


class TestTimes:
    def test_weeks_later_is_a_second_shutdown(self) -> None:
        assert count(cut("Kulgam", -20), cut("Kulgam", 0)) == 2

    def test_a_day_or_two_is_the_same(self) -> None:
        assert count(cut("Kulgam", -2), cut("Kulgam", 0)) == 1

    def test_observations_belong_to_a_cut_that_lasts(self) -> None:
        told = [cut("Kulgam", 0)]
        told += [{"cc": "IN", "area": "Kulgam", "obs": (TODAY + day) * DAY} for day in range(1, 30)]
        assert count(*told, day=TODAY + 60) == 1

    def test_an_observation_after_the_end_does_not(self) -> None:
        ended = cut("Kulgam", 0, until=(TODAY + 1) * DAY)
        later = {"cc": "IN", "area": "Kulgam", "obs": (TODAY + 4) * DAY}
        assert count(ended, later, day=TODAY + 9) == 2
        assert count(ended, {**later, "status": "ended"}, day=TODAY + 9) == 1

    @pytest.mark.parametrize("far", [253_402_300_800 - 900, (TODAY + 400) * DAY])
    def test_times_after_the_arrival_are_none(self, far: int) -> None:
        assert read_claim(tell(cut("Kulgam", 0, since=far, obs=far, until=far))).start is None
        assert count(cut("Kulgam", 0), cut("Kulgam", 0, since=far, until=far)) == 1

    def test_a_menu_says_a_week_ago_of_what_is_longer(self) -> None:
        lasting = [{"cc": "IN", "area": "Kulgam", "obs": (TODAY + day) * DAY} for day in range(20)]
        rough = cut("Kulgam", 13, since_precision="about", obs=(TODAY + 19) * DAY)
        assert count(cut("Kulgam", 0), *lasting, rough, day=TODAY + 60) == 1


def test_a_blocked_service_is_not_a_cut_of_the_network_beside_it() -> None:
    services = [cut("Kulgam", 0, kind=["apps"], plat=["vk"])] * 2
    near = cut("Kulgam", 0, kind=["apps"], plat=["vk"])
    cuts = [cut("Kulgam", -2)] * 3
    reports = [tell(one) for one in (*services, *cuts, near)]
    (with_near,) = (held for held in group(reports) if reports[-1].report_id in held)
    assert reports[0].report_id in with_near


def test_reports_that_say_nothing_stay_alone() -> None:
    assert count({}, {}, {"scope": "nation"}, {"text": ""}) == 4


@pytest.mark.parametrize("name", PILES)
def test_work_grows_with_the_number_of_reports(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: a claim meets a bounded number of clusters, whatever the pile is."""
    from keyholder.incidents import growing

    met = 0
    measure = growing.Group.measure

    def counting(self: Any, *given: Any, **named: Any) -> float | None:
        nonlocal met
        met += 1
        return measure(self, *given, **named)

    monkeypatch.setattr(growing.Group, "measure", counting)
    pile = make_pile(name, 400)
    assert len({one for cluster in suggest(pile) for one in cluster.reports}) == 400
    assert met <= 400 * 5 * MOST  # as many as 400 * 400 / 2 without the bound of the index
