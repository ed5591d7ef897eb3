"""Who signs: the officers of a root, their thresholds, and the root that comes after it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tuf.api.metadata import Root

from crypto.keyring import Keyring
from crypto.officers import public_key, tuf_key
from crypto.trust import is_marked, parse_root, root_name
from keyholder.errors import SigningError
from keyholder.moments import write_moment
from keyholder.repository import lay_out_root
from keyholder.words import write_words

MAX_OFFICERS = 32


@dataclass(frozen=True, slots=True)
class Officers:
    """The officers of one root and how many of them must act."""

    keys: Mapping[str, bytes]
    """TUF key id (64 hex digits) -> Ed25519 public key (32 B)."""
    threshold: int
    """Signatures that a keyring needs."""
    root_threshold: int
    """Signatures that the next root needs."""


def read_root_of(keyring: Keyring) -> Root:
    """The newest root of a keyring that was accepted."""
    return parse_root(keyring.files[root_name(keyring.root_version)]).signed


def read_officers(root: Root) -> Officers:
    """Whoever signs keyrings under this root: those who sign roots too, in all that we write."""
    ids = {*root.roles["targets"].keyids, *root.roles["root"].keyids}
    return Officers(
        {id: bytes.fromhex(root.keys[id].keyval["public"]) for id in sorted(ids)},
        max(root.roles[role].threshold for role in ("targets", "snapshot", "timestamp")),
        root.roles["root"].threshold,
    )


def is_officer(keyring: Keyring, officer_seed: bytes) -> bool:
    """Whether the key of this seed (32 B) signs keyrings under the newest root."""
    return tuf_key(public_key(officer_seed)).keyid in read_root_of(keyring).roles["targets"].keyids


def begin_root(
    keys: Collection[bytes], threshold: int, root_threshold: int, now: int, *, development: bool
) -> Root:
    """Root 1 of these officers, unsigned. SigningError as `check_officers`."""
    check_officers(len(set(keys)), threshold, root_threshold)
    return lay_out_root(1, set(keys), threshold, root_threshold, now, development)


def follow_root(keyring: Keyring, officers: Officers, now: int) -> Root:
    """The root that follows the newest one, with these officers, unsigned. SigningError as
    `check_officers`; its expiry is new."""
    check_officers(len(officers.keys), officers.threshold, officers.root_threshold)
    root = read_root_of(keyring)
    return lay_out_root(
        root.version + 1,
        list(officers.keys.values()),
        officers.threshold,
        officers.root_threshold,
        now,
        is_marked(root),
    )


def change_officers(
    officers: Officers,
    add: Collection[bytes],
    remove: Collection[str],
    threshold: int | None,
    root_threshold: int | None,
) -> Officers:
    """The officers after a change: public keys that come, key ids that go.

    A threshold that is not given stays as it is; the root's, where it equals the other, goes with
    it. SigningError: officer-known, officer-unknown, officers-unchanged.
    """
    if not set(remove) <= officers.keys.keys():
        raise SigningError("officer-unknown")
    added = {str(tuf_key(key).keyid): key for key in add}
    if added.keys() & officers.keys.keys():
        raise SigningError("officer-known")
    keys = {id: key for id, key in officers.keys.items() if id not in remove}
    signing = officers.threshold if threshold is None else threshold
    if root_threshold is None:
        together = officers.root_threshold == officers.threshold
        root_threshold = signing if together else officers.root_threshold
    changed = Officers(dict(sorted({**keys, **added}.items())), signing, root_threshold)
    if changed == officers:
        raise SigningError("officers-unchanged")
    return changed


def check_officers(count: int, threshold: int, root_threshold: int) -> None:
    """Refuse what would lock the coalition out: SigningError threshold-too-high, -too-low,
    officers-many."""
    if count > MAX_OFFICERS:
        raise SigningError("officers-many")
    if max(threshold, root_threshold) > count:
        raise SigningError("threshold-too-high")
    if min(threshold, root_threshold) < 1:
        raise SigningError("threshold-too-low")


def find_slack(count: int, threshold: int) -> str | None:
    """What to warn of: how close this is to nobody being able to sign, or to one alone signing."""
    if threshold == count > 1:
        return "All officers must sign: if one key is lost, nobody can sign the keyring any more."
    if count == 1:
        return "There is one officer: if that key is lost, nobody can sign the keyring any more."
    if threshold == count - 1 and count > 2:
        return "If two officers' keys are lost, nobody can sign the keyring any more."
    if threshold == 1:
        return "One officer's key is enough to change everything: a stolen one is, too."
    return None


def name_officer(key_id: str) -> str:
    """An officer's key as people compare it: its id and its words."""
    return f"{key_id} ({write_words(bytes.fromhex(key_id))})"


def describe_officers(before: Root | None, after: Root) -> list[str]:
    """What another root changes, in words; nothing where it is the same one."""
    if before is not None and before.version == after.version:
        return []
    lines = (
        [f"Root {after.version} takes the place of root {before.version}."]
        if before
        else ["This begins a coalition, with root 1."]
    )
    old = read_officers(before) if before else Officers({}, 0, 0)
    new = read_officers(after)
    lines += [f"Officer removed: {name_officer(id)}" for id in old.keys if id not in new.keys]
    lines += [f"Officer added: {name_officer(id)}" for id in new.keys if id not in old.keys]
    for title, name in (("a keyring", "threshold"), ("the next root", "root_threshold")):
        now, was = getattr(new, name), getattr(old, name)
        told = f"Signatures that {title} needs: {now} of {len(new.keys)}"
        if before and (was, len(old.keys)) != (now, len(new.keys)):
            told += f" (before: {was} of {len(old.keys)})"
        lines.append(told)
    warning = find_slack(len(new.keys), max(new.threshold, new.root_threshold))
    lines += [f"Mind: {warning}"] if warning else []
    lines.append(f"Root {after.version} expires {write_moment(int(after.expires.timestamp()))}.")
    if is_marked(after):
        lines.append("DEVELOPMENT: it protects nobody.")
    if not _is_plain(after):
        lines.append(
            "Mind: this root gives roles to officers, or fields, as this program never does."
        )
    return lines


def _is_plain(root: Root) -> bool:
    """Whether a root says nothing beyond what `describe_officers` tells: all four roles have the
    same officers and one threshold, but for the root's own."""
    officers = read_officers(root)
    expected = lay_out_root(
        root.version,
        list(officers.keys.values()),
        officers.threshold,
        officers.root_threshold,
        int(root.expires.timestamp()),
        is_marked(root),
    )
    expected.expires, expected.spec_version = root.expires, root.spec_version
    return bool(expected == root)
