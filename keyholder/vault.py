"""The vault: who this keyholder is, and the seeds of the locks that can be opened.

Two files, so that adding a seed needs no second run of Argon2id: `identity.box` lies under the
passphrase and holds a random key; `seeds.box` lies under that key. Both are replaced whole.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import cbor2

from crypto import officers, passphrase
from crypto.errors import PassphraseError
from keyholder.errors import HomeError
from keyholder.files import write_whole
from keyholder.home import Home

_IDENTITY = "heliograph/identity/v1"
_SEEDS = "heliograph/seeds/v1"
_KEY = 32  # bytes


@dataclass(frozen=True, slots=True)
class Identity:
    """One keyholder's and officer's secrets. Its `repr` shows the id alone."""

    holder_id: str  # 16 hex digits, random: the public keyring must not list whom to arrest
    signing_seed: bytes = field(repr=False)  # Ed25519, 32 B: signs requests to the service
    officer_seed: bytes = field(repr=False)  # Ed25519, 32 B: signs the keyring
    vault_key: bytes = field(repr=False)  # 32 B: locks seeds.box


@dataclass(frozen=True, slots=True)
class Seed:
    """The seed of one lock of one epoch. A vault may hold several for the same lock: an epoch
    that was begun and never published. Which one counts, the signed keyring says."""

    epoch: int
    lock: str  # "A" or "B"
    seed: bytes = field(repr=False)  # 32 B


def create(home: Home, words: str, cost: passphrase.Cost) -> Identity:
    """Make an identity and an empty vault. HomeError: home-exists, home-unwritable."""
    refuse_existing(home)
    identity = Identity(
        holder_id=secrets.token_hex(8),
        signing_seed=officers.new_seed(),
        officer_seed=officers.new_seed(),
        vault_key=secrets.token_bytes(_KEY),
    )
    content = cbor2.dumps(
        {
            "format": _IDENTITY,
            "holder": identity.holder_id,
            "signing": identity.signing_seed,
            "officer": identity.officer_seed,
            "vault": identity.vault_key,
        },
        canonical=True,
    )
    write_seeds(home, identity, ())  # first: an identity without its seeds would be a damaged vault
    try:
        write_whole(home.identity, [passphrase.lock(words, content, cost=cost)])
    except OSError as error:
        raise HomeError("home-unwritable") from error
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
        content = cbor2.loads(passphrase.unlock(words, home.identity.read_bytes()))
        if content["format"] != _IDENTITY:
            raise HomeError("vault-damaged")
        return Identity(content["holder"], content["signing"], content["officer"], content["vault"])
    except (OSError, cbor2.CBORDecodeError, KeyError, TypeError) as error:
        raise HomeError("vault-damaged") from error


def read_seeds(home: Home, identity: Identity) -> tuple[Seed, ...]:
    """Every seed held. HomeError: vault-damaged."""
    try:
        content = cbor2.loads(
            passphrase.unlock_with_key(identity.vault_key, home.seeds.read_bytes())
        )
        if content["format"] != _SEEDS:
            raise HomeError("vault-damaged")
        return tuple(Seed(one["epoch"], one["lock"], one["seed"]) for one in content["seeds"])
    except (OSError, PassphraseError, cbor2.CBORDecodeError, KeyError, TypeError) as error:
        raise HomeError("vault-damaged") from error


def write_seeds(home: Home, identity: Identity, seeds: Sequence[Seed]) -> None:
    """Replace the seeds by these, or leave the old ones. HomeError: home-unwritable."""
    content = cbor2.dumps(
        {
            "format": _SEEDS,
            "seeds": [{"epoch": one.epoch, "lock": one.lock, "seed": one.seed} for one in seeds],
        },
        canonical=True,
    )
    try:
        write_whole(home.seeds, [passphrase.lock_with_key(identity.vault_key, content)])
    except OSError as error:
        raise HomeError("home-unwritable") from error
