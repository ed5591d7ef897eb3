"""What somebody opens who took laptops, knows every passphrase, and has all that was ever public.

Not by our commands: every secret of every vault is tried on every wrap of every keyring, and every
seed that comes of it as every lock of every envelope. What is signed plays no part.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path

from crypto.envelope import HEADER_SIZE, read_header
from crypto.errors import CryptoError, OpeningError
from crypto.keyring import read_bundle
from crypto.locks import LockKey, derive_lock
from crypto.opening import Opener, open_peeled, peel
from crypto.wrapping import unwrap_seed
from keyholder import vault
from keyholder.home import Home
from keyholder.keys.wraps import read_wraps
from keyholder.opening import Opened
from tests.keyholder.conftest import PASSPHRASE
from tests.keyholder.homes import read_kept

Seeds = set[bytes]


def attack(
    laptops: Sequence[Path],
    published: Iterable[bytes],
    sealed: Mapping[int, Sequence[bytes]],
    boxes: Mapping[bytes, bytes] | None = None,
) -> dict[int, int]:
    """How many envelopes of each epoch these laptops open together.

    `boxes` are inner boxes (by their envelope's bytes) that lay on a stick beside them.
    """
    seeds = find_seeds(laptops, published)
    return {
        epoch: sum(opens(envelope, seeds, (boxes or {}).get(envelope)) for envelope in envelopes)
        for epoch, envelopes in sealed.items()
    }


def find_seeds(laptops: Sequence[Path], published: Iterable[bytes]) -> Seeds:
    """Every 32 bytes that could be a lock's seed: those in the vaults, and whatever their one-time
    keys open in any wrap."""
    seeds: Seeds = set()
    one_time: Seeds = set()
    for laptop in laptops:
        home = Home(laptop)
        secrets = vault.read_secrets(home, vault.unlock(home, PASSPHRASE))
        seeds |= {one.seed for one in secrets.seeds}
        one_time |= {one.seed for one in secrets.wrap_keys}
    for epoch, lock, holder, wrap in list_wraps(published):
        for key in one_time:
            try:
                seeds.add(unwrap_seed(wrap, key, epoch, lock, holder))
            except OpeningError:
                continue
    return seeds


def list_wraps(published: Iterable[bytes]) -> set[tuple[int, str, str, bytes]]:
    """(epoch, lock, holder, wrap) of every keyring."""
    found = set()
    for data in published:
        for name, content in read_bundle(data).items():
            if not name.startswith("wraps/"):
                continue
            epoch, _, lock = name.rpartition("/")[2].split(".")[1].partition("-")
            wraps = read_wraps(content, int(epoch), lock.upper())
            found |= {(int(epoch), lock.upper(), who, wrap) for who, wrap in wraps.items()}
    return found


def opens(envelope: bytes, seeds: Seeds, box: bytes | None) -> bool:
    """Whether any of these seeds, or any two of them, open it."""
    header = read_header(envelope)
    suite = header.suite
    locks = {lock: [derive_lock(seed, suite, lock) for seed in seeds] for lock in suite.locks}
    if not suite.dual:
        return any(_works(Opener({(header.epoch, suite): (a,)}), envelope) for a in locks["A"])
    inner = [box] if box is not None else []
    for outer in locks["A"]:
        try:
            inner.append(peel(envelope, outer))
        except CryptoError:
            continue
    return any(_opens(envelope, one, lock) for one, lock in product(inner, locks["B"]))


def count_kept(laptop: Path) -> int:
    """Reports that its owner kept beyond their keys."""
    home = Home(laptop)
    kept = read_kept(home, vault.unlock(home, PASSPHRASE))
    return sum(isinstance(one, Opened) for one in kept)


def _works(opener: Opener, envelope: bytes) -> bool:
    try:
        opener.open(envelope)
    except CryptoError:
        return False
    return True


def _opens(envelope: bytes, inner: bytes, lock: LockKey) -> bool:
    try:
        open_peeled(envelope[:HEADER_SIZE], inner, lock)
    except CryptoError:
        return False
    return True
