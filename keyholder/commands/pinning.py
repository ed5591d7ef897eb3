"""keyholder coalition pin and root: where all trust starts, taken and given on."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from crypto.keyring import first, read_bundle
from crypto.purged import find_purged
from crypto.revoked import find_revoked
from crypto.trust import read_root
from keyholder import vault
from keyholder.commands.options import Json, Service, Yes
from keyholder.commands.printing import say, say_fingerprint, say_json, warn
from keyholder.commands.session import Session, reach, read_coalition
from keyholder.development import check_development
from keyholder.errors import CoalitionError, ServiceError, SigningError
from keyholder.exports.output import check_output, write_output
from keyholder.files import read_start
from keyholder.held import Held, fetch_first, write_held
from keyholder.home import hold
from keyholder.signing.proposals import FILE_LIMIT
from keyholder.terminal import show
from keyholder.travel.kinds import KEYRING, ROOT, find_kind
from keyholder.words import write_words


def pin(
    context: typer.Context,
    root: Annotated[
        Path, typer.Argument(metavar="ROOT", help="The root file that an officer gave you.")
    ],
    keyring: Annotated[
        Path | None,
        typer.Option("--keyring", metavar="FILE", help="The keyring, as `coalition export` made."),
    ] = None,
    service: Service = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Join a coalition: trust this root file from now on, and take its keyring.

    The keyring comes from --keyring, else from --service. All trust starts here: compare the words
    with an officer over the phone. A home belongs to one coalition, for good.

    --json prints {"fingerprint", "words", "version", "root_version"}.
    """
    session: Session = context.obj
    vault.require(session.home)
    if keyring is None and service is None:  # both: KEYHOLDER_SERVICE may be set for other commands
        raise typer.BadParameter("give one of them", param_hint="--keyring, --service")
    pinned = _read(root)
    bundle = None if keyring is None else _read(keyring)
    _check_order(pinned, bundle)
    read_root(pinned)
    digest = hashlib.sha256(pinned).digest()
    say_fingerprint("Fingerprint of this root", digest, warn if json else say)
    if not yes and not session.surroundings.confirm("Trust it, as you compared the words?"):
        raise SigningError("pin-declined")
    with hold(session.home):
        if session.home.root.exists():
            raise CoalitionError("keyring-exists")
        if bundle is not None:
            files = read_bundle(bundle)
        elif service is not None:
            with reach(session, service) as reached:
                files = fetch_first(reached, pinned)
        else:
            raise ServiceError("service-unknown")
        held = Held(pinned, first(pinned, files))
        find_purged(held.keyring)
        find_revoked(held.keyring)
        environment = session.surroundings.environment
        addresses = (*held.keyring.addresses, *([service] if service and keyring is None else []))
        check_development(held.keyring.development, environment, addresses)
        write_held(session.home, held)
    if json:
        told = {"fingerprint": digest.hex(), "words": write_words(digest)}
        version, root_version = held.keyring.version, held.keyring.root_version
        say_json({**told, "version": version, "root_version": root_version})
        return
    say(f"This home belongs to the coalition now, with keyring {held.keyring.version}.")
    say("Next: keyholder card --output FILE, for the officers, if you are not listed yet")


def export_root(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write, for example root.json.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    json: Json = False,
) -> None:
    """Write the root file that this home pinned, for newcomers, services and tools to pin as well.

    It is public, and needs no passphrase. All trust starts there: whoever takes it compares the
    words with you over the phone, then runs `keyholder coalition pin`.

    --json prints {"root": the file, "fingerprint", "words"}.
    """
    session: Session = context.obj
    held = read_coalition(session)
    check_output(file, force=force)
    write_output(file, [held.root])
    digest = hashlib.sha256(held.root).digest()
    if json:
        words = write_words(digest)
        say_json({"root": str(file), "fingerprint": digest.hex(), "words": words})
        return
    say(f"The root file is in {show(str(file))}.")
    say_fingerprint("Fingerprint", digest)


def _check_order(root: bytes, keyring: bytes | None) -> None:
    """Two files from one stick are easily swapped. SigningError: pin-swapped,
    pin-root-is-keyring, pin-keyring-is-root."""
    swapped = find_kind(root) == KEYRING, keyring is not None and find_kind(keyring) == ROOT
    if swapped == (True, True):
        raise SigningError("pin-swapped")
    if swapped[0]:
        raise SigningError("pin-root-is-keyring")
    if swapped[1]:
        raise SigningError("pin-keyring-is-root")


def _read(path: Path) -> bytes:
    try:
        return read_start(path, FILE_LIMIT)
    except OSError as error:
        raise SigningError("pin-unreadable") from error
