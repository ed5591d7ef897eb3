"""keyholder peel."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from keyholder.commands.opening import list_unopened, say_unopened
from keyholder.commands.options import Epoch, Json
from keyholder.commands.printing import say, say_json, show_progress, warn
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.cores import CHUNK, count_cores, peel_chunks
from keyholder.envelopes import count, open_envelopes, read_chunks
from keyholder.errors import TravelError
from keyholder.exports.output import check_output, write_output
from keyholder.findings import Tally
from keyholder.kept import Kept
from keyholder.known import read_known
from keyholder.opening import Unopened, choose_keys
from keyholder.peeled import list_speakers, write_peeled
from keyholder.peeling import Peeled, is_dual
from keyholder.terminal import show
from keyholder.travel.signed_file import name_maker
from keyholder.vault import Identity, read_seeds

_ID = re.compile(r"[0-9a-f]{8,64}", re.ASCII)


def peel(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", help="The file to write.")],
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID…", help="Ids of envelopes, or how they begin. None: all."),
    ] = None,
    epoch: Epoch = None,
    since_index: Annotated[
        int,
        typer.Option("--since-index", min=0, help="Only envelopes from this index on."),
    ] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
    json: Json = False,
) -> None:
    """Open the outer layer of dual envelopes (lock A), for a holder of lock B to open the rest.

    The file is signed by you and still sealed: a holder of lock B reads it with --peeled. It holds
    everything that lock A keeps, so delete it once it was handed on; it may not lie in a home.

    --json prints {"peeled": how many, "next_index": where the next --since-index may begin,
    "unopened": [{"outcome", "detail", "count"}]}.
    """
    session: Session = context.obj
    check_output(output, force=force)
    if output.resolve().is_relative_to(session.home.folder.resolve()):
        raise TravelError("peeled-in-home")
    wanted = tuple(one.lower() for one in ids or ())
    if not all(map(_ID.fullmatch, wanted)):
        raise typer.BadParameter("give 8 to 64 hex digits", param_hint="ID")
    held = read_coalition(session)
    identity = unlock_identity(session)
    if identity.holder_id not in list_speakers(held.keyring, read_known(session.home)):
        raise TravelError("peeled-holder")
    keys = choose_keys(held.keyring, read_seeds(session.home, identity))
    tally: Tally = Counter()
    last = since_index - 1
    peeled = 0

    def choose(chunks: Iterator[list[Kept]]) -> Iterator[list[Kept]]:
        nonlocal last
        for chunk in chunks:
            last = chunk[-1].place
            yield [
                kept
                for kept in chunk
                if is_dual(kept)
                and (not wanted or kept.envelope_id.hex().startswith(wanted))
                and epoch in (None, _read_epoch(kept))
            ]

    def open_outer() -> Iterator[Peeled]:
        nonlocal peeled
        with open_envelopes(session.home) as database:
            total = count(database)
            with show_progress("Peeling", total) as advance:
                chunks = choose(read_chunks(database, CHUNK, since_index - 1))
                for outcomes in peel_chunks(chunks, keys, total, count_cores()):
                    for one in outcomes:
                        if isinstance(one, Unopened):
                            tally[one.outcome, one.detail] += 1
                        else:
                            peeled += 1
                            yield one
                    advance(len(outcomes))

    _write(output, identity, open_outer(), tally)
    if json:
        told = {"peeled": peeled, "next_index": last + 1, "unopened": list_unopened(tally)}
        say_json(told)
        return
    say(f"{peeled:>9,}  peeled, in {show(str(output))}")
    say_unopened(tally)
    say(f"The next file may begin with --since-index {last + 1}.")
    warn("A holder of lock B opens everything in that file. Delete it once it was handed on.")


def _write(output: Path, identity: Identity, boxes: Iterator[Peeled], tally: Tally) -> None:
    try:
        write_output(output, write_peeled(name_maker(identity), identity.signing_seed, boxes))
    except TravelError:
        for (outcome, detail), number in sorted(tally.items()):
            warn(f"{number:,} not peeled: {outcome} {detail}")
        raise


def _read_epoch(kept: Kept) -> int:
    return int.from_bytes((kept.body or b"")[2:4], "big")
