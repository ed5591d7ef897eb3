"""The rows of the STOP corpus, which of them are one event, and two halves of them.

The gold rule, written before anything was measured: two rows are one event where their country,
their start date and their area are the same. An area is the set of its folded words, without
numbers, words such as "district" or "in", and the names of regions; an area that says "nationwide",
and an empty one of that scope, is the whole country. STOP counts a shutdown that lasts over years
once a year: by this rule that is one event.

The halves are chosen by a hash of the event, so that rows of one event are never parted.
"""

import csv
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reports.folding import fold_name
from reports.places import region_spellings
from reports.report import Report
from reports.stop import from_row

FILE = "data/stop-2016-2023.csv"  # in $HELIOGRAPH_SHARED
_BESIDE = Path(__file__).resolve().parent.parent.parent / "shared"
_SMALL_WORDS = (
    "in and of the city town village villages township townships district districts state province"
    " region division county governorate oblast area areas other several parts some all sub tehsil"
    " subdivision prefecture department municipality"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_WHOLE = frozenset(("nationwide", "national", "nation", "country"))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the corpus as a report, and the event that it belongs to."""

    number: int
    event: str
    report: Report

    @property
    def half(self) -> int:
        """0 to tune on, 1 to measure once."""
        return hashlib.sha256(b"half:" + self.event.encode()).digest()[0] & 1


def find_corpus() -> Path | None:
    """The corpus, if it is on this machine. It is never copied."""
    path = Path(os.environ.get("HELIOGRAPH_SHARED", _BESIDE)) / FILE
    return path if path.exists() else None


def read_rows(path: Path) -> list[Row]:
    """Every row that has a country and a start."""
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, cells in enumerate(csv.DictReader(file)):
            for report in from_row(cells):
                if "cc" in report and "since" in report:
                    rows.append(Row(number, name_event(report), report))
    return rows


def name_event(report: Mapping[str, object]) -> str:
    """The event that a row is about, by the gold rule."""
    cc = str(report["cc"])
    words = set(fold_name(str(report.get("area", ""))).split())
    kept = words - _SMALL - _list_region_words(cc)
    kept = {word for word in kept if not word.isdigit()}
    if words & _WHOLE or not (words or report.get("region")):
        place = "nationwide" if words or report.get("scope") == "nation" else ""
    else:
        place = " ".join(sorted(kept)) or str(report.get("region") or " ".join(sorted(words)))
    return f"{cc} {report['since']} {place}"


def _list_region_words(cc: str) -> set[str]:
    if cc not in _region_words:
        _region_words[cc] = {
            word for name, _ in region_spellings(cc) for word in fold_name(name).split()
        }
    return _region_words[cc]


_region_words: dict[str, set[str]] = {}
