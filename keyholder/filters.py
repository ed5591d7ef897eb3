"""Which reports somebody asked for."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from keyholder.merge import Merged
from keyholder.moments import DAY

_TEXTS = ("text", "raw", "area", "plat_other", "op_other")


@dataclass(frozen=True, slots=True)
class Filter:
    """Every condition that is given must hold. Times are Unix seconds.

    `since` and `until` (exclusive) are about when the report was observed, and where it does not
    say so, about the day the service took it.
    """

    country: str | None = None
    since: int | None = None
    until: int | None = None
    channel: str | None = None
    status: str | None = None
    kind: str | None = None
    net: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    epoch: int | None = None
    region: str | None = None
    operator: str | None = None
    lang: str | None = None

    def without_text(self) -> "Filter":
        """The same, for reports whose texts were searched already."""
        return replace(self, text=None)


def matches(merged: Merged, wanted: Filter) -> bool:
    """Whether a report is one of those asked for."""
    report = merged.report
    return (
        (wanted.country is None or report.get("cc") == wanted.country)
        and (wanted.channel is None or wanted.channel in merged.channels)
        and (wanted.status is None or report.get("status") == wanted.status)
        and (wanted.kind is None or wanted.kind in report.get("kind", ()))
        and (wanted.region is None or report.get("region") == wanted.region)
        and (wanted.operator is None or wanted.operator in report.get("op", ()))
        and (wanted.lang is None or report.get("lang") == wanted.lang)
        and (wanted.epoch is None or any(one.epoch == wanted.epoch for one in merged.sources))
        and all(report.get("net", {}).get(name) == level for name, level in wanted.net.items())
        and (wanted.since is None or find_moment(merged) >= wanted.since)
        and (wanted.until is None or find_moment(merged) < wanted.until)
        and (not wanted.text or _mentions(merged, fold(wanted.text)))
    )


def find_moment(merged: Merged) -> int:
    """When the report was observed, else when its first day of arrival began; Unix seconds."""
    observed = merged.report.get("obs")
    return observed if isinstance(observed, int) else merged.day * DAY


def fold(text: str) -> str:
    """For comparing: without case and without differences of form (NFKC)."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def list_texts(merged: Merged) -> Iterator[str]:
    """The texts of a report in which words are sought."""
    report = merged.report
    for name in _TEXTS:
        if isinstance(text := report.get(name), str):
            yield text
    yield from report.get("op", ())


def _mentions(merged: Merged, folded: str) -> bool:
    return any(folded in fold(text) for text in list_texts(merged))
