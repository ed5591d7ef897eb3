"""What an export holds, counted in words: whoever shares it must know."""

from collections import Counter
from collections.abc import Iterable, Iterator

from keyholder.merge import Merged

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
            yield f"{consent[value]:>9,}  {words}"
    for value, words in _SAFETY.items():
        if safety[value]:
            yield f"{safety[value]:>9,}  {words}"
    if contacts:
        yield f"{contacts:>9,}  hold a way to reach the person"
    if conflicts:
        yield f"{conflicts:>9,}  have copies that contradict each other"
