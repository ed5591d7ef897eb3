"""More reports in a sitting: what people do meanwhile is not lost, and nobody is kept awake."""

import threading

import pytest

from keyholder.collection import Collection, extend
from keyholder.records.operations import Merge, Tag
from keyholder.records.replay import Annotations, replay
from keyholder.workbench.answers import Refusal
from keyholder.workbench.sitting import Sitting
from keyholder.workbench.standing import settle
from tests.keyholder.homes import EMPTY
from tests.workbench.sittings import HOLDER, keep, make_opened, make_sitting

OPENED = make_opened(12)


def renew(sitting: Sitting, number: int, annotations: Annotations | None = None) -> None:
    """Let so many of OPENED be here."""
    collection = extend(sitting.standing.collection, OPENED[:number])
    told = sitting.standing.annotations if annotations is None else annotations
    sitting.renew(collection, lambda _: told, [], 0)


def test_a_deed_while_reports_are_taken_up_is_kept() -> None:
    sitting = make_sitting(OPENED[:6])
    report = sitting.standing.collection.reports[0].report_id
    written: list[object] = []

    def annotate(shown: Collection) -> Annotations:
        if not written:  # read too early: this is done before it is shown
            written.extend(sitting.act([Tag(report, "seen")]))
            return EMPTY
        return replay([one.record for one in sitting.standing.annotations.history])

    sitting.renew(extend(sitting.standing.collection, OPENED[6:]), annotate, [], 0)
    assert len(sitting.standing.collection.reports) == 12
    assert sitting.standing.annotations.tags == {report: frozenset({"seen"})}
    assert (sitting.news.times, sitting.news.reports, sitting.news.changed) == (1, 6, 0)


def test_what_others_said_stays_when_somebody_says_more() -> None:
    sitting = make_sitting(OPENED[:6])
    ids = [one.report_id for one in sitting.standing.collection.reports]
    renew(sitting, 12, replay(keep(EMPTY, [Tag(ids[0], "theirs")])))
    sitting.act([Tag(ids[0], "mine")])
    assert sitting.standing.annotations.tags == {ids[0]: frozenset({"theirs", "mine"})}


def test_settling_that_began_before_does_not_take_them_back() -> None:
    sitting = make_sitting(OPENED[:6])
    turns = iter(range(100))
    seen = []

    def clock() -> float:
        """Asked when a settling begins and when it is done."""
        turn = next(turns)
        if turn == 0:
            renew(sitting, 12)
        if turn == 3:  # it has settled again, with all of them
            seen.append(sitting.standing)
            sitting.lock()
        return 0.0

    sitting.clock = clock
    thread = threading.Thread(target=sitting.settle)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    (standing,) = seen
    assert len(standing.collection.reports) == 12
    held = {one.report_id for incident in standing.incidents or () for one in incident.reports}
    assert held <= standing.collection.by_id.keys()


def test_incidents_of_reports_that_changed_have_the_new_ones() -> None:
    sitting = make_sitting(OPENED)
    ids = [one.report_id for one in sitting.standing.collection.reports][:2]
    sitting.act([Merge(b"incident", tuple(ids))])
    sitting.take(settle(sitting.standing), [])
    again = next(one for one in OPENED if one.report_id == ids[0])
    more = again._replace(place=99, envelope_id=b"\xff" * 32, report={**again.report, "area": "X"})
    collection = extend(sitting.standing.collection, [more])
    told = sitting.standing.annotations
    sitting.renew(collection, lambda _: told, [], 0)
    assert (sitting.news.reports, sitting.news.changed) == (0, 1)
    (held,) = (one for one in sitting.standing.incidents or () if one.id == b"incident")
    assert [one.report.get("area") for one in held.reports if one.report_id == ids[0]] == ["X"]
    assert sum(len(one.reports) for one in sitting.standing.incidents or ()) == 12


def test_it_is_no_use_and_locks_all_the_same() -> None:
    now = [0.0]
    sitting = make_sitting(OPENED[:6], 60)
    sitting.clock = lambda: now[0]
    sitting.use()
    now[0] = 61.0
    renew(sitting, 12)
    sitting.ask_to_fetch()
    assert sitting.count_idle() < 0
    sitting.lock()
    assert sitting.wait_for_wish(60) is False, "nobody waits for it, and nothing is fetched"
    with pytest.raises(Refusal):
        assert sitting.standing
    sitting.renew(extend(_nothing(), OPENED), lambda _: EMPTY, [], 0)
    with pytest.raises(Refusal):  # what comes too late shows nothing again
        assert sitting.standing


def test_one_fetch_at_a_time_and_none_while_opening() -> None:
    sitting = Sitting(HOLDER, 60, lambda: 0.0, keep)
    with pytest.raises(Refusal, match="opening"):
        sitting.ask_to_fetch()
    sitting = make_sitting(OPENED[:6])
    sitting.ask_to_fetch()
    with pytest.raises(Refusal, match="fetching"):
        sitting.ask_to_fetch()
    assert sitting.wait_for_wish(0) is True
    assert sitting.wait_for_wish(0) is False


def _nothing() -> Collection:
    return make_sitting(()).standing.collection
