"""Texts that may leave with an incident: those of people who agreed to be quoted.

An incident goes into public databases, where a report's own `consent` no longer stands beside it.
"""

from typing import NamedTuple

from keyholder.incidents.incident import Incident
from keyholder.records.replay import Annotations

_AGREED = ("quote", "court")
_MOST = 8  # texts of one incident: examples; the ids of its reports name the rest


class Quote(NamedTuple):
    """A text as it was written, and what keyholders made of it in other languages."""

    lang: str
    text: str
    translations: tuple[tuple[str, str], ...]  # language and text


def list_quotes(incident: Incident, annotations: Annotations) -> list[Quote]:
    """The first texts of the incident whose writers agreed to a quotation, each text once."""
    quotes: dict[str, Quote] = {}
    for one in incident.reports:
        text = one.report.get("text")
        if one.report.get("consent") in _AGREED and isinstance(text, str) and text:
            told = annotations.translations.get(one.report_id, ())
            lang = str(one.report.get("lang") or "")
            quotes.setdefault(text, Quote(lang, text, tuple((t.lang, t.text) for t in told)))
            if len(quotes) == _MOST:
                break
    return list(quotes.values())
