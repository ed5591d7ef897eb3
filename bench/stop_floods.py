"""Forged floods among true reports: thousands that one hand made to look like many."""

import random
from collections.abc import Sequence

from bench.stop_rows import Row
from keyholder.moments import DAY
from reports.report import QUARTER, Report

_ADJECTIVES = ("complete", "total", "full", "terrible", "sudden", "illegal")
_ENDS = ("please help", "tell the world", "we are afraid", "help us", "spread this", "")


def invent_event(number: int, day: int, seed: int) -> list[tuple[int, bytes, Report]]:
    """`number` near-identical reports of a shutdown that never was: (day, report id, report).

    Each has a sender's tag of its own or none, and an id of its own; all came within two days.
    """
    rng = random.Random(f"{seed} invented")
    return [
        _forge(rng, {"cc": "PT", "region": "PT-11", "area": "Sintra"}, "Sintra", day)
        for _ in range(number)
    ]


def misdate_event(
    rows: Sequence[Row], number: int, seed: int
) -> tuple[str, list[tuple[int, bytes, Report]]]:
    """`number` reports that name a real place, 45 days or more from anything that happened there.
    Gives the area too."""
    rng = random.Random(f"{seed} misdated")
    towns = [row for row in rows if row.report.get("scope") == "town" and "region" in row.report]
    row = rng.choice(towns)
    place = {name: row.report[name] for name in ("cc", "region", "area")}
    taken = [
        int(one.report["since"]) // DAY
        for one in rows
        if one.report.get("region") == place["region"]
    ]
    day = int(row.report["since"]) // DAY + 45
    while any(abs(day - other) < 45 for other in taken):
        day += 15
    area = str(place["area"])
    return area, [_forge(rng, place, area, day) for _ in range(number)]


def _forge(rng: random.Random, place: Report, town: str, day: int) -> tuple[int, bytes, Report]:
    channel = rng.choice(("sms", "app", "web"))
    seen = day + rng.randrange(2)
    report: Report = {
        **place,
        "chan": channel,
        "obs": seen * DAY + QUARTER * rng.randrange(96),
        "since": day * DAY,
        "since_precision": "day",
        "kind": ["full"],
        "net": {"data": "down", "fixed": "down"},
        "status": "ongoing",
        "lang": "en",
        "text": f"There is a {rng.choice(_ADJECTIVES)} internet shutdown in {town} since this "
        f"morning by order of the government, {rng.choice(_ENDS)}",
    }
    if channel == "sms":
        report["tag"] = rng.randbytes(8)
    return seen, rng.randbytes(8), report
