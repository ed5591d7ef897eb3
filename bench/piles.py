"""Piles of reports to time the suggesting of clusters with: a likely one, and hostile ones."""

import random
from collections.abc import Callable

from keyholder.merge import Merged, Source
from keyholder.moments import DAY
from reports.places import region_spellings
from reports.report import QUARTER, Report

_COUNTRIES = ("MM", "IR", "ET", "SD", "PK", "IN", "UA", "RU", "IQ", "YE")
_TOWNS = ("Kalay", "Hakha", "Lalibela", "Kulgam", "Mahabad", "Basra", "Taiz", "Kherson", "Gwadar")
_DAY = 20_000  # since 1970-01-01


def _make(pile: list[tuple[int, Report]], rng: random.Random) -> list[Merged]:
    made = []
    for index, (day, report) in enumerate(pile):
        channel = str(report.get("chan", ""))
        source = Source(index, index.to_bytes(32, "big"), day, 1, 1, channel, None, None, None)
        made.append(Merged(rng.randbytes(8), report, (source,), (), ()))
    return made


def _likely(rng: random.Random) -> tuple[int, Report]:
    """A report of one of some hundred shutdowns of two years."""
    event = random.Random(rng.randrange(400))
    cc = event.choice(_COUNTRIES)
    regions = sorted({code for _, code in region_spellings(cc)})
    start = _DAY + event.randrange(730)
    seen = start + min(int(rng.expovariate(0.5)), 20)
    town = event.choice(_TOWNS)
    report: Report = {
        "chan": rng.choice(("app", "sms", "ussd", "web")),
        "obs": seen * DAY + QUARTER * rng.randrange(96),
        "kind": [event.choice(("full", "apps"))],
        "net": {"data": "down"},
        "status": rng.choice(("ongoing", "ended")),
        "text": f"Nothing works in {town} since {rng.randrange(100)} hours, house {rng.random()}",
    }
    maybe = {
        "cc": cc, "region": event.choice(regions), "area": f"{town} township", "op": ["41401"],
        "since": (start + rng.choice((0, 0, 0, 1))) * DAY, "scope": "town",
    }  # fmt: skip
    report.update({name: told for name, told in maybe.items() if rng.random() < 0.8})
    if report["chan"] in ("sms", "ussd"):
        report["tag"] = rng.randbytes(8)
    return seen, report


def _one_day(rng: random.Random) -> tuple[int, Report]:
    """One country, one day, and a place of its own for every report."""
    area = " ".join("".join(rng.choices("bcdfgklmnprst", k=6)) for _ in range(12))
    return _DAY, {"cc": "IN", "area": area, "since": _DAY * DAY, "obs": _DAY * DAY}


def _one_word(rng: random.Random) -> tuple[int, Report]:
    """One country, one day, one word in common and the others not."""
    area = "Kulgam " + " ".join("".join(rng.choices("bcdfgklmnprst", k=6)) for _ in range(11))
    return _DAY, {"cc": "IN", "area": area, "since": _DAY * DAY, "obs": _DAY * DAY}


def _far_dates(rng: random.Random) -> tuple[int, Report]:
    """Times of any year up to 9999, before what can be, and after."""
    times = [rng.randrange(0, 253_402_300_800, QUARTER) for _ in range(4)]
    return rng.randrange(65_536), {"cc": rng.choice(_COUNTRIES), "region": "IN-JK",
            "since": times[0], "until": times[1], "obs": times[2], "written": times[3]}  # fmt: skip


def _no_country(rng: random.Random) -> tuple[int, Report]:
    """Free text alone, of no place that anybody knows."""
    words = (rng.choice(("lorem", "ipsum", "dolor", "amet", "kulgam", "net")) for _ in range(40))
    return _DAY + rng.randrange(3), {"text": " ".join(words)}


def _empty(_rng: random.Random) -> tuple[int, Report]:
    """Reports that say nothing."""
    return _DAY, {}


def _all_nation(rng: random.Random) -> tuple[int, Report]:
    """A nationwide cut told of on one day, with kinds that contradict each other."""
    return _DAY, {"cc": "IR", "scope": "nation", "since": (_DAY - rng.randrange(60)) * DAY,
                  "kind": [rng.choice(("full", "apps", "vpn"))],
                  "plat": rng.sample(("facebook", "x", "vk", "signal", "viber"), 2)}  # fmt: skip


PILES: dict[str, Callable[[random.Random], tuple[int, Report]]] = {
    "likely": _likely,
    "one country, one day, a place each": _one_day,
    "one country, one day, one word in common": _one_word,
    "times of all years": _far_dates,
    "free text alone": _no_country,
    "empty": _empty,
    "nationwide, contradicting": _all_nation,
}


def make_pile(name: str, number: int) -> list[Merged]:
    """`number` reports of a kind; the same each time."""
    rng = random.Random(f"pile {name}")
    return _make([PILES[name](rng) for _ in range(number)], rng)
