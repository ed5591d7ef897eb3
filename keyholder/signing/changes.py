"""What a proposal would change, in words: all of it, or an officer signs what nobody told her.

What this program knows is told by name; whatever else differs is told as a field or a file that
differs, so that nothing passes in silence. Lines hold what officers wrote: show them as any text.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from crypto.keyring import HOLDERS, REPORTER, Keyring, find_target
from crypto.purged import PURGED, Purged, find_purged
from crypto.revoked import REVOKED, find_revoked
from keyholder.counts import write_count
from keyholder.held import Held
from keyholder.keys.cards import Card, digest_card
from keyholder.moments import write_moment
from keyholder.repository import list_documents
from keyholder.signing.epoch_changes import (
    describe_both,
    describe_epochs,
    describe_wraps,
    name_lock,
)
from keyholder.signing.fields import describe_fields, describe_list
from keyholder.signing.proposals import Proposal
from keyholder.signing.roots import describe_officers, read_officers, read_root_of
from keyholder.words import write_words

_LISTS = {
    "addresses": "Address",
    "sms_numbers": "SMS number",
    "ussd_codes": "USSD code",
    "log_keys": "Log key",
}
_TOLD = frozenset({"format", "signed_at", "epochs", *_LISTS})
_UNCHANGED = "Nothing but times and versions would change."


def describe_changes(
    held: Held | None, proposal: Proposal, cards: Mapping[str, Card] | None = None
) -> list[str]:
    """One line for each change against the held keyring, then when it was signed and expires.

    `cards` are those that this home keeps, by holder id: who comes is compared with them.
    KeyringError for a purged.json or a list of revoked holders that no keyring may have.
    """
    before, after = held.keyring if held else None, proposal.keyring
    lines = [
        *describe_officers(read_root_of(before) if before else None, proposal.root),
        *_describe_reporter(before, after),
        *_describe_holders(before, after),
        *_describe_purged(before, after),
        *_describe_files(before, after),
        *_compare_cards(before, proposal, cards or {}),
    ]
    expires = f"Keyring {after.version} expires {write_moment(after.expires)}"
    if before:
        expires += f" (before: {write_moment(before.expires)})"
    return [
        *(lines or [_UNCHANGED]),
        f"It says that it was signed at {write_moment(after.signed_at)}.",
        f"{expires}.",
    ]


def describe_signers(proposal: Proposal) -> list[str]:
    """Who signed each part, and how many signatures are lacking."""
    lines = []
    for part in proposal.parts:
        signers = ", ".join(id[:16] for id in sorted(part.signed_by))
        lacking = f"{part.lacking} lacking" if part.lacking else "enough"
        lines.append(f"{part.name}: signed by {signers}; {lacking}")
    return lines


def _read(keyring: Keyring | None, path: str) -> dict[str, Any]:
    """A document that was read strictly before."""
    data = find_target(keyring, path) if keyring else None
    fields = json.loads(data) if data is not None else {}
    return fields if isinstance(fields, dict) else {}


def _describe_reporter(before: Keyring | None, after: Keyring) -> Iterator[str]:
    old, new = _read(before, REPORTER), _read(after, REPORTER)
    for name, title in _LISTS.items():
        yield from describe_list(title, old.get(name, []), new[name])
    yield from describe_epochs(old.get("epochs", []), new["epochs"])
    yield from describe_fields(REPORTER, old, new, _TOLD)


def _describe_holders(before: Keyring | None, after: Keyring) -> Iterator[str]:
    old_file, new_file = _read(before, HOLDERS), _read(after, HOLDERS)
    old, new = (
        {one["id"]: one for one in file.get("holders", [])} for file in (old_file, new_file)
    )
    was_revoked = find_revoked(before) if before else frozenset()
    revoked = find_revoked(after)
    for id in sorted(new.keys() - old.keys()):
        yield f"Holder added: {id}, key {new[id]['key']}"
    for id in sorted(old.keys() - new.keys() - revoked):
        yield f"Holder removed: {id}. What she said before still counts"
    for id in sorted(revoked - was_revoked):
        yield f"Holder revoked: {id}. What she said counts for nothing from now on"
    for id in sorted(was_revoked - revoked):
        yield f"Mind: holder {id} would no longer be listed as revoked"
    for id in sorted(old.keys() & new.keys()):
        if old[id]["key"] != new[id]["key"]:
            yield f"Mind: holder {id} gets another KEY: {new[id]['key']}"
        yield from describe_fields(f"Holder {id}", old[id], new[id], {"id", "key"})
    yield from describe_fields(HOLDERS, old_file, new_file, {"format", "holders", REVOKED})


def _describe_purged(before: Keyring | None, after: Keyring) -> Iterator[str]:
    new, old = find_purged(after), find_purged(before) if before else Purged()
    for kind in ("envelopes", "blobs"):
        was, now = set(getattr(old, kind)), set(getattr(new, kind))
        for id in sorted(now - was):
            yield f"Purged for good: {id.hex()} ({kind})"
        if was - now:
            freed = write_count(len(was - now), kind[:-1])
            yield f"No longer listed as purged, and gone all the same: {freed}"
    yield from describe_fields(
        PURGED, _read(before, PURGED), _read(after, PURGED), {"format", "envelopes", "blobs"}
    )


def _describe_files(before: Keyring | None, after: Keyring) -> Iterator[str]:
    old = list_documents(before) if before else {}
    new = list_documents(after)
    told = {REPORTER, HOLDERS, PURGED}
    for path in sorted((old.keys() | new.keys()) - told):
        if old.get(path) == new.get(path):
            continue
        lock = name_lock(path)
        if lock is not None:
            yield describe_wraps(*lock, old.get(path), new.get(path))
        elif path not in old:
            yield f"File added: {path}, {write_count(len(new[path]), 'byte')}"
        else:
            yield f"File {'changed' if path in new else 'removed'}: {path}"
    yield from describe_both(old, new, sorted(epoch.number for epoch in after.epochs))
    if PURGED in old and PURGED not in new:
        yield f"File removed: {PURGED}"


def _compare_cards(
    before: Keyring | None, proposal: Proposal, cards: Mapping[str, Card]
) -> Iterator[str]:
    """What the cards held here say of holders and officers who are new or get another key."""
    old = {(holder.id, holder.key) for holder in before.holders} if before else set()
    unknown = []
    for holder in proposal.keyring.holders:
        card = cards.get(holder.id)
        if (holder.id, holder.key) in old:
            continue
        if card is None:
            unknown.append(holder.id)
        elif card.signing_key == holder.key:
            yield f"You hold the card of {holder.id}: {write_words(digest_card(card))}"
        else:
            yield f"Mind: the card that you hold of {holder.id} has ANOTHER KEY"
    if unknown:
        yield (
            f"Mind: you hold no card of {', '.join(unknown)}, so nothing here says who that is. "
            "`keyholder card --take FILE` first, and compare its words with the person"
        )
    signing = set(read_officers(read_root_of(before)).keys) if before else set()
    for key_id, key in read_officers(proposal.root).keys.items():
        if key_id not in signing:
            owners = [id for id, card in cards.items() if card.officer_key == key]
            told = f"is that of holder {owners[0]}" if owners else "is on no card that you hold"
            yield f"The key of officer {key_id[:16]} {told}"
