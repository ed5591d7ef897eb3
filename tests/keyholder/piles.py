"""Reports for the tests of incidents, made without envelopes."""

import itertools
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

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
    """A report that came after all that were told before it."""
    number = next(_numbers)
    channel = report.get("chan", "")
    source = Source(number, number.to_bytes(32, "big"), day, 1, 1, channel, None, None, None)
    return Merged(id or number.to_bytes(8, "big"), report, (source,), (), ())


def cut(area: str, start: int, **said: Any) -> dict[str, Any]:
    """A report of a cut in an Indian town that began `start` days after TODAY."""
    day = (TODAY + start) * DAY
    told = {"chan": "app", "cc": "IN", "area": area, "since": day, "obs": day, "kind": ["full"]}
    return {**told, **said}


ANY = st.lists(st.tuples(REPORTS, st.integers(0, 65_535)), min_size=1, max_size=5).map(
    lambda pile: [tell(report, day=day) for report, day in pile]
)
"""Any decodable reports."""

_CLOSE = st.fixed_dictionaries(
    {},
    optional={
        "cc": st.sampled_from(["IN", "MM"]),
        "region": st.sampled_from(["IN-JK", "IN-RJ", "MM-01"]),
        "area": st.sampled_from(["Kulgam", "Koolgam", "Kulgam, Shopian", "Nationwide", "कुलगाम"]),
        "since": st.integers(-3, 3).map(lambda day: (TODAY + day) * DAY),
        "since_precision": st.sampled_from(["day", "about"]),
        "obs": st.integers(-1, 9).map(lambda day: (TODAY + day) * DAY),
        "until": st.integers(0, 9).map(lambda day: (TODAY + day) * DAY),
        "scope": st.sampled_from(["town", "nation"]),
        "kind": st.sampled_from([["full"], ["apps"]]),
        "status": st.sampled_from(["ended", "ongoing"]),
        "text": st.sampled_from(["no net", "no internet in Kulgam since two days, please help us"]),
        "tag": st.sampled_from([b"1", b"2"]),
    },
)  # fmt: skip
CLOSE = st.lists(_CLOSE, min_size=1, max_size=9).map(
    lambda pile: [tell(report, day=TODAY + 10) for report in pile]
)
"""Reports that have much to do with each other."""
