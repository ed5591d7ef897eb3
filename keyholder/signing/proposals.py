"""Proposals: the next keyring as a file that officers sign one after the other, or side by side.

What a file must be is in crypto/proposed.py. Here it is made, signed, joined and taken up; what it
would change is told by keyholder/signing/changes.py. Nothing here asks anybody: commands show the
words first.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tuf.api.metadata import Metadata, Root

from crypto.bundles import read_bundle, write_bundle
from crypto.errors import KeyringError, ProposalError
from crypto.officers import public_key, tuf_key, tuf_signer
from crypto.proposed import Part, Proposed, join, read_proposed, write_metadata
from crypto.trust import root_name
from keyholder.errors import CoalitionError, SigningError
from keyholder.files import read_start
from keyholder.held import Held
from keyholder.repository import lay_out_keyring, read_roots

Proposal = Proposed
"""`keyring`: what it would be; `parts`: who signed what; `digest`: what people compare; `complete`.
"""
FILE_LIMIT = 1 << 20  # bytes: a bundle's


def propose(
    held: Held | None,
    documents: Mapping[str, Mapping[str, Any]],
    officer_seed: bytes,
    now: int,
    root: Root | None = None,
) -> Proposal:
    """The keyring that shall follow the held one, signed by this officer alone.

    `root` is the next root, unsigned, where there is to be one; it must be there when nothing is
    held: a coalition begins.
    CoalitionError: not-an-officer (under the root that will count); KeyringError for documents that
    are no keyring.
    """
    version = held.keyring.version + 1 if held else 1
    files, unsigned = lay_out_keyring(version, documents, now)
    if root is not None:
        unsigned = {root_name(root.version): root, **unsigned}
    roots = read_roots(held.keyring) if held else {}
    signer = tuf_signer(officer_seed)
    for name, signed in unsigned.items():
        metadata: Metadata[Any] = Metadata(signed)
        metadata.sign(signer)
        files[name] = write_metadata(metadata)
    try:
        return read_proposed(held.keyring if held else None, {**roots, **files})
    except ProposalError as error:
        if error.code == "proposal-stranger":
            raise CoalitionError("not-an-officer") from error
        raise


def read_proposal(held: Held | None, files: Mapping[str, bytes]) -> Proposal:
    """A proposal's files against what this home holds; None where it belongs to no coalition yet.

    Every signature on it is an officer's and holds. ProposalError; KeyringError where what it says
    is no keyring.
    """
    return read_proposed(held.keyring if held else None, files)


def read_files(data: bytes) -> dict[str, bytes]:
    """The files in a proposal; nothing is trusted by that. ProposalError proposal-form."""
    try:
        return read_bundle(data)
    except KeyringError as error:
        raise ProposalError("proposal-form") from error


def read_file(path: Path) -> bytes:
    """The bytes of a file that should be a proposal. SigningError proposal-unreadable."""
    try:
        return read_start(path, FILE_LIMIT)
    except OSError as error:
        raise SigningError("proposal-unreadable") from error


def write_proposal(proposal: Proposal) -> bytes:
    """The file. A complete one is a keyring's bundle, which every reader takes."""
    return write_bundle(proposal.keyring.files)


def add_signatures(held: Held | None, proposal: Proposal, officer_seed: bytes) -> Proposal:
    """The proposal with this officer's signatures wherever she may sign.

    CoalitionError not-an-officer: she may sign nothing of it.
    """
    signer = tuf_signer(officer_seed)
    key_id = name_key(officer_seed)
    mine = [part for part in proposal.parts if may_sign(part, key_id)]
    if not mine:
        raise CoalitionError("not-an-officer")
    files = dict(proposal.keyring.files)
    for part in mine:
        metadata: Metadata[Any] = Metadata.from_bytes(files[part.name])
        metadata.sign(signer, append=True)
        files[part.name] = write_metadata(metadata)
    return read_proposed(held.keyring if held else None, files)


def join_copies(held: Held | None, copies: Sequence[Proposal]) -> Proposal:
    """All signatures of these copies of one proposal. ProposalError proposal-other."""
    return read_proposed(held.keyring if held else None, join(copies))


def may_sign(part: Part, key_id: str) -> bool:
    """Whether a signature of this key counts for one of the part's thresholds."""
    return any(key_id in wanted.officers for wanted in part.wanted)


def name_key(officer_seed: bytes) -> str:
    """TUF's id of the officer key with this seed: 64 hex digits."""
    return str(tuf_key(public_key(officer_seed)).keyid)
