"""Signing the next keyring: what every command that changes one has in common."""

from collections.abc import Callable
from typing import Any

from crypto.keyring import write_bundle
from keyholder.commands.printing import say, warn
from keyholder.commands.session import (
    Session,
    choose_service,
    reach,
    read_coalition,
    unlock_identity,
)
from keyholder.held import Held, accept
from keyholder.home import hold
from keyholder.repository import check_officer, make_keyring, read_documents, read_roots
from keyholder.service import post_keyring
from keyholder.vault import Identity

Documents = dict[str, dict[str, Any]]
Change = Callable[[Identity, Held, Documents], None]
"""Changes the signed documents in place. What must be on the disk before them, it puts there."""


def sign_next(session: Session, named: str | None, change: Change, *, publish: bool) -> Held:
    """Sign the keyring that follows the held one, with the documents as `change` leaves them.

    The home is held meanwhile. `named` is the service that it will be published to, if any.
    CoalitionError: not-an-officer and as read_coalition; and what `change` raises: then nothing
    was signed.
    """
    read_coalition(session, named if publish else None)  # said before a passphrase is asked for
    identity = unlock_identity(session)
    with hold(session.home):
        held = read_coalition(session)
        check_officer(held.keyring, identity.officer_seed)
        documents = read_documents(held.keyring)
        change(identity, held, documents)
        documents["reporter.json"]["signed_at"] = max(session.now, held.keyring.signed_at)
        files = make_keyring(
            read_roots(held.keyring),
            held.keyring.version + 1,
            identity.officer_seed,
            documents,
            session.now,
        )
        return accept(session.home, held, files)


def finish(session: Session, held: Held, named: str | None, *, publish: bool, json: bool) -> None:
    """Publish what was signed, or say how."""
    if publish:
        publish_keyring(session, held, named)
    elif not json:
        say("Next: keyholder coalition publish")


def publish_keyring(session: Session, held: Held, named: str | None) -> None:
    """POST the keyring and say so. ServiceError."""
    with reach(session, choose_service(held, named)) as service:
        post_keyring(service, write_bundle(held.keyring.files))
    warn(f"Keyring {held.keyring.version} is published.")
