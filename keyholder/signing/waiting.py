"""What this officer signed and others have not yet: one proposal for the next keyring at a time.

Two complete proposals of one version would be two keyrings of one version: a fork. An officer who
signs one at a time cannot have a part in that, so her home remembers which.
"""

from pathlib import Path

from crypto.errors import CryptoError
from keyholder.errors import HomeError, SigningError
from keyholder.files import make_folder, write_whole
from keyholder.held import Held
from keyholder.home import Home
from keyholder.signing.proposals import Proposal, join_copies, read_file, read_files, read_proposal
from keyholder.signing.proposals import write_proposal as write


def find_waiting(home: Home, held: Held | None) -> Proposal | None:
    """The proposal for the next keyring that this officer signed; None if there is none.

    ProposalError where the file was altered: `withdraw` takes it away.
    """
    path = name_waiting(home, held)
    return read_proposal(held, read_files(read_file(path))) if path.exists() else None


def name_waiting(home: Home, held: Held | None) -> Path:
    """Where it lies."""
    version = held.keyring.version + 1 if held else 1
    return home.proposals / f"keyring-{version}.proposal"


def keep_waiting(home: Home, held: Held | None, proposal: Proposal) -> Path:
    """Remember what this officer signs, before the signature leaves this home. Gives its place.

    SigningError proposal-waiting: she signed another one. HomeError home-unwritable.
    """
    path = name_waiting(home, held)
    waiting = find_waiting(home, held)
    if waiting is not None:
        if waiting.digest != proposal.digest:
            raise SigningError("proposal-waiting")
        proposal = join_copies(held, [waiting, proposal])
    _write(path, proposal)
    return path


def replace_waiting(home: Home, held: Held | None, proposal: Proposal) -> Path:
    """As `keep_waiting`, in the place of a proposal that nobody else has signed."""
    path = name_waiting(home, held)
    _write(path, proposal)
    return path


def withdraw(home: Home, held: Held | None) -> Proposal | None:
    """Forget the waiting proposal; gives it where it could be read.

    SigningError proposal-none; HomeError home-unwritable.
    """
    path = name_waiting(home, held)
    if not path.exists():
        raise SigningError("proposal-none")
    try:
        waiting = find_waiting(home, held)
    except CryptoError:
        waiting = None
    try:
        path.unlink()
    except OSError as error:
        raise HomeError("home-unwritable") from error
    return waiting


def forget_past(home: Home, version: int) -> None:
    """Delete proposals up to this version of the keyring: they were taken up, or never will be."""
    for path in home.proposals.glob("keyring-*.proposal"):
        number = path.stem.removeprefix("keyring-")
        if number.isdecimal() and int(number) <= version:
            path.unlink(missing_ok=True)


def _write(path: Path, proposal: Proposal) -> None:
    try:
        make_folder(path.parent)
        write_whole(path, [write(proposal)])
    except OSError as error:
        raise HomeError("home-unwritable") from error
