"""Incidents: what their reports say together, and nothing alone."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyholder.incidents.incident import Incident, build_incidents, summarise
from keyholder.merge import Merged, Source
from keyholder.moments import DAY
from keyholder.records.replay import Annotations
from tests.keyholder.homes import EMPTY
from tests.reports.strategies import REPORTS

TODAY = 20_000
_numbers = itertools.count(1)


def decide(**said: Any) -> Annotations:
    return replace(EMPTY, **said)


def tell(report: dict[str, Any], *, day: int = TODAY, id: bytes | None = None) -> Merged:
    number = next(_numbers)
    source = Source(number, number.to_bytes(32, "big"), day, 1, 1, report.get("chan", ""),
                    None, None, None)  # fmt: skip
    return Merged(id or number.to_bytes(8, "big"), report, (source,), (), ())


def sum_up(*reports: Merged, given: str | None = None) -> Incident:
    id = b"incident"
    decided = decide(grades={id: given} if given else {})
    return summarise(reports, id=id, confirmed=False, annotations=decided)


PILES = st.lists(st.tuples(REPORTS, st.integers(0, 65_535)), min_size=1, max_size=6).map(
    lambda pile: [tell(report, day=day) for report, day in pile]
)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(PILES, st.randoms())
def test_any_reports_make_the_same_incidents_in_any_order(
    pile: Sequence[Merged], random: Any
) -> None:
    shuffled = list(pile)
    random.shuffle(shuffled)
    found = build_incidents(pile, decide())
    assert build_incidents(shuffled, decide()) == found
    ids = [one.report_id for incident in found for one in incident.reports]
    assert sorted(ids) == sorted(one.report_id for one in pile)


def test_people_decide_first() -> None:
    one, two, three = (tell({"cc": "MM", "area": area}) for area in ("Kalay", "Falam", "Falam"))
    decided = decide(merged={b"merge001": frozenset((one.report_id, two.report_id))})
    merged, rest = sorted(
        build_incidents([one, two, three], decided), key=lambda i: not i.confirmed
    )
    assert merged.id == b"merge001"
    assert merged.reports == (one, two)
    assert rest.reports == (three,)
    assert not rest.confirmed


def test_the_majority_of_tellers_outweighs_one_that_is_loud() -> None:
    liar = [
        tell({"chan": "sms", "tag": b"liar", "cc": "FR", "region": "FR-75", "since": 0})
        for _ in range(20)
    ]
    honest = [
        tell({"chan": "sms", "tag": bytes([n]), "cc": "MM", "region": "MM-01",
              "since": (TODAY - 1) * DAY, "since_precision": "day"})
        for n in range(3)
    ]  # fmt: skip
    found = sum_up(*liar, *honest)
    assert found.country == "MM"
    assert found.regions == ("MM-01",)
    assert (found.since, found.since_precision) == ((TODAY - 1) * DAY, "day")
    assert found.independent == 4
    assert found.grade == "three"


def test_restorations_by_operator_and_place() -> None:
    found = sum_up(
        tell({"status": "ended", "obs": TODAY * DAY, "op": ["41401"], "region": "MM-01"}),
        tell({"status": "ended", "obs": TODAY * DAY + 900, "op": ["Ooredoo"], "region": "MM-01"}),
    )
    assert [(one.operator, one.region, one.moment) for one in found.restorations] == [
        ("MPT", "MM-01", TODAY * DAY),
        ("Ooredoo", "MM-01", TODAY * DAY + 900),
    ]
    assert found.status == "ended"


def test_only_people_say_measured_or_official() -> None:
    assert sum_up(tell({})).grade == "lone"
    assert sum_up(tell({}), given="measured").grade == "measured"
    assert sum_up(tell({}), given="doubted").grade == "lone"
