"""Every real row of STOP goes the whole road, by each way in, and comes back.

row -> report -> sealed (as the app does, as sealed SMS, as a plain text, as a USSD walk) -> HTTP or
the provider's webhook -> store -> sync -> open -> export. The figures are printed.
"""

import asyncio
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import httpx2
import pytest

from heliograph.dev.webhooks import Call
from keyholder.exports.cells import plain
from reports.questions import Question, load_dialogue, option_fields
from reports.report import Report
from reports.stop import COLUMNS, NOT_SHARED, SHARED, from_row, normalise, to_row
from reports.text_writer import write_text
from tests.road.running import Running

FILE = "stop-2016-2023.csv"
TEXT_LIMIT = 1600
"""Characters that Twilio delivers as one message."""
WALKS_EACH = 15
"""Every fifteenth row is walked through the USSD menu."""
AT_ONCE = 32

NOT_IN_TEXTS = {
    "start_date_type": "a date in a text says its precision; STOP leaves it blank in 591 rows",
    "info_source": "a text says how it came, not from whom",
    "info_source_link": "links are evidence, which a phone company should not read",
    "gov_ack": "asked by the app",
    "other_affected": "a text names the platforms that the table knows",
    "telcos_involved": "a text names up to three operators, without their countries and owners",
    "election": "a text has the cause alone",
    "violence": "never asked by SMS or USSD (domain.md)",
    "hr_abuse_reported": "never asked by SMS or USSD (domain.md)",
    "users_notified": "asked by the app",
    "event": "the row's number stands in its place",
}
UNSAID = {
    "geo_scope": {"Not sure"},
    "actual_cause": {"Unknown"},
    "shutdown_status": {"Unknown"},
    "facebook_affected": {"No", "Unknown"},
    "twitter_affected": {"No", "Unknown"},
    "whatsapp_affected": {"No", "Unknown"},
    "instagram_affected": {"No", "Unknown"},
    "telegram_affected": {"No", "Unknown"},
}
"""Cells for which a text has no word: it says what is cut, not what is unknown or works."""

Row = Mapping[str, str]


# What reports say is nothing to the database: the other tests of the road run on both.
pytestmark = pytest.mark.parametrize("service", ["sqlite"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[Row]:
    with (shared / "data" / FILE).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def sent(service: Running, rows: list[Row], shared: Path) -> dict[str, object]:
    """Sends everything by every way and fetches it once."""
    path = str(shared / "data" / FILE)
    by_app = service.run("heliograph", "report", "--csv", path, "--channel", "app", "--json")
    texts = service.run("heliograph", "report", "--csv", path, "--sms", check=False)
    sealed = texts.stdout.split()
    plain_texts = list(_plain_texts(rows))
    walks = list(_walks(rows))
    asyncio.run(_send(service, sealed, [text for _, text in plain_texts], walks))
    service.settle()
    return {
        "app": json.loads(by_app.stdout),
        "sealed_texts": sealed,
        "too_long": re.findall(r"Row (\d+) was not sealed", texts.stderr),
        "plain": plain_texts,
        "walks": walks,
    }


def _plain_texts(rows: list[Row]) -> Iterator[tuple[int, str]]:
    """Each report as a text of keywords, with its number so that it is found again."""
    for number, row in enumerate(rows):
        for report in from_row(row):
            fields = {name: value for name, value in report.items() if name != "text"}
            yield number, f"{write_text(fields)} // row{number:05}"[:TEXT_LIMIT]


def _walks(rows: list[Row]) -> Iterator[tuple[int, list[str], Report]]:
    """Answers to the menu for a sample, with the fields that those answers must give."""
    for number, row in list(enumerate(rows))[::WALKS_EACH]:
        (report, *_) = from_row(row)
        answers: list[str] = []
        expected: Report = {}
        for question in load_dialogue().questions:
            if question.free:
                answers.append(f"row{number:05}")
                continue
            digit = _choose(question, report)
            answers.append(digit)
            (option,) = (one for one in question.options if one.digit == digit)
            expected |= option_fields(option, arrival=0)
        yield number, answers, {k: v for k, v in expected.items() if not k.startswith("since")}


def _choose(question: Question, report: Report) -> str:
    """The option whose fields agree best with the report."""

    def agreement(option: object) -> int:
        sets = getattr(option, "sets", {})
        return sum(report.get(name) == value for name, value in sets.items())

    return max(question.options, key=agreement).digit


async def _send(
    service: Running,
    sealed: list[str],
    texts: list[str],
    walks: list[tuple[int, list[str], Report]],
) -> None:
    limit = asyncio.Semaphore(AT_ONCE)
    async with httpx2.AsyncClient(trust_env=False) as client:
        line = service.line(client)

        async def text(number: int, words: str) -> None:
            async with limit:
                provider = ("twilio", "africas-talking")[number % 2]
                await line.send_text(provider, f"+999{number:07}", words)

        async def walk(number: int, answers: list[str]) -> None:
            async with limit:
                for count in range(len(answers) + 1):
                    call = Call(
                        f"+999{number:07}", "*384*555#", f"walk-{number}", tuple(answers[:count])
                    )
                    await line.dial(call)

        everything = [text(n, words) for n, words in enumerate([*sealed, *texts])]
        everything += [walk(number, answers) for number, answers, _ in walks]
        await asyncio.gather(*everything)


def _export(service: Running, tmp_path: Path, form: str, channel: str) -> str:
    path = tmp_path / f"{channel}.{form}"
    options = ("--format", form, "--per", "report", "--channel", channel, "--output", str(path))
    service.run("keyholder", "export", *options)
    return path.read_text(encoding="utf-8-sig")


def _shared_cells(row: Row) -> tuple[str, ...]:
    return tuple(normalise(column, row[column]) for column in SHARED)


def _originals(rows: list[Row]) -> tuple[Counter[tuple[str, ...]], int]:
    """The rows as a person's reports must come back, and how many blank cells are filled in.

    Two blank cells are not left blank where a person reported: the source is somebody in
    confidence, and a cut with an election as its cause happened during an election.
    """
    wanted: Counter[tuple[str, ...]] = Counter()
    filled = 0
    for row in rows:
        for country in row["country"].split(";"):
            cells = {**row, "country": country}
            if not cells["info_source"].strip():
                cells["info_source"], filled = "Confidential", filled + 1
            if not cells["election"].strip() and cells["actual_cause"].strip() == "Elections":
                cells["election"], filled = "Yes", filled + 1
            wanted[_shared_cells(cells)] += 1
    return wanted, filled


@pytest.mark.parametrize("channel", ["app", "app-sms"])
def test_sealed_reports_come_back_equal(
    service: Running,
    rows: list[Row],
    sent: dict[str, object],
    channel: str,
    tmp_path: Path,
) -> None:
    exported = list(csv.DictReader(io.StringIO(_export(service, tmp_path, "stop", channel))))
    assert tuple(exported[0]) == COLUMNS
    got = Counter(
        _shared_cells({column: plain(cell) for column, cell in row.items()}) for row in exported
    )
    too_long = {int(number) - 1 for number in sent["too_long"]}  # type: ignore[attr-defined]
    kept = [row for n, row in enumerate(rows) if channel == "app" or n not in too_long]
    wanted, filled = _originals(kept)
    print(
        f"\n{channel}: {len(kept)} rows, {got.total()} reports, {got.total() * len(SHARED)} cells "
        f"of {len(SHARED)} shared columns equal; "
        f"{filled} blank cells are filled in (source, election)"
    )
    if channel == "app-sms":
        print(f"not sealed as SMS: {len(too_long)} rows, too long for 15 texts")
    for column, reason in NOT_SHARED.items():
        print(f"  not shared: {column}: {reason}")
    assert wanted - got == Counter()
    assert got - wanted == Counter()


def test_plain_texts_come_back_with_what_a_text_can_say(
    service: Running, rows: list[Row], sent: dict[str, object], tmp_path: Path
) -> None:
    document = json.loads(_export(service, tmp_path, "json", "sms"))
    reports = [_read_exported(entry["report"]) for entry in document["reports"]]
    by_row: dict[int, list[Report]] = {}
    for report in reports:
        number = int(re.search(r"row(\d{5})", report["raw"])[1])  # type: ignore[index]
        by_row.setdefault(number, []).append(report)
    texts: list[tuple[int, str]] = sent["plain"]  # type: ignore[assignment]
    assert Counter(number for number, _ in texts) == Counter(
        {number: len(found) for number, found in by_row.items()}
    )
    for number, text in texts:
        assert any(report["raw"] == text for report in by_row[number])
    compared: Counter[str] = Counter()
    different: Counter[str] = Counter()
    for number, found in by_row.items():
        originals = [to_row(report) for report in from_row(rows[number])]
        returned = [to_row(report) for report in found]
        for column in SHARED.keys() - NOT_IN_TEXTS.keys():
            said = {_fold(column, one) for one in originals} - UNSAID.get(column, set())
            compared[column] += bool(said)
            different[column] += not said <= {_fold(column, one) for one in returned}
    print(f"\nsms: {len(by_row)} rows as plain texts")
    for column in SHARED:
        if column in NOT_IN_TEXTS:
            print(f"  not in a text: {column}: {NOT_IN_TEXTS[column]}")
        else:
            print(f"  {column}: {compared[column] - different[column]} of {compared[column]} equal")
    assert +different == Counter()


def _fold(column: str, row: Row) -> str:
    """A cell with its white space folded: a text's words are one space apart."""
    return " ".join(normalise(column, row[column]).split())


def test_walks_through_the_menu_come_back(
    service: Running, sent: dict[str, object], tmp_path: Path
) -> None:
    document = json.loads(_export(service, tmp_path, "json", "ussd"))
    walks: list[tuple[int, list[str], Report]] = sent["walks"]  # type: ignore[assignment]
    found = {entry["report"]["raw"]: entry for entry in document["reports"]}
    assert len(document["reports"]) == len(walks)
    for _, answers, expected in walks:
        entry = found["*".join(answers)]
        assert len(entry["envelopes"]) == len(answers)
        assert {name: entry["report"].get(name) for name in expected} == expected
    print(f"\nussd: {len(walks)} walks, each one report of {len(walks[0][1])} envelopes")


def _read_exported(report: Report) -> Report:
    """An exported report with its times as numbers again."""
    return {
        name: int(datetime.fromisoformat(value).timestamp())
        if name in ("since", "until", "recv") and isinstance(value, str)
        else value
        for name, value in report.items()
    }
