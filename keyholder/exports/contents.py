"""What an export holds, counted in words: whoever shares it must know."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from keyholder.counts import choose_word, write_count
from keyholder.incidents.incident import Incident
from keyholder.merge import Merged
from keyholder.moments import write_moment

_CONSENT = {
    "court": "may be shared with courts and the UN",
    "quote": "may be quoted without names",
    "counts": "may be counted, and no more",
    "none": "agree to nothing",
    "": "do not say what they agree to",
}
_SAFETY = {
    "risk": "say that the person is at risk",
    "duress": "were written under duress",
}
_OF_ONE = {
    "agree to nothing": "agrees to nothing",
    "do not say what they agree to": "does not say what it agrees to",
    "say that the person is at risk": "says that the person is at risk",
    "were written under duress": "was written under duress",
    "hold a way to reach the person": "holds a way to reach the person",
    "have copies that contradict each other": "has copies that contradict each other",
}


def describe_contents(reports: Iterable[Merged]) -> Iterator[str]:
    """Lines for the terminal: how many reports agree to what, and how many people are at risk."""
    consent: Counter[str] = Counter()
    safety: Counter[str] = Counter()
    contacts = conflicts = 0
    for one in reports:
        told = str(one.report.get("consent", ""))
        consent[told if told in _CONSENT else ""] += 1
        safety.update(set(map(str, one.report.get("safety", ()))))
        contacts += "contact" in one.report or "reply" in one.report
        conflicts += bool(one.conflicts)
    for value, words in _CONSENT.items():
        if consent[value]:
            yield _write_line(consent[value], words)
    for value, words in _SAFETY.items():
        if safety[value]:
            yield _write_line(safety[value], words)
    if contacts:
        yield _write_line(contacts, "hold a way to reach the person")
    if conflicts:
        yield _write_line(conflicts, "have copies that contradict each other")


def _write_line(count: int, words: str) -> str:
    return f"{count:>9,}  {choose_word(count, _OF_ONE.get(words, words), words)}"


def write_about(
    reports: Sequence[Merged], incidents: Sequence[Incident], now: int
) -> Iterator[str]:
    """Lines for a file that holds several sheets: what it is, for whoever finds it."""
    yield "Reports of internet shutdowns, exported by Heliograph's keyholder command. PLAINTEXT."
    yield f"Written on {write_moment(now)} by the clock of the machine that made it."
    counted = write_count(len(reports), "report")
    yield f"{counted} on the sheet `reports`, by when they came, the last first:"
    yield from describe_contents(reports)
    confirmed = sum(one.confirmed for one in incidents)
    yield (
        f"{write_count(len(incidents), 'incident')} on the sheet `incidents`: {confirmed:,} put "
        "together by people, the others suggested by a rule alone, which nobody has confirmed."
    )
    yield (
        "It holds what people risked themselves to report. Keep it on an encrypted disk, share it "
        "only as each report's consent allows, and delete it after use."
    )
    yield "A report is a claim: a sender can be forged, and so can a hundred reports that agree."
    yield (
        "Every cell is text. An apostrophe stands before what a spreadsheet would run, and a "
        "character that is invisible or active is written by its number, as ⟨U+202E⟩."
    )
    yield "Days are 2026-01-31, times 2026-01-31T12:15:00Z in UTC. See spec/exports-v1.md."
