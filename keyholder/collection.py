"""All opened reports of a desk, in memory, and which of them somebody asks for.

Reports are in the order of `merge`: what came last is first. A place is an index into `reports`.
"""

from collections.abc import Collection as Listed
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from keyholder.filters import Filter, fold, list_texts, matches
from keyholder.merge import Merged, Source, find_group, merge, sort_merged
from keyholder.opening import Opened
from keyholder.search import TextIndex


@dataclass(frozen=True, slots=True)
class Collection:
    """Where two reports have one id, which is a stranger's doing, `by_id` and `places` have the one
    that came first. `copies`: envelope id -> what it held, of reports that came more than once or
    in parts."""

    reports: list[Merged]
    by_id: Mapping[bytes, Merged] = field(repr=False)
    places: Mapping[bytes, int] = field(repr=False)
    texts: TextIndex = field(repr=False)
    copies: Mapping[bytes, Opened] = field(repr=False)
    cut: Listed[bytes] = ()
    """Ids of envelopes whose long texts are not all here (keyholder/room.py)."""


def collect(opened: Iterable[Opened], cut: Listed[bytes] = ()) -> Collection:
    """The reports of these envelopes, merged, and their texts folded for searching. `cut`: those
    that were cut short."""
    envelopes = list(opened)
    reports = merge(envelopes)
    texts = TextIndex(map(_fold, list_texts(one)) for one in reports)
    return _arrange(reports, texts, _choose_copies(envelopes, reports), cut)


def extend(collection: Collection, opened: Iterable[Opened], cut: Listed[bytes] = ()) -> Collection:
    """As `collect` of these envelopes and all before; `cut`: all that were cut by now. Only reports
    that something came to are merged and folded again; the rest is a pass over lists."""
    fresh = list(opened)
    groups = {find_group(one) for one in fresh}
    kept: list[tuple[Merged, int]] = []
    envelopes: list[Opened] = []
    for place, one in enumerate(collection.reports):
        if _find_group(collection, one) in groups:
            envelopes += [_recall(collection, one, source) for source in one.sources]
        else:
            kept.append((one, place))
    envelopes += fresh
    anew = merge(envelopes)
    places = {id(one): place for one, place in kept}
    reports = [one for one, _place in kept] + anew
    sort_merged(reports)
    texts = collection.texts.arrange(
        places[id(one)] if id(one) in places else map(_fold, list_texts(one)) for one in reports
    )
    copies = dict(collection.copies)
    for told in envelopes:
        copies.pop(told.envelope_id, None)
    return _arrange(reports, texts, {**copies, **_choose_copies(envelopes, anew)}, cut)


def _arrange(
    reports: list[Merged], texts: TextIndex, copies: Mapping[bytes, Opened], cut: Listed[bytes]
) -> Collection:
    return Collection(
        reports,
        {one.report_id: one for one in reports},
        {one.report_id: place for place, one in enumerate(reports)},
        texts,
        copies,
        cut,
    )


def _choose_copies(envelopes: Iterable[Opened], reports: Iterable[Merged]) -> dict[bytes, Opened]:
    """The envelopes of those reports that are not what one envelope said, as it said it."""
    wanted = {
        source.envelope_id
        for one in reports
        if len(one.sources) > 1 or "part" in one.report
        for source in one.sources
    }
    return {one.envelope_id: one for one in envelopes if one.envelope_id in wanted}


def _find_group(collection: Collection, merged: Merged) -> object:
    """The group of the envelopes that a report came in."""
    if "part" not in merged.report:
        return merged.report_id
    return find_group(_recall(collection, merged, merged.sources[0]))


def _recall(collection: Collection, merged: Merged, source: Source) -> Opened:
    """One envelope of a report as it was opened: what came alone is the report itself."""
    copy = collection.copies.get(source.envelope_id)
    if copy is not None:
        return copy._replace(place=source.index, day=source.day)
    return Opened(
        source.index,
        source.envelope_id,
        source.day,
        source.suite,
        source.epoch,
        source.report_id,
        merged.report,
    )


def _fold(text: str) -> str:
    """No text of a person grows fourfold by it; a letter that stands for eighteen, over and over,
    would fill the memory."""
    return fold(text)[: 4 * len(text) + 64]


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
