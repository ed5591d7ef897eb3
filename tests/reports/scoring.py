"""How much of 280 human texts the reader finds: `python -m tests.reports.scoring`.

The texts were written, and said in labels, by people who had not seen the reader; the
first two sets were built on, the third was read once, after the reader was frozen. What counts as
found:

- country: the same. It is not known from the line.
- net: each network of the label at its level. "No internet" (`kind` full) is mobile data down,
  a slow internet (`throttled`) slow, an internet that is back (`status` ended) ok: a person who
  writes "the net" means the one of the phone, and the labels say so.
- since: the label's time lies within what was read: the day, the part of the day, or an hour
  more or less. Labels reckon the clock as if it showed the time of arrival.
- op: each operator of the label, by its name.

Wrong is what was read where the label says something else or nothing. A report has room for three
operators.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reports.lexicon import operator_name
from reports.report import Report
from reports.texts import read_text

TEXTS = Path(__file__).parent / "texts"
ARRIVAL = int(datetime(2026, 9, 21, 14, tzinfo=UTC).timestamp())
COLUMNS = ("country", "net", "since", "op")
_DAY, _HOUR = 86_400, 3_600
_KINDS = {"full": "down", "throttled": "slow"}
_LENGTHS = {"day": _DAY, "part": 6 * _HOUR, "about": 3 * _DAY}
_SAME = {
    "togocel": "togocom", "hamrahe aval": "mci", "tele2": "t2", "o": "o!", "life": "life:)",
    "megacom": "mega", "hamrah aval": "mci",
}  # fmt: skip

Score = Counter[str]
"""`said`, `found` and `wrong` of each column: `net said`."""


def load_texts(half: str) -> Sequence[Mapping[str, Any]]:
    """The labelled texts of `first`, `second` or `third`."""
    lines = (TEXTS / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def score_text(labelled: Mapping[str, Any]) -> Score:
    """What was said, found and wrongly read of one text."""
    report = read_text(labelled["text"], arrival=ARRIVAL)
    score: Score = Counter()
    for column, said, read in _compare(labelled, report):
        score[f"{column} said"] += len(said)
        score[f"{column} found"] += len(said & read)
        score[f"{column} wrong"] += len(read - said)
    return score


def _compare(
    labelled: Mapping[str, Any], report: Report
) -> Iterator[tuple[str, set[Any], set[Any]]]:
    yield "country", _some(labelled["country"]), _some(report.get("cc"))
    yield "net", set(labelled["net"].items()), read_levels(report)
    said = _some(labelled["since"] and "since")
    right = bool(said) and "since" in report and is_time(labelled["since"], report)
    yield "since", said, (said if right else {"another"}) if "since" in report else set()
    yield "op", {_fold(name) for name in labelled["operators"]}, {
        _fold(operator_name(op)) for op in report.get("op", [])
    }  # fmt: skip


def read_levels(report: Report) -> set[tuple[str, str]]:
    """The levels that a report says, those of "the internet" as those of mobile data."""
    net: dict[str, str] = dict(report.get("net", {}))
    for kind in report.get("kind", []):
        if kind in _KINDS and "data" not in net:
            net["data"] = _KINDS[kind]
    if report.get("status") == "ended":
        net["data"] = "ok" if net.get("data") == "down" else net.get("data", "ok")
    return set(net.items())


def is_time(label: Mapping[str, Any], report: Report) -> bool:
    """Whether the label's time is the one that was read."""
    since, precision = report["since"], report.get("since_precision", "exact")
    if "hours" in label:
        start, end = ARRIVAL - label["hours"] * _HOUR, ARRIVAL - label["hours"] * _HOUR
    else:
        today = ARRIVAL // _DAY * _DAY
        start = today - label.get("days", 0) * _DAY
        if "date" in label:
            start = int(datetime.fromisoformat(label["date"]).replace(tzinfo=UTC).timestamp())
        end = start + _DAY - 1
    if precision in _LENGTHS:
        before = _DAY if precision == "about" else 0
        return bool(since - before <= end and start < since - before + _LENGTHS[precision])
    return bool(start - _HOUR <= since <= end + _HOUR)


def _some(value: Any) -> set[Any]:
    return set() if value is None else {value}


def _fold(name: str) -> str:
    folded = name.casefold().strip()
    return _SAME.get(folded, folded)


def add_up(half: str) -> dict[str, Score]:
    """The scores of one half: by language, and of all."""
    scores: dict[str, Score] = {"all": Counter()}
    for labelled in load_texts(half):
        score = score_text(labelled)
        for name in (labelled["language"], "all"):
            scores[name] = scores.get(name, Counter()) + score
    return scores


def share(score: Score, column: str) -> float:
    """Of what the labels say, how much was found."""
    return score[f"{column} found"] / max(score[f"{column} said"], 1)


def write_table(half: str) -> Iterator[str]:
    """The table of one half, as Markdown."""
    yield f"| {half} set | " + " | ".join(f"{column} | wrong" for column in COLUMNS) + " |"
    yield "|---" * (2 * len(COLUMNS) + 1) + "|"
    for name, score in add_up(half).items():
        cells = [
            f"{score[f'{column} found']} of {score[f'{column} said']} "
            f"({share(score, column):.2f}) | {score[f'{column} wrong']}"
            for column in COLUMNS
        ]
        yield f"| {name} | " + " | ".join(cells) + " |"


def list_misses(half: str) -> Iterator[str]:
    """Each text of which something was missed or misread, and what was."""
    for labelled in load_texts(half):
        report = read_text(labelled["text"], arrival=ARRIVAL)
        for column, said, read in _compare(labelled, report):
            if said != read:
                missed, wrong = sorted(said - read), sorted(read - said)
                yield f"{labelled['id']} {column}: missed {missed}, wrong {wrong}"


def main() -> None:
    """Print the tables; with `--misses` also what was missed."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("halves", nargs="*", default=["first", "second", "third"])
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    for half in options.halves:
        print("\n".join(write_table(half)), end="\n\n")
        if options.misses:
            print("\n".join(list_misses(half)), end="\n\n")


if __name__ == "__main__":
    main()
