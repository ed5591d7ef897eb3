"""STOP's rows as people would tell of them: several reports a row, by several channels, with noise.

What goes wrong, and how often, is written at the top of this module and was fixed before anything
was tuned. Everything follows from a row's number and the seed.
"""

import random
from collections.abc import Iterator, Sequence

from bench.respelling import respell, spell_region
from bench.stop_rows import Row
from keyholder.merge import Merged, merge
from keyholder.moments import DAY
from keyholder.opening import Opened
from reports.places import find_region, region_name, stop_name
from reports.report import QUARTER, Report
from reports.texts import read_text

CHANNELS = (("app", 30), ("web", 15), ("sms", 30), ("ussd", 15), ("relay", 10))
WRONG_COUNTRY = 0.01
NO_COUNTRY = 0.03
NO_REGION, REGION_BY_NAME = 0.25, 0.25  # else its code
NO_AREA, FIRST_NAME, RESPELLED = 0.20, 0.30, 0.10  # else the row's words as they are
NO_START = 0.30
SHIFTED_ONE, SHIFTED_TWO = 0.15, 0.07  # days, either way
LATE = 0.10  # sent up to 20 days after it was observed
OBSERVED_AFTER_END = 0.15
WRONG_OPERATOR = 0.10
FIELD_MISSING = 0.25  # each of net, kind, plat, op, scope, cause
TEXT_ALONE = 0.05
LOCAL_VIEW = 0.10  # of a nationwide event: a report that names a region, and no scope
TWICE = 0.10  # the app's report by app-sms too, under one id; a text sent twice by one sender


def tell_rows(
    rows: Sequence[Row], seed: int
) -> tuple[list[tuple[int, bytes, Report]], dict[bytes, str]]:
    """2 to 12 reports for each row, as (day of arrival, report id, report); each id's event."""
    countries = sorted({str(row.report["cc"]) for row in rows})
    opened: list[tuple[int, bytes, Report]] = []
    events: dict[bytes, str] = {}
    for row in rows:
        rng = random.Random(f"{seed} {row.number}")
        for _ in range(rng.randint(2, 12)):
            for day, report_id, report in _tell(row, rng, countries):
                opened.append((day, report_id, report))
                events[report_id] = row.event
    return opened, events


def put_in_order(told: Sequence[tuple[int, bytes, Report]], seed: int) -> list[Merged]:
    """Opened and merged: by day of arrival, within a day in no order, as a service gives them."""
    rng = random.Random(f"{seed} order")
    shuffled = sorted(told, key=lambda one: (one[0], rng.random()))
    return merge(
        Opened(place, place.to_bytes(32, "big"), day, 1, 1, report_id, report)
        for place, (day, report_id, report) in enumerate(shuffled)
    )


def _tell(
    row: Row, rng: random.Random, countries: Sequence[str]
) -> Iterator[tuple[int, bytes, Report]]:
    truth = row.report
    start = int(truth["since"]) // DAY
    end = max(start, int(truth.get("until", (start + 3) * DAY)) // DAY)
    seen = start + min(int(rng.expovariate(0.7)), end - start)
    over = rng.random() < OBSERVED_AFTER_END and "until" in truth
    if over:
        seen = end + rng.randint(0, 2)
    arrived = seen + (rng.randint(1, 20) if rng.random() < LATE else 0)
    (channel,) = rng.choices([name for name, _ in CHANNELS], [share for _, share in CHANNELS])
    report: Report = {"chan": channel, **_say_place(truth, rng, countries)}
    report["obs"] = seen * DAY + QUARTER * rng.randrange(96)
    report.update(_say_start(start, seen, channel, rng))
    if over:
        report["status"] = "ended"
        if rng.random() < 0.6:
            report["until"] = end * DAY
            report["until_precision"] = "day"
    elif rng.random() < 0.7:
        report["status"] = "ongoing"
    report.update(_say_rest(truth, rng))
    if channel in ("sms", "ussd"):
        report["tag"] = rng.randbytes(8)
    if channel == "sms":
        report = _send_text(report, arrived, rng)
    elif rng.random() < TEXT_ALONE:
        report = _keep_text(report)
    report_id = rng.randbytes(8)
    yield arrived, report_id, report
    if channel == "app" and rng.random() < TWICE:
        short = {name: told for name, told in report.items() if name not in ("text", "area")}
        yield arrived + rng.randint(0, 1), report_id, {**short, "chan": "app-sms"}
    elif channel == "sms" and rng.random() < TWICE:
        yield arrived, rng.randbytes(8), report


def _say_place(truth: Report, rng: random.Random, countries: Sequence[str]) -> Report:
    cc = str(truth["cc"])
    area = str(truth.get("area", ""))
    region = str(truth.get("region") or find_region(cc, area) or "")
    said: Report = {}
    if rng.random() >= NO_COUNTRY:
        said["cc"] = rng.choice(countries) if rng.random() < WRONG_COUNTRY else cc
    if truth.get("scope") and rng.random() >= FIELD_MISSING:
        said["scope"] = truth["scope"]
    words = area
    chance = rng.random()
    if chance < NO_AREA:
        words = ""
    elif chance < NO_AREA + FIRST_NAME:
        words = _name_first(area)
    elif chance < NO_AREA + FIRST_NAME + RESPELLED:
        words = respell(_name_first(area), rng)
    chance = rng.random()
    if truth.get("scope") == "nation" and rng.random() < LOCAL_VIEW:
        said.pop("scope", None)
        region = spell_region(cc, None, rng)
        words = region_name(region) if region else ""
    elif region and chance < NO_REGION:
        region = ""
    elif region and chance < NO_REGION + REGION_BY_NAME:
        spelled = spell_region(cc, region, rng)
        words = ", ".join(one for one in (words, spelled) if one)
        region = ""
    if region and "cc" in said:
        said["region"] = region
    if words:
        said["area"] = words.encode()[:500].decode(errors="ignore")
    return said


def _name_first(area: str) -> str:
    """The first place of a list, as a person who lives there would say."""
    for gap in (",", ";", " and ", "\n"):
        area = area.split(gap)[0]
    return area.strip()


def _say_start(start: int, seen: int, channel: str, rng: random.Random) -> Report:
    if rng.random() < NO_START:
        return {}
    if channel == "ussd" and seen - start >= 3:  # the menu's last options
        days = 7 if seen - start >= 6 else 4
        return {"since": (seen - days) * DAY, "since_precision": "about"}
    chance = rng.random()
    if chance < SHIFTED_ONE:
        start += rng.choice((-1, 1))
    elif chance < SHIFTED_ONE + SHIFTED_TWO:
        start += rng.choice((-2, 2))
    if rng.random() < 0.25:
        return {"since": start * DAY + QUARTER * rng.randrange(96), "since_precision": "hour"}
    return {"since": start * DAY, "since_precision": "day"}


def _say_rest(truth: Report, rng: random.Random) -> Report:
    said: Report = {}
    for name in ("net", "kind", "plat", "cause", "op"):
        if name in truth and rng.random() >= FIELD_MISSING:
            said[name] = truth[name]
    if "op" in truth and rng.random() < WRONG_OPERATOR:
        said["op"] = ["Another operator"]
    if rng.random() < 0.4:
        said["lang"] = "en"
        said["text"] = rng.choice(_SENTENCES).format(rng.randrange(100, 999))
    return said


_SENTENCES = (
    "Shop {} is closed because cards do not work",
    "I could not reach my family in house {} since it began",
    "Bus {} came and the driver said it is the same everywhere",
    "We wait, office {} is closed as well",
    "no net",
)


def _send_text(report: Report, arrived: int, rng: random.Random) -> Report:
    """The report as the gateway reads it from a plain text."""
    cc = str(report.get("cc", ""))
    place = str(report.get("area", ""))
    if region := report.get("region"):
        place = ", ".join(one for one in (place, region_name(str(region))) if one)
    what = _name_cut(report, rng)
    if report.get("status") == "ended":
        text = f"{what} is back in {place or stop_name(cc)}"
    elif what == "internet":
        text = f"No internet in {place or stop_name(cc)}"
    else:
        text = f"{what} is blocked in {place or stop_name(cc)}"
    if "since" in report and rng.random() < 0.7:
        ago = arrived - int(report["since"]) // DAY
        text += f" since {ago} days" if ago > 1 else " since yesterday" if ago else " since today"
    at = arrived * DAY + QUARTER * rng.randrange(96)
    read = read_text(text, arrival=at, country=cc if rng.random() < 0.8 else None)
    return {**read, "chan": "sms", "recv": at, "obs": at, "tag": report["tag"]}


def _name_cut(report: Report, rng: random.Random) -> str:
    """What a person calls that which is cut."""
    kinds = set(report.get("kind", ()))
    if kinds & {"full", "throttled"} or not (kinds or report.get("plat")):
        return "internet"
    if not report.get("plat"):
        return "social media"
    return str(rng.choice(report["plat"])).replace("other", "social media")


def _keep_text(report: Report) -> Report:
    """The same said in free text alone: no field but the country."""
    place = str(report.get("area") or report.get("region") or "our town")
    text = f"The internet does not work in {place}, please tell the world"
    kept: Report = {name: report[name] for name in ("chan", "cc", "obs", "tag") if name in report}
    return {**kept, "lang": "en", "text": text}
