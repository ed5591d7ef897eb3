"""All opened reports of a desk, in memory, and which of them somebody asks for.

Reports are in the order of `merge`: what came last is first. A place is an index into `reports`.
"""

from collections.abc import Collection as Listed
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from keyholder.filters import Filter, fold, list_texts, matches
from keyholder.merge import Merged, merge
from keyholder.opening import Opened
from keyholder.search import TextIndex


@dataclass(frozen=True, slots=True)
class Collection:
    """Where two reports have one id, which is a stranger's doing, `by_id` and `places` have the one
    that came first. `copies`: envelope id -> what it held, of reports that came more than once."""

    reports: list[Merged]
    by_id: Mapping[bytes, Merged] = field(repr=False)
    places: Mapping[bytes, int] = field(repr=False)
    texts: TextIndex = field(repr=False)
    copies: Mapping[bytes, Opened] = field(repr=False)


def collect(opened: Iterable[Opened]) -> Collection:
    """The reports of these envelopes, merged, and their texts folded for searching."""
    envelopes = list(opened)
    reports = merge(envelopes)
    repeated = {
        source.envelope_id for one in reports if len(one.sources) > 1 for source in one.sources
    }
    return Collection(
        reports,
        {one.report_id: one for one in reports},
        {one.report_id: place for place, one in enumerate(reports)},
        TextIndex(map(fold, list_texts(one)) for one in reports),
        {one.envelope_id: one for one in envelopes if one.envelope_id in repeated},
    )


def find(
    collection: Collection,
    wanted: Filter,
    among: Listed[bytes] | None = None,
    noted: Iterable[tuple[bytes, str]] = (),
) -> list[int]:
    """The places, rising, of the reports that `wanted` asks for.

    among: report ids to which the answer is bound (an incident's, those with a tag).
    noted: what people wrote about reports (report id, text), in which `wanted.text` is sought too.
    """
    places: Sequence[int] = range(len(collection.reports))
    if among is not None:
        places = sorted(collection.places[id] for id in among if id in collection.places)
    if wanted.text:
        told = _search(collection, fold(wanted.text), noted)
        places = told if among is None else sorted(set(told).intersection(places))
    rest = wanted.without_text()
    if rest == Filter():
        return list(places)
    reports = collection.reports
    return [place for place in places if matches(reports[place], rest)]


def _search(
    collection: Collection, folded: str, noted: Iterable[tuple[bytes, str]]
) -> Sequence[int]:
    said = collection.texts.find(folded)
    also = {
        collection.places[id]
        for id, text in noted
        if id in collection.places and folded in fold(text)
    }
    return sorted(also.union(said)) if also else said
