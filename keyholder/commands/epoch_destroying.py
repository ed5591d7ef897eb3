"""keyholder epoch destroy."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from keyholder import vault
from keyholder.commands.options import Json, Peeled
from keyholder.commands.printing import say, say_json, show_progress, warn
from keyholder.commands.session import Session, read_coalition, unlock_with_words
from keyholder.counts import choose_word, write_count
from keyholder.envelopes import open_envelopes
from keyholder.held import Held
from keyholder.home import hold
from keyholder.keys.cards import LAST_EPOCH
from keyholder.keys.destroying import Loss, check_due, holds_keys, survey_epoch, take_out
from keyholder.keys.keeping import list_names, name_item, open_store
from keyholder.known import read_known
from keyholder.opening import choose_keys
from keyholder.peeled import list_speakers, read_peeled
from keyholder.records.journal import open_journal
from keyholder.records.remains import Remains
from keyholder.vault import Identity


def destroy(
    context: typer.Context,
    number: Annotated[
        int, typer.Argument(metavar="NUMBER", min=0, max=LAST_EPOCH, help="The epoch's number.")
    ],
    early: Annotated[
        bool, typer.Option("--early", help="Before its time: phones may still bring reports.")
    ] = False,
    drop_waiting: Annotated[
        bool,
        typer.Option(
            "--drop-waiting",
            help="Delete as well what you wrote about lost reports and nobody else has yet.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    peeled: Peeled = None,
    json: Json = False,
) -> None:
    """Destroy your keys of an epoch for good: its seeds, and your one-time keys for it.

    First it tells what you hold of it: what you kept stays readable, and nothing else. The vault
    gets a new key, so that an old copy of seeds.box opens only with an old copy of identity.box and
    its passphrase: delete such copies too. Other holders' keys are theirs to destroy. With lock B,
    name the peeled files: without them it cannot tell what was read.

    What you wrote about reports that are lost goes with them, as far as they open here. What waits
    to be sent stays, and the next sync seals it to the present epoch: sync first, or delete such
    records with --drop-waiting.

    --json prints {"epoch", "destroyed", "kept", "lost", "records", "closed", "waiting"}: whether
    there was anything; how many envelopes were kept, open with your keys and were not kept, hold
    what holders said and no report, and do not open here; how many records that waited spoke of
    lost reports.
    """
    session: Session = context.obj
    held = read_coalition(session)
    identity, words = unlock_with_words(session)
    with hold(session.home):
        secrets = vault.read_secrets(session.home, identity)
        if not holds_keys(secrets, number):
            _tell(number, None, 0, json=json)
            return
        if not early:
            check_due(held.keyring, number, session.now)
        loss, remains = _survey(session, held, identity, number, peeled or ())
        warn(f"Of epoch {number} you hold {write_count(sum(asdict(loss).values()), 'envelope')}:")
        for line in _write_loss(loss):
            warn(f"  {line}")
        waiting = _warn_of_records(session, identity, loss, remains, drop=drop_waiting)
        if not yes and not session.surroundings.confirm("Destroy your keys of it for good?"):
            warn("Nothing was done.")
            raise typer.Exit(1)
        if remains.said or session.home.records.exists():
            with open_journal(session.home, identity) as journal:
                remains.settle(journal, waiting=drop_waiting)
        left = take_out(secrets, number)
        vault.renew(session.home, identity, left, words, session.surroundings.cost)
    _tell(number, loss, waiting, json=json)


def _write_loss(loss: Loss) -> Iterator[str]:
    kept = write_count(loss.kept, "is kept, and stays", "are kept, and stay")
    lost = write_count(loss.lost, "opens with your keys and is", "open with your keys and are")
    said = write_count(loss.records, "holds", "hold")
    closed = write_count(loss.closed, "does not open here", "do not open here")
    them = choose_word(loss.closed, "it", "them")
    yield f"{kept} readable,"
    yield f"{lost} not kept: see `keyholder keep`,"
    yield f"{said} what holders said; of lost reports it is lost as well,"
    yield f"{closed}: as far as this home knows, nobody read {them}."


def _warn_of_records(
    session: Session, identity: Identity, loss: Loss, remains: Remains, *, drop: bool
) -> int:
    """What stays in records.db, and may repeat what is to be lost; gives how many records that
    wait do."""
    if not session.home.records.exists():
        return 0
    with open_journal(session.home, identity) as journal:
        waiting = remains.count_waiting(journal)
    if waiting:
        warn(f"Mind: {write_count(waiting, 'record waits', 'records wait')} to be sent, about")
        if drop:
            warn("  reports that are lost. Nobody else has it: it is lost as well.")
        else:
            warn("  reports that are lost. It stays, and the next sync seals it to the present")
            warn("  epoch. To lose it as well: --drop-waiting.")
    if loss.closed:
        warn("Mind: what was said of envelopes that do not open here stays in records.db. If they")
        warn("  have two locks, give the --peeled files.")
    return waiting


def _survey(
    session: Session, held: Held, identity: Identity, number: int, peeled: Sequence[Path]
) -> tuple[Loss, Remains]:
    keys = choose_keys(held.keyring, vault.read_seeds(session.home, identity))
    known = read_known(session.home)
    remains = Remains()
    with (
        read_peeled(peeled, list_speakers(held.keyring, known)) as boxes,
        open_envelopes(session.home) as database,
        open_store(session.home, identity) as store,
        show_progress("Looking", None) as advance,
    ):
        names = list_names(store)
        loss = survey_epoch(
            database,
            keys,
            number,
            lambda id: name_item(store, id) in names,
            advance,
            remains,
            known.authors,
            boxes.attach,
        )
    return loss, remains


def _tell(number: int, loss: Loss | None, waiting: int, *, json: bool) -> None:
    if json:
        counts = {**asdict(loss or Loss()), "waiting": waiting}
        say_json({"epoch": number, "destroyed": loss is not None, **counts})
    elif loss is None:
        say(f"There is nothing of epoch {number} in this vault.")
    else:
        say(f"Your keys of epoch {number} are destroyed.")
