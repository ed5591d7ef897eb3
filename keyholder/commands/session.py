"""What every command is given, and how it gets from a home folder to keys, keyring and service."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crypto.passphrase import Cost
from keyholder import vault
from keyholder.development import check_development
from keyholder.errors import ServiceError
from keyholder.held import Held, read_held
from keyholder.home import Home, hold
from keyholder.passphrase import Ask, choose_passphrase, read_passphrase
from keyholder.service import Service, check_address, connect
from keyholder.vault import Identity


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The world outside: handed in by `command.main`, and by tests."""

    clock: Callable[[], float]  # Unix seconds
    pause: Callable[[float], None]  # waits for so many seconds
    ask: Ask  # asks a question on the terminal without showing the answer
    confirm: Callable[[str], bool]  # asks on the terminal whether to go on
    environment: Mapping[str, str]
    cost: Cost  # of one guess at a passphrase


@dataclass(frozen=True, slots=True)
class Session:
    """One run of one command."""

    home: Home
    passphrase_file: Path | None
    surroundings: Surroundings

    @property
    def now(self) -> int:
        """Unix seconds."""
        return int(self.surroundings.clock())


def create_identity(session: Session) -> Identity:
    """HomeError: home-exists, passphrase-…, home-unwritable."""
    vault.refuse_existing(session.home)  # said before anybody thinks of a passphrase
    words = choose_passphrase(session.passphrase_file, session.surroundings.ask)
    with hold(session.home):
        return vault.create(session.home, words, session.surroundings.cost)


def unlock_identity(session: Session) -> Identity:
    """HomeError: home-missing, vault-damaged, passphrase-file; PassphraseError passphrase-wrong."""
    return unlock_with_words(session)[0]


def unlock_with_words(session: Session) -> tuple[Identity, str]:
    """The identity and its passphrase, for what locks the identity anew. Errors as above."""
    vault.require(session.home)
    words = read_passphrase(session.passphrase_file, session.surroundings.ask)
    return vault.unlock(session.home, words), words


def change_passphrase(session: Session, file: Path | None) -> None:
    """Lock the identity under a new passphrase, from a file or asked for twice, and seeds.box under
    a new key. HomeError: as unlock_identity, passphrase-…, home-busy, home-unwritable."""
    identity = unlock_identity(session)  # said before anybody thinks of a new one
    words = choose_passphrase(file, session.surroundings.ask, "New passphrase")
    with hold(session.home):
        left = vault.read_secrets(session.home, identity)
        vault.renew(session.home, identity, left, words, session.surroundings.cost)


def read_coalition(session: Session, service: str | None = None) -> Held:
    """The keyring of this home, unless it is a development one that may not be used here.

    CoalitionError: keyring-missing, keyring-damaged, development-refused.
    """
    vault.require(session.home)
    held = read_held(session.home)
    addresses = (*held.keyring.addresses, *([service] if service else []))
    check_development(held.keyring.development, session.surroundings.environment, addresses)
    return held


def find_coalition(session: Session) -> Held | None:
    """As read_coalition; None where this home has no keyring yet."""
    vault.require(session.home)
    return read_coalition(session) if session.home.root.exists() else None


def choose_service(held: Held, named: str | None) -> str:
    """The service that was named, else the first address in the keyring.

    ServiceError: service-unknown, service-address.
    """
    address = named or next(iter(held.keyring.addresses), None)
    if address is None:
        raise ServiceError("service-unknown")
    return check_address(address)


@contextmanager
def reach(session: Session, address: str) -> Iterator[Service]:
    """A connection to the service at `address`. ServiceError: service-address."""
    with connect(address, session.surroundings.pause) as service:
        yield service
