"""keyholder history."""

from typing import Annotated

import typer

from keyholder.commands.opening import open_desk
from keyholder.commands.options import Json, Peeled
from keyholder.commands.printing import say, say_json, say_lines
from keyholder.commands.session import Session
from keyholder.counts import choose_word
from keyholder.records.telling import tell_entry, write_entry


def history(
    context: typer.Context,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only so many, the newest.")
    ] = None,
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """What keyholders said of reports, the newest first: who, what, and what was undone.

    The order is that of what each of them had seen. Times are what their clocks said.

    --json prints {"records": [{"handle", "holder", "counter", "time", "operation", "undone_by",
    "conflict"}], "total"}.
    """
    session: Session = context.obj
    entries = open_desk(session, peeled).annotations.history
    shown = list(reversed(entries))[:limit]
    if json:
        say_json({"records": [tell_entry(one) for one in shown], "total": len(entries)})
        return
    say_lines(write_entry(one) for one in shown)
    records = choose_word(len(entries), "record")
    say(f"{len(entries):>9,}  {records}" + (f", {len(shown):,} shown" if limit else ""))
