"""A coalition of three officers, two of whom must sign, without homes or commands."""

from typing import Any

from crypto.keyring import first
from crypto.officers import public_key
from keyholder.coalition import describe_coalition, describe_holders
from keyholder.held import Held
from keyholder.repository import lay_out_root, read_documents
from keyholder.signing.proposals import Proposal, add_signatures, propose
from tests.coalition import DAY, make_seed
from tests.keyholder.conftest import NOW

SEEDS = tuple(make_seed("three officers", number) for number in range(3))
STRANGER = make_seed("three officers", "stranger")
LATER = NOW + DAY
HOLDERS = {f"{number:016x}": public_key(make_seed("holder", number)) for number in range(1, 4)}


def begin(threshold: int = 2) -> Proposal:
    """Root 1 and keyring 1, signed by the first officer."""
    documents = {
        "reporter.json": describe_coalition(["https://reports.example"], ["+15550100001"], [], NOW),
        "holders.json": describe_holders(HOLDERS),
    }
    root = lay_out_root(1, list(map(public_key, SEEDS)), threshold, threshold, NOW, False)
    return propose(None, documents, SEEDS[0], NOW, root)


def hold(proposal: Proposal, before: Held | None = None) -> Held:
    """What a home holds that took a complete proposal up."""
    root = before.root if before else proposal.keyring.files["1.root.json"]
    return Held(root, first(root, proposal.keyring.files))


def found() -> Held:
    """The coalition, signed by the first two."""
    return hold(add_signatures(None, begin(), SEEDS[1]))


def change(held: Held, **lists: list[str]) -> Proposal:
    """The next keyring with other lists in reporter.json, signed by the first officer."""
    return propose(held, alter(held, **lists), SEEDS[0], LATER)


def alter(held: Held, **fields: Any) -> dict[str, dict[str, Any]]:
    """The documents with other fields in reporter.json."""
    documents = read_documents(held.keyring)
    documents["reporter.json"].update({"signed_at": LATER, **fields})
    return documents
