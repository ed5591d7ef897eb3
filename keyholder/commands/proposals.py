"""keyholder coalition review, sign, join, withdraw: what waits for officers' signatures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from crypto.errors import ProposalError
from crypto.trust import says_the_same
from keyholder.commands.founding import say_begun
from keyholder.commands.options import Json, Publish, Service, Yes
from keyholder.commands.printing import say, say_fingerprint, say_json, warn
from keyholder.commands.session import Session, find_coalition, unlock_identity
from keyholder.commands.signing import describe_proposal, publish_keyring, take_up
from keyholder.counts import write_count
from keyholder.development import check_development
from keyholder.errors import SigningError
from keyholder.exports.output import check_output, write_output
from keyholder.held import Held, adopt_signatures
from keyholder.home import hold
from keyholder.keys.cards import Card
from keyholder.keys.offering import read_cards, read_own
from keyholder.numbering import read_numbered
from keyholder.signing.changes import describe_changes, describe_signers
from keyholder.signing.proposals import (
    Proposal,
    add_signatures,
    join_copies,
    read_file,
    read_files,
    read_proposal,
    write_proposal,
)
from keyholder.signing.waiting import keep_waiting
from keyholder.signing.waiting import withdraw as forget
from keyholder.terminal import show

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Copies of one proposal.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Where to write it; else into the first file."),
]


def review(
    context: typer.Context,
    files: Files,
    json: Json = False,
) -> None:
    """Say in plain words what a proposal would change, who signed it, and what to compare.

    It needs no passphrase, and signs nothing. A file that cannot follow the held keyring, that was
    changed after somebody signed, or that strangers signed, is refused.

    --json prints {"keyring": version, "root_version", "changes": [lines], "signers": {part: [key
    ids]}, "fingerprint", "words", "lacking"}.
    """
    session: Session = context.obj
    held, proposal = _read(session, files)
    changes = describe_changes(held, proposal, _read_cards(session))
    if json:
        say_json(_describe(proposal, changes))
    else:
        _show(held, proposal, changes)


def sign(
    context: typer.Context,
    files: Files,
    output: Output = None,
    yes: Yes = False,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Show what a proposal would change, ask, and add your signatures; several copies are joined.

    When enough officers have signed it is taken into use here, and --publish sends it.

    --json prints what `coalition review` does, and "complete": whether it is in use now. What is
    signed is shown on standard error then.
    """
    session: Session = context.obj
    if output is not None and output not in files:
        check_output(output, force=False)
    held, proposal = _read(session, files)
    changes = describe_changes(held, proposal, _read_cards(session))
    _show(held, proposal, changes, warned=json)
    if not yes and not session.surroundings.confirm("Sign it, as you compared the words?"):
        raise SigningError("proposal-declined")
    identity = unlock_identity(session)
    with hold(session.home):
        held = _find_held(session, proposal.keyring.files)
        signed = add_signatures(held, proposal, identity.officer_seed)
        keep_waiting(session.home, held, signed)
        write_output(output or files[0], [write_proposal(signed)])
        newer = take_up(session.home, held, signed) if signed.complete else None
    if json:
        say_json({**_describe(signed, changes), "complete": newer is not None})
    _end(session, held, signed, newer, service, output or files[0], publish=publish, json=json)


def join(
    context: typer.Context,
    files: Files,
    output: Output = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Put the signatures of several copies of one proposal together. It signs nothing.

    When enough officers have signed it is taken into use here, and --publish sends it.

    --json prints what `coalition review` does, and "complete": whether it is in use now.
    """
    session: Session = context.obj
    with hold(session.home):
        if output is not None and output not in files:
            check_output(output, force=False)
        held, proposal = _read(session, files)
        changes = describe_changes(held, proposal, _read_cards(session))
        write_output(output or files[0], [write_proposal(proposal)])
        newer = take_up(session.home, held, proposal) if proposal.complete else None
    if json:
        say_json({**_describe(proposal, changes), "complete": newer is not None})
    else:
        _show(held, proposal, changes)
    _end(session, held, proposal, newer, service, output or files[0], publish=publish, json=json)


def withdraw(context: typer.Context, json: Json = False) -> None:
    """Forget the proposal that you signed and that waits, so that you may sign another one.

    Tell the other officers to throw it away: if it were completed all the same, and another one of
    its version as well, the keyring would be forked.

    --json prints {"withdrawn": {"fingerprint", "words", "lacking"} or null where it was damaged}.
    """
    session: Session = context.obj
    with hold(session.home):
        proposal = forget(session.home, find_coalition(session))
    if json:
        say_json({"withdrawn": None if proposal is None else describe_proposal(proposal)})
        return
    if proposal is not None:
        say_fingerprint("Withdrawn: the proposal", proposal.digest)
    say("Tell the other officers to throw their copies of it away.")


def _read_cards(session: Session) -> dict[str, Card]:
    """The cards that who comes is compared with: those that were taken, and one's own."""
    own = read_own(session.home)
    return {**read_cards(session.home)[0], **({own.holder_id: own} if own else {})}


def _find_held(session: Session, files: Mapping[str, bytes]) -> Held | None:
    """What this home holds, in the signatures of the file where they say the same."""
    held = find_coalition(session)
    return None if held is None else adopt_signatures(held, files)


def _read(session: Session, paths: Sequence[Path]) -> tuple[Held | None, Proposal]:
    """The proposal with the signatures of all its copies. ProposalError; SigningError
    proposal-taken."""
    copies = []
    held = find_coalition(session)
    read = read_numbered(paths, lambda path: read_files(read_file(path)))
    for files in read:
        try:
            held = adopt_signatures(held, files) if held else None
            copies.append(read_proposal(held, files))
        except ProposalError as error:
            if held and error.code == "proposal-late" and _is_taken(held, files):
                raise SigningError("proposal-taken") from error
            raise
    proposal = join_copies(held, copies)
    keyring = proposal.keyring
    environment = session.surroundings.environment
    check_development(keyring.development, environment, keyring.addresses)
    return held, proposal


def _is_taken(held: Held, files: Mapping[str, bytes]) -> bool:
    name = f"{held.keyring.version}.targets.json"
    return name in files and says_the_same(files[name], held.keyring.files[name])


def _describe(proposal: Proposal, changes: list[str]) -> dict[str, Any]:
    return {
        "keyring": proposal.keyring.version,
        "root_version": proposal.keyring.root_version,
        "changes": changes,
        "signers": {part.name: sorted(part.signed_by) for part in proposal.parts},
        **describe_proposal(proposal),
    }


def _show(
    held: Held | None, proposal: Proposal, changes: list[str], *, warned: bool = False
) -> None:
    tell = warn if warned else say
    version = proposal.keyring.version
    tell(f"Keyring {version} would follow {version - 1}:" if held else "A coalition would begin:")
    for line in changes:
        tell(f"  {show(line)}")
    for line in describe_signers(proposal):
        tell(f"  {show(line)}")
    say_fingerprint("Fingerprint of the proposal", proposal.digest, tell)


def _end(
    session: Session,
    held: Held | None,
    proposal: Proposal,
    newer: Held | None,
    service: str | None,
    file: Path,
    *,
    publish: bool,
    json: bool,
) -> None:
    """Say how far it is, and publish what is complete."""
    if newer is None:
        lacking = max(part.lacking for part in proposal.parts)
        warn(
            f"{write_count(lacking, 'signature is', 'signatures are')} lacking. "
            f"Give {show(str(file))} to the next officer."
        )
        return
    if not json:
        say(f"Enough officers have signed: keyring {newer.keyring.version} is in use here.")
    if held is None and not json:
        say_begun(session, json=False)
    if publish:
        publish_keyring(session, newer, service)
    elif not json and held is not None:  # what is next after a founding was said
        say("Next: keyholder coalition publish")
