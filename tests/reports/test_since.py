"""Times: written dates, and how they are written again."""

import pytest

from reports.since import civil_midnight, count_back, read_range, round_down, write_time

AUGUST = 1_564_963_200  # 2019-08-05
DATES = {
    "2019-08-05": {"since": AUGUST, "since_precision": "day"},
    "2019-08-05.": {"since": AUGUST, "since_precision": "day"},
    "~2019-08-05": {"since": AUGUST, "since_precision": "about"},
    "2019-08-05T14:20Z": {"since": AUGUST + 14 * 3_600 + 900, "since_precision": "exact"},
    "2019-08-05t14:20:59": {"since": AUGUST + 14 * 3_600 + 900, "since_precision": "exact"},
    "2019-08-05T14": {"since": AUGUST + 14 * 3_600, "since_precision": "hour"},
    "2019-08-05T06P": {"since": AUGUST + 6 * 3_600, "since_precision": "part"},
    "..2019-08-05": {"until": AUGUST, "until_precision": "day"},
    "2019-08-05..": {"since": AUGUST, "since_precision": "day"},
    "2019-08-05..~2019-08-06": {
        "since": AUGUST, "since_precision": "day",
        "until": AUGUST + 86_400, "until_precision": "about",
    },
    "2019-13-05": {}, "2019-02-29": {}, "2019-08-05T25": {}, "1969-12-31": {}, "0000-01-01": {},
    "2019-08": {}, "": {}, "..": {}, "2019-08-05T14:20:59:59": {},
}  # fmt: skip


@pytest.mark.parametrize("written", DATES)
def test_date(written: str) -> None:
    assert read_range(written) == DATES[written]


def test_written_again() -> None:
    for written in ("2019-08-05", "~2019-08-05", "2019-08-05T14", "2019-08-05T06P"):
        found = read_range(written)
        assert write_time(found["since"], found["since_precision"]) == written
    assert write_time(AUGUST + 900, None) == "2019-08-05T00:15Z"


def test_counting_back() -> None:
    now = AUGUST + 12 * 3_600 + 100
    assert count_back("hours", 2, now, None) == {
        "since": AUGUST + 10 * 3_600, "since_precision": "hour",
    }  # fmt: skip
    assert count_back("days", 2, now, None)["since"] == AUGUST - 2 * 86_400
    assert count_back("weeks", 1, now, None) == {
        "since": AUGUST - 7 * 86_400, "since_precision": "about",
    }  # fmt: skip
    assert count_back("days", 2, 100, None) == {}
    assert count_back("days", 2, 1 << 60, None) == {}


def test_civil_days() -> None:
    evening = AUGUST + 22 * 3_600
    assert civil_midnight(evening, "MM") == AUGUST + 86_400
    assert civil_midnight(evening, "VE") == AUGUST
    assert civil_midnight(evening, "ZZ") == AUGUST
    assert civil_midnight(evening, None) == AUGUST
    assert round_down(AUGUST + 899) == AUGUST
