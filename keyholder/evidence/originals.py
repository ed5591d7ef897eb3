"""From chosen reports and envelopes to their originals, and once more to what they hold."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator

from crypto.errors import CryptoError
from crypto.leaves import read_leaf
from keyholder.envelopes import find_fault
from keyholder.errors import EvidenceError
from keyholder.evidence import paths
from keyholder.evidence.bundle import Chosen
from keyholder.evidence.manifest import Original
from keyholder.evidence.sources import Source, take
from keyholder.evidence.verification import SMALL, Verdict
from keyholder.kept import Kept
from keyholder.keys.keeping import Store, list_names, name_item, read_item
from keyholder.opening import Desk
from keyholder.peeled import PeeledBoxes
from keyholder.sequence import Item
from reports.codec import encode


def read_originals(
    database: sqlite3.Connection,
    places: Iterable[int],
    desk: Desk,
    boxes: PeeledBoxes,
    store: Store,
) -> Iterator[Chosen]:
    """The envelopes at these indexes, by rising index, with what each opens to. `boxes` are what
    holders of lock A peeled; `store` is what is kept beyond the keys of its epoch.

    EvidenceError evidence-gone where one has no body, or another one than its leaf says.
    """
    names = list_names(store)
    for place in sorted(set(places)):
        row = database.execute(
            "SELECT CAST(leaf AS BLOB), CAST(body AS BLOB) FROM envelopes WHERE idx = ?", (place,)
        ).fetchone()
        if row is None:
            raise EvidenceError("evidence-gone")
        leaf, body = row
        envelope_id = leaf[7:]
        name = name_item(store, envelope_id)
        kept = read_item(store, name) if name in names else None
        if body is None and kept is not None:
            body = kept.body  # purged or removed since
        if body is None or find_fault(Item(place, leaf, body)) is not None:
            raise EvidenceError("evidence-gone")
        peeled = boxes.attach(Kept(place, envelope_id, read_leaf(leaf).day, body, None))
        content = None if peeled.fault else open_content(desk, body, peeled.inner)
        if content is None and kept is not None:
            content = encode(kept.opened.report, kept.start)  # as it was kept
        yield Chosen(place, envelope_id, leaf, body, content)


def open_content(desk: Desk, body: bytes, inner: bytes | None = None) -> bytes | None:
    """What an envelope holds; None where these keys do not open it, or it opens to garbage."""
    try:
        return desk.unseal(body, inner).content
    except CryptoError:
        return None


def check_contents(
    source: Source,
    originals: Iterable[Original],
    desk: Desk,
    boxes: PeeledBoxes,
    verdict: Verdict,
) -> int:
    """Open originals of a bundle again; gives how many open to what the manifest says. `boxes` are
    what holders of lock A peeled.

    Those that these keys do not open are left aside.
    """
    same = 0
    for one in originals:
        body = take(source, paths.name_envelope(one.envelope_id), SMALL)
        if body is None or one.content is None:
            continue
        kept = boxes.attach(Kept(one.index, bytes.fromhex(one.envelope_id), 0, body, None))
        content = None if kept.fault else open_content(desk, body, kept.inner)
        if content is None:
            continue
        if hashlib.sha256(content).hexdigest() == one.content:
            same += 1
        else:
            verdict.find(paths.name_content(one.envelope_id), "opening-differs")
    return same
