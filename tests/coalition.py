"""A coalition for tests: officers, epochs, locks, one holder, and their signed keyring.

Fixed keys, no randomness.
Everybody's tests use it, so it stands on python-tuf's own writing side and on no room's writing
code.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

from crypto import keyring as keyrings
from crypto.envelope import Suite
from crypto.locks import derive_lock, epoch_locks
from crypto.officers import public_key, tuf_signer
from crypto.opening import Opener

NOW = 1_790_000_000
DAY = 86_400
SINGLE_SUITES = {
    "app": 2, "web": 2, "app-sms": 1, "sms": 2, "ussd": 2, "relay": 2, "import": 2,
}  # fmt: skip
DUAL_SUITES = {
    "app": 18, "web": 18, "app-sms": 17, "sms": 18, "ussd": 18, "relay": 18, "import": 18,
}  # fmt: skip


def make_seed(*words: object) -> bytes:
    """A fixed 32-byte seed for tests, from any words."""
    return hashlib.sha256("/".join(("heliograph tests", *map(str, words))).encode()).digest()


def make_epoch(
    number: int, seal_from: int, *, days: int = 7, fallback: bool = False, dual: bool = False
) -> tuple[dict[str, Any], dict[tuple[int, str], bytes]]:
    """One epoch as reporter.json has it, and the seeds of its locks."""
    names = ("A", "B") if dual else ("A",)
    suites = [suite for suite in Suite if suite.dual == dual]
    seeds = {(number, lock): make_seed("lock", number, lock) for lock in names}
    until = seal_from + days * DAY
    fields: dict[str, Any] = {
        "epoch": number,
        "seal_from": seal_from,
        "seal_until": until,
        "destroy_after": until + 90 * DAY,
        "fallback": fallback,
        "suites": dict(DUAL_SUITES if dual else SINGLE_SUITES),
        "locks": {
            lock: {
                f"{suite:02x}": derive_lock(seeds[number, lock], suite, lock).public.hex()
                for suite in suites
            }
            for lock in names
        },
    }
    return fields, seeds


@dataclass(frozen=True)
class Coalition:
    """A published keyring, with every secret behind it."""

    root: bytes
    """The pinned root: version 1."""
    files: dict[str, bytes]
    reporter: dict[str, Any]
    holders: dict[str, Any]
    lock_seeds: dict[tuple[int, str], bytes]
    holder_id: str
    holder_seed: bytes
    officer_seeds: tuple[bytes, ...]
    threshold: int
    development: bool
    now: int
    version: int
    wraps: Mapping[str, bytes] = field(default_factory=dict)
    """More targets by path, folders and all: wrapped seeds."""

    @property
    def bundle(self) -> bytes:
        """The files as one keyring bundle."""
        return keyrings.write_bundle(self.files)

    @property
    def keyring(self) -> keyrings.Keyring:
        """The keyring as a reader sees it."""
        return keyrings.first(self.root, self.files)

    @property
    def opener(self) -> Opener:
        """Opens everything sealed to any epoch of this coalition."""
        keys = {}
        for epoch in self.keyring.epochs:
            seeds = {lock: self.lock_seeds[epoch.number, lock] for lock in epoch.locks}
            keys.update(epoch_locks(epoch.number, epoch.locks, seeds))
        return Opener(keys)

    def next(self, **changes: Any) -> "Coalition":
        """A signed successor.

        `changes` are fields of reporter.json, or `holders`, `now`, `version`, `lock_seeds`,
        `wraps`.
        """
        own = {
            name: changes.pop(name)
            for name in ("now", "version", "lock_seeds", "holders", "wraps")
            if name in changes
        }
        own.setdefault("version", self.version + 1)
        reporter = {**self.reporter, "signed_at": own.get("now", self.now), **changes}
        return _publish(replace(self, reporter=reporter, **own))


def make_coalition(
    *,
    epochs: int = 1,
    fallback: bool = False,
    dual: bool = False,
    development: bool = True,
    now: int = NOW,
    days: int = 7,
    officers: int = 1,
    threshold: int = 1,
    addresses: Sequence[str] = ("https://reports.example",),
    sms_numbers: Sequence[str] = ("+15550100001",),
    ussd_codes: Sequence[str] = ("*384*1#",),
    wraps: Mapping[str, bytes] | None = None,
) -> Coalition:
    """A coalition whose epoch 1 began a day before `now`; `epochs` follow each other, `days` each.

    `fallback` adds a year-long one with the next number. One holder; `officers` sign everything.
    """
    listed: list[dict[str, Any]] = []
    seeds: dict[tuple[int, str], bytes] = {}
    starts = [(now - DAY + index * days * DAY, days, False) for index in range(epochs)]
    if fallback:
        starts.append((now - DAY, 365, True))
    for number, (start, length, is_fallback) in enumerate(starts, start=1):
        fields, own = make_epoch(number, start, days=length, fallback=is_fallback, dual=dual)
        listed.append(fields)
        seeds.update(own)
    holder_seed = make_seed("holder")
    holder_id = make_seed("holder id").hex()[:16]
    return _publish(
        Coalition(
            root=b"",
            files={},
            reporter={
                "format": "heliograph/keyring/v1",
                "signed_at": now,
                "addresses": list(addresses),
                "sms_numbers": list(sms_numbers),
                "ussd_codes": list(ussd_codes),
                "log_keys": [],
                "epochs": listed,
            },
            holders={
                "format": "heliograph/holders/v1",
                "holders": [{"id": holder_id, "key": public_key(holder_seed).hex()}],
            },
            lock_seeds=seeds,
            holder_id=holder_id,
            holder_seed=holder_seed,
            officer_seeds=tuple(make_seed("officer", index) for index in range(officers)),
            threshold=threshold,
            development=development,
            now=now,
            version=1,
            wraps=wraps or {},
        )
    )


def sign(signed: Any, seeds: Sequence[bytes]) -> bytes:
    """TUF metadata signed by each of these officers."""
    metadata: Metadata[Any] = Metadata(signed)
    for seed in seeds:
        metadata.sign(tuf_signer(seed), append=True)
    return metadata.to_bytes()


def make_root(
    seeds: Sequence[bytes], *, threshold: int, now: int, development: bool, version: int = 1
) -> Root:
    """An unsigned root that gives all four roles to these officers."""
    extra = {"x-heliograph-development": True} if development else {}
    expires = datetime.fromtimestamp(now + 365 * DAY, UTC)
    root = Root(version=version, expires=expires, unrecognized_fields=extra)
    for role in ("root", "targets", "snapshot", "timestamp"):
        for seed in seeds:
            root.add_key(tuf_signer(seed).public_key, role)
        root.roles[role].threshold = threshold
    return root


def make_targets(contents: Mapping[str, bytes], *, version: int, now: int) -> Targets:
    """Unsigned targets that list these files."""
    listed = {path: TargetFile.from_data(path, data) for path, data in contents.items()}
    return Targets(version=version, expires=_expires(now), targets=listed)


def make_snapshot(version: int, now: int) -> tuple[Snapshot, Timestamp]:
    """Unsigned snapshot and timestamp for targets of this version, with the same version."""
    snapshot = Snapshot(
        version=version, expires=_expires(now), meta={"targets.json": MetaFile(version)}
    )
    return snapshot, Timestamp(
        version=version, expires=_expires(now), snapshot_meta=MetaFile(version)
    )


def write_json(fields: Mapping[str, Any]) -> bytes:
    """JSON as the keyring has it: sorted, without spaces, ASCII."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode("ascii")


def name_target(path: str, data: bytes) -> str:
    """TUF's consistent-snapshot name of a target."""
    folder, slash, last = path.rpartition("/")
    return f"{folder}{slash}{hashlib.sha256(data).hexdigest()}.{last}"


def _expires(now: int) -> datetime:
    return datetime.fromtimestamp(now + 30 * DAY, UTC)


def _publish(coalition: Coalition) -> Coalition:
    seeds = coalition.officer_seeds
    root = coalition.root or sign(
        make_root(
            seeds,
            threshold=coalition.threshold,
            now=coalition.now,
            development=coalition.development,
        ),
        seeds,
    )
    roots = {name: data for name, data in coalition.files.items() if name.endswith(".root.json")}
    contents = {
        "reporter.json": write_json(coalition.reporter),
        "holders.json": write_json(coalition.holders),
        **coalition.wraps,
    }
    version = coalition.version
    snapshot, timestamp = make_snapshot(version, coalition.now)
    targets = make_targets(contents, version=version, now=coalition.now)
    files = {
        "1.root.json": root,
        **roots,
        f"{version}.targets.json": sign(targets, seeds),
        f"{version}.snapshot.json": sign(snapshot, seeds),
        "timestamp.json": sign(timestamp, seeds),
        **{name_target(path, data): data for path, data in contents.items()},
    }
    return replace(coalition, root=root, files=files)
