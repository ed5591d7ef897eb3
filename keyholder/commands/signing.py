"""Signing the next keyring: what every command that changes one has in common."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuf.api.metadata import Root

from crypto.keyring import Keyring, first, write_bundle
from crypto.trust import root_name
from keyholder.commands.printing import say, say_fingerprint, warn
from keyholder.commands.session import (
    Session,
    choose_service,
    reach,
    read_coalition,
    unlock_identity,
)
from keyholder.counts import write_count
from keyholder.errors import ExportError, ServiceError, SigningError
from keyholder.exports.output import check_output, write_output
from keyholder.held import Held, accept, write_held
from keyholder.home import Home, hold
from keyholder.repository import check_officer, list_withheld, read_documents
from keyholder.service import post_keyring
from keyholder.signing.proposals import (
    Proposal,
    name_key,
    propose,
    read_file,
    read_files,
    read_proposal,
    write_proposal,
)
from keyholder.signing.roots import Officers, follow_root, read_officers, read_root_of
from keyholder.signing.settling import settle
from keyholder.signing.waiting import find_waiting, forget_past, keep_waiting, replace_waiting
from keyholder.terminal import show
from keyholder.vault import Identity
from keyholder.words import write_words

Documents = dict[str, dict[str, Any]]
Change = Callable[[Identity, Held, Documents], None]
"""Changes the signed documents in place. What must be on the disk before them, it puts there."""
ChangeOfficers = Callable[[Identity, Officers], Officers]
"""Who shall sign under the next root."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What came of signing: a keyring that is in use, or one that is only proposed."""

    held: Held | None
    """What this home holds now; None where a coalition is only proposed."""
    keyring: Keyring
    """What was signed. It is `held.keyring` unless it is only proposed."""
    proposal: Proposal | None = None
    file: Path | None = None
    """Where the proposal is to be found."""


def sign_next(
    session: Session,
    named: str | None,
    change: Change,
    *,
    publish: bool,
    propose_to: Path | None = None,
    change_officers: ChangeOfficers | None = None,
    leave_out: bool = False,
) -> Signed:
    """Sign the keyring that follows the held one, with the documents as `change` leaves them.

    Where one officer is enough it is taken into use; else, or with `propose_to`, it becomes a
    proposal file for the others, by default in the home. The home is held meanwhile. `named` is the
    service that it will be published to, if any. With `leave_out` it may lose what was kept back.
    CoalitionError: not-an-officer and as read_coalition; SigningError proposal-waiting,
    keyring-withheld; ExportError; and what `change` raises: then nothing was signed.
    """
    read_coalition(session, named if publish else None)  # said before a passphrase is asked for
    identity = unlock_identity(session)
    with hold(session.home):
        held = read_coalition(session)
        check_officer(held.keyring, identity.officer_seed)
        if list_withheld(held.keyring) and not leave_out:
            raise SigningError("keyring-withheld")
        before = _find_own(session, held, identity, propose_to)
        # What was proposed already is what this change comes on top of.
        base = held if before is None else Held(held.root, before.keyring)
        documents = read_documents(base.keyring)
        change(identity, base, documents)
        documents["reporter.json"]["signed_at"] = max(session.now, base.keyring.signed_at)
        root = _keep_root(held, before)
        if change_officers is not None:
            officers = read_officers(root or read_root_of(held.keyring))
            officers = change_officers(identity, officers)
            root = follow_root(held.keyring, officers, session.now)
        proposal = propose(held, documents, identity.officer_seed, session.now, root)
        if propose_to is None and proposal.complete:
            newer = take_up(session.home, held, proposal)
            return Signed(newer, newer.keyring)
        keep = keep_waiting if before is None else replace_waiting
        file = keep(session.home, held, proposal)
        if propose_to is not None:
            write_output(propose_to, [write_proposal(proposal)])
        return Signed(held, proposal.keyring, proposal, propose_to or file)


def take_up(home: Home, held: Held | None, proposal: Proposal) -> Held:
    """Put a complete proposal in the place of the held keyring, as readers check it; pin its root
    where nothing is held yet."""
    files = proposal.keyring.files
    if held is None:
        root = files[root_name(1)]
        newer = Held(root, first(root, files))
        write_held(home, newer)
    else:
        newer = accept(home, held, files)
    forget_past(home, newer.keyring.version)
    return newer


def finish(
    session: Session, signed: Signed, named: str | None, *, publish: bool, json: bool
) -> None:
    """Publish what was signed, or say how; of a proposal, tell what people compare."""
    if signed.proposal is not None:
        _tell_proposal(signed, publish=publish)
    elif publish and signed.held is not None:
        publish_keyring(session, signed.held, named)
    elif not json:
        say("Next: keyholder coalition publish")


def describe_signed(signed: Signed) -> dict[str, Any]:
    """For --json, of a proposal alone: {"proposal": file, "fingerprint", "words", "lacking"}."""
    if signed.proposal is None:
        return {}
    return {"proposal": str(signed.file), **describe_proposal(signed.proposal)}


def describe_proposal(proposal: Proposal) -> dict[str, Any]:
    """What people compare of a proposal, and how many signatures it lacks at least."""
    return {
        "fingerprint": proposal.digest.hex(),
        "words": write_words(proposal.digest),
        "lacking": max(part.lacking for part in proposal.parts),
    }


def publish_keyring(session: Session, held: Held, named: str | None) -> None:
    """POST the keyring and say so. ServiceError."""
    with reach(session, choose_service(held, named)) as service:
        try:
            post_keyring(service, write_bundle(held.keyring.files))
        except ServiceError as error:
            if error.code != "service-refused-keyring":
                raise
            # It may have the same keyring, completed by other officers' signatures.
            settled = settle(session.home, held, service)
            if settled is None:
                raise
            post_keyring(service, write_bundle(settled.keyring.files))
    warn(f"Keyring {held.keyring.version} is published.")


def _find_own(
    session: Session, held: Held, identity: Identity, propose_to: Path | None
) -> Proposal | None:
    """The proposal that this one adds to: the file that is named again, if nobody else signed it.

    ExportError output-exists for another file, SigningError proposal-waiting for another proposal.
    """
    waiting = find_waiting(session.home, held)
    if propose_to is None:
        if waiting is not None:
            raise SigningError("proposal-waiting")
        return None
    if not propose_to.exists():
        check_output(propose_to, force=False)
        if waiting is not None:
            raise SigningError("proposal-waiting")
        return None
    own = frozenset([name_key(identity.officer_seed)])
    file = read_proposal(held, read_files(read_file(propose_to)))
    if waiting is None or file.digest != waiting.digest:
        raise ExportError("output-exists")
    if any(part.signed_by != own for one in (file, waiting) for part in one.parts):
        raise SigningError("proposal-waiting")
    return waiting


def _keep_root(held: Held, before: Proposal | None) -> Root | None:
    """The new root of a proposal that this one adds to."""
    if before is None or before.keyring.root_version == held.keyring.root_version:
        return None
    return before.root


def _tell_proposal(signed: Signed, *, publish: bool) -> None:
    """On standard error: what a command prints for programs stays as it is."""
    proposal = signed.proposal
    if proposal is None:
        return
    lacking = max(part.lacking for part in proposal.parts)
    warn(
        f"Keyring {signed.keyring.version} is only proposed: "
        f"{write_count(lacking, 'signature is', 'signatures are')} lacking."
    )
    warn(f"The proposal is in {show(str(signed.file))}: give it to the other officers.")
    say_fingerprint("Fingerprint of the proposal", proposal.digest, warn)
    warn("They look at it with `keyholder coalition review FILE`, compare the words with you, and")
    warn("sign it with `keyholder coalition sign FILE`.")
    if publish:
        warn("Nothing was published: it is sent when enough have signed.")
