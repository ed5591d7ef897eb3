"""keyholder init."""

import typer

from keyholder.commands.options import Json
from keyholder.commands.printing import say, say_json
from keyholder.commands.session import Session, create_identity
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
    say("Next: keyholder coalition create --address https://…")
