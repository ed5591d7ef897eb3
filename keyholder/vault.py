"""The vault: who this keyholder is, the seeds of the locks that can be opened, and one-time keys.

Two files, so that adding a seed needs no second run of Argon2id: `identity.box` lies under the
passphrase and holds two random keys; `seeds.box` lies under one of them, the seeds key. Both are
replaced whole. What is sealed for good (kept reports, and other rooms' stores) lies under keys
derived from the other one, the vault key, which stays.

A new seeds key is made when something is destroyed and with each new passphrase, so that an old
copy of seeds.box opens with no identity of later. `seeds.next` exists only in the middle of that.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cbor2

from crypto import officers, passphrase
from crypto.errors import PassphraseError
from keyholder.errors import HomeError
from keyholder.files import write_whole
from keyholder.home import Home

_IDENTITY = "heliograph/identity/v2"
_FORMER_IDENTITY = "heliograph/identity/v1"
_BEGINNING = b"heliograph/identity/v2\n"  # before the box: the first version has the box alone
_SEEDS = "heliograph/seeds/v1"
_KEY = 32  # bytes
_STORE = b"heliograph/store/v1\0"
_FORMER_VAULT = b"heliograph/vault/v1"


@dataclass(frozen=True, slots=True)
class Identity:
    """One keyholder's and officer's secrets. Its `repr` shows the id alone."""

    holder_id: str  # 16 hex digits, random: the public keyring must not list whom to arrest
    signing_seed: bytes = field(repr=False)  # Ed25519, 32 B: signs requests to the service
    officer_seed: bytes = field(repr=False)  # Ed25519, 32 B: signs the keyring
    vault_key: bytes = field(repr=False)  # 32 B: see `derive_store_key`; it stays
    seeds_key: bytes = field(repr=False)  # 32 B: locks seeds.box; renewed


@dataclass(frozen=True, slots=True)
class Seed:
    """The seed of one lock of one epoch. A vault may hold several for the same lock: an epoch
    that was begun and never published. Which one counts, the signed keyring says."""

    epoch: int
    lock: str  # "A" or "B"
    seed: bytes = field(repr=False)  # 32 B


@dataclass(frozen=True, slots=True)
class WrapKey:
    """The secret half of the one-time key that a card offers for one epoch."""

    epoch: int
    seed: bytes = field(repr=False)  # 32 B: see crypto.wrapping


@dataclass(frozen=True, slots=True)
class Secrets:
    """What seeds.box holds."""

    seeds: tuple[Seed, ...] = ()
    wrap_keys: tuple[WrapKey, ...] = ()


def create(home: Home, words: str, cost: passphrase.Cost) -> Identity:
    """Make an identity and an empty vault. HomeError: home-exists, home-unwritable."""
    refuse_existing(home)
    identity = Identity(
        holder_id=secrets.token_hex(8),
        signing_seed=officers.new_seed(),
        officer_seed=officers.new_seed(),
        vault_key=secrets.token_bytes(_KEY),
        seeds_key=secrets.token_bytes(_KEY),
    )
    # First: an identity without its seeds would be a damaged vault.
    write_secrets(home, identity, Secrets())
    _write_identity(home, identity, words, cost)
    return identity


def refuse_existing(home: Home) -> None:
    """HomeError home-exists where there is an identity."""
    if home.identity.exists():
        raise HomeError("home-exists")


def require(home: Home) -> None:
    """HomeError home-missing where nobody ran `init`: said before a passphrase is asked for."""
    if not home.identity.exists():
        raise HomeError("home-missing")


def unlock(home: Home, words: str) -> Identity:
    """The identity. HomeError: home-missing, vault-damaged; PassphraseError: passphrase-wrong."""
    require(home)
    try:
        content = _decode(words, home.identity.read_bytes())
        return Identity(
            content["holder"],
            content["signing"],
            content["officer"],
            content["vault"],
            content["seeds"],
        )
    except (OSError, cbor2.CBORDecodeError, KeyError, TypeError) as error:
        raise HomeError("vault-damaged") from error


def read_secrets(home: Home, identity: Identity) -> Secrets:
    """Everything in seeds.box. HomeError: vault-damaged."""
    try:
        return _read_box(home.seeds, identity)
    except HomeError:
        if not home.seeds_next.exists():
            raise
        return _read_box(home.seeds_next, identity)  # a new key's change was cut off


def write_secrets(home: Home, identity: Identity, secrets: Secrets) -> None:
    """Replace what seeds.box holds, or leave the old one. HomeError: home-unwritable."""
    _write_box(home.seeds, identity, secrets)
    try:
        home.seeds_next.unlink(missing_ok=True)
    except OSError as error:
        raise HomeError("home-unwritable") from error


def read_seeds(home: Home, identity: Identity) -> tuple[Seed, ...]:
    """Every seed held. HomeError: vault-damaged."""
    return read_secrets(home, identity).seeds


def renew(
    home: Home, identity: Identity, secrets_left: Secrets, words: str, cost: passphrase.Cost
) -> Identity:
    """Lock what is left under a new seeds key, and the identity under these words.

    The replacing of identity.box is the moment of it: cut off before, the vault is the old one;
    after, the new one. Copies of the old seeds.box open with the old identity.box alone.
    HomeError: home-unwritable.
    """
    newer = replace(identity, seeds_key=secrets.token_bytes(_KEY))
    _write_box(home.seeds_next, newer, secrets_left)
    _write_identity(home, newer, words, cost)
    try:
        home.seeds_next.replace(home.seeds)
    except OSError as error:
        raise HomeError("home-unwritable") from error
    return newer


def derive_store_key(identity: Identity, purpose: str) -> bytes:
    """The key (32 B) of one store of this vault, such as "kept". It outlives every renewal."""
    return hmac.digest(identity.vault_key, _STORE + purpose.encode("ascii"), "sha256")


def _write_identity(home: Home, identity: Identity, words: str, cost: passphrase.Cost) -> None:
    try:
        box = passphrase.lock(words, _encode(identity), cost=cost)
        write_whole(home.identity, [_BEGINNING, box])
    except OSError as error:
        raise HomeError("home-unwritable") from error


def _encode(identity: Identity) -> bytes:
    return cbor2.dumps(
        {
            "format": _IDENTITY,
            "holder": identity.holder_id,
            "signing": identity.signing_seed,
            "officer": identity.officer_seed,
            "vault": identity.vault_key,
            "seeds": identity.seeds_key,
        },
        canonical=True,
    )


def _decode(words: str, file: bytes) -> dict[str, Any]:
    """The fields of identity.box. All in it has a fixed length, so a file that was cut off is told
    from a wrong passphrase. HomeError vault-damaged, and as `unlock`.

    Identities of the first version had one key, that of seeds.box. The vault key follows from it,
    and not the other way round, so that it may outlive it.
    """
    today = file.startswith(_BEGINNING)
    sample = _encode(Identity("0" * 16, *(bytes(_KEY) for _ in range(4))))
    length = passphrase.OVERHEAD + len(sample)
    if not today:
        length -= len(cbor2.dumps("seeds")) + len(cbor2.dumps(bytes(_KEY)))
    box = file.removeprefix(_BEGINNING)
    if len(box) != length:
        raise HomeError("vault-damaged")
    content: dict[str, Any] = cbor2.loads(passphrase.unlock(words, box))
    if content["format"] != (_IDENTITY if today else _FORMER_IDENTITY):
        raise HomeError("vault-damaged")
    if not today:
        key = content["vault"]
        return {**content, "seeds": key, "vault": hashlib.sha256(_FORMER_VAULT + key).digest()}
    return content


def _read_box(path: Path, identity: Identity) -> Secrets:
    try:
        content = cbor2.loads(passphrase.unlock_with_key(identity.seeds_key, path.read_bytes()))
        if content["format"] != _SEEDS:
            raise HomeError("vault-damaged")
        return Secrets(
            tuple(Seed(one["epoch"], one["lock"], one["seed"]) for one in content["seeds"]),
            tuple(WrapKey(one["epoch"], one["seed"]) for one in content.get("wrap_keys", ())),
        )
    except (OSError, PassphraseError, cbor2.CBORDecodeError, KeyError, TypeError) as error:
        raise HomeError("vault-damaged") from error


def _write_box(path: Path, identity: Identity, secrets: Secrets) -> None:
    content = cbor2.dumps(
        {
            "format": _SEEDS,
            "seeds": [
                {"epoch": one.epoch, "lock": one.lock, "seed": one.seed} for one in secrets.seeds
            ],
            "wrap_keys": [{"epoch": one.epoch, "seed": one.seed} for one in secrets.wrap_keys],
        },
        canonical=True,
    )
    try:
        write_whole(path, [passphrase.lock_with_key(identity.seeds_key, content)])
    except OSError as error:
        raise HomeError("home-unwritable") from error
