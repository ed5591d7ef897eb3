"""keyholder init and keyholder passphrase."""

from pathlib import Path
from typing import Annotated

import typer

from keyholder.commands.options import Json
from keyholder.commands.printing import say, say_json
from keyholder.commands.session import Session, change_passphrase, create_identity
from keyholder.terminal import show


def init(context: typer.Context, json: Json = False) -> None:
    """Make an identity: keys under a passphrase, in an empty home.

    It is never overwritten. Whoever loses the passphrase loses the keys: nobody can reset it.

    --json prints {"holder": "16 hex digits", "home": "folder"}.
    """
    session: Session = context.obj
    identity = create_identity(session)
    if json:
        say_json({"holder": identity.holder_id, "home": str(session.home.folder)})
        return
    say(f"Holder {identity.holder_id} lives in {show(str(session.home.folder))}.")
    say("Next, to join a coalition: keyholder card --output FILE, for an officer; then, with what")
    say("  she gives you: keyholder coalition pin root.json --keyring FILE")
    say("Or, to begin one: keyholder coalition create --address https://…")


def passphrase(
    context: typer.Context,
    new_file: Annotated[
        Path | None,
        typer.Option(
            "--new-file",
            metavar="FILE",
            help="A file whose first line is the new passphrase. Without it, you are asked.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Change the passphrase, and the key of seeds.box with it. Your keys stay what they are.

    A copy of the home from before still opens with the old passphrase: what was in the vault then,
    and what was kept. Seeds that come later it does not open. Delete such copies.

    --json prints {"changed": true}.
    """
    change_passphrase(context.obj, new_file)
    if json:
        say_json({"changed": True})
    else:
        say("The passphrase is changed.")
