"""keyholder purge."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from crypto.purged import PURGED, find_purged
from keyholder.attachments.shelf import count_purged, delete_purged, open_shelf
from keyholder.commands.options import Json, Propose, Publish, Service, Yes
from keyholder.commands.printing import say, say_json, show_progress, warn
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.commands.signing import Documents, describe_signed, finish, sign_next
from keyholder.counts import choose_word, write_count
from keyholder.envelopes import open_envelopes
from keyholder.held import Held
from keyholder.home import hold
from keyholder.keys.keeping import Store, count_kept, forget, is_empty, open_store
from keyholder.known import read_known
from keyholder.opening import Desk, choose_keys
from keyholder.purging import (
    Survey,
    count_copies,
    delete_copies,
    describe_purged,
    read_ids,
    survey_held,
)
from keyholder.vault import Identity, read_seeds

_SHOWN = 20  # ids that are listed one by one


def purge(
    context: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID…", help="Whole ids of envelopes, 64 hex digits each."),
    ] = None,
    from_file: Annotated[
        Path | None,
        typer.Option("--from-file", metavar="FILE", help="A file of ids, one a line."),
    ] = None,
    blob: Annotated[bool, typer.Option("--blob", help="The ids are those of blobs.")] = False,
    anew: Annotated[
        bool,
        typer.Option(
            "--anew",
            help="Begin the list anew: when it is full. What was purged stays so, but homes that "
            "begin later cannot know why it is missing.",
        ),
    ] = False,
    local: Annotated[
        bool,
        typer.Option(
            "--local", help="Sign nothing: delete this home's copies of what keyrings list."
        ),
    ] = False,
    yes: Yes = False,
    propose: Propose = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Sign the next keyring with these envelopes listed as purged: services delete them for good.

    First it tells how many of them are held here, and how many of those open with your keys. Their
    leaves stay in the log. Copies on keyholders' machines stay until each runs purge --local.

    --json prints {"keyring", "added", "held", "opened", "envelopes", "blobs"}: version, how many
    ids are new, how many of those are held here and open here, and how long the lists are now.
    Where it is only proposed, also {"proposal": file, "fingerprint", "words", "lacking"}.
    With --local it prints {"deleted"}.
    """
    session: Session = context.obj
    if local:
        if ids or from_file or blob or anew or publish:
            raise typer.BadParameter("takes no ids and signs nothing", param_hint="--local")
        _delete_copies(session, yes=yes, json=json)
        return
    held = read_coalition(session)
    kind = "blobs" if blob else "envelopes"
    wanted = read_ids(ids or (), from_file)
    added = wanted - set(getattr(find_purged(held.keyring), kind))
    if not added and not anew:
        warn("All of them are listed already: nothing is to be signed.")
        return
    survey = Survey()

    def add_purged(identity: Identity, held: Held, documents: Documents) -> None:
        before = None if anew else documents.get(PURGED)
        documents[PURGED] = describe_purged(before, kind, wanted)
        if not blob:
            _survey(session, identity, held, added, survey)
        _tell(kind, len(added), survey)
        _confirm(session, "Purge them for good?", yes=yes)

    newer = sign_next(session, service, add_purged, publish=publish, propose_to=propose)
    purged = find_purged(newer.keyring)
    told = {
        "keyring": newer.keyring.version,
        "added": len(added),
        "held": len(survey.opened) + len(survey.closed),
        "opened": len(survey.opened),
        "envelopes": len(purged.envelopes),
        "blobs": len(purged.blobs),
        **describe_signed(newer),
    }
    if json:
        say_json(told)
    else:
        say(
            f"Keyring {told['keyring']} lists {write_count(told['envelopes'], 'envelope')} and "
            f"{write_count(told['blobs'], 'blob')} as purged; new ones: {told['added']:,}."
        )
    finish(session, newer, service, publish=publish, json=json)


def _survey(
    session: Session, identity: Identity, held: Held, ids: set[bytes], survey: Survey
) -> None:
    desk = Desk(choose_keys(held.keyring, read_seeds(session.home, identity)))
    with (
        open_envelopes(session.home) as database,
        show_progress("Looking", None) as advance,
    ):
        found = survey_held(database, ids, desk, advance)
    survey.opened, survey.closed = found.opened, found.closed


def _tell(kind: str, count: int, survey: Survey) -> None:
    """What will be lost, on standard error: it is asked for before anything is done."""
    warn(f"To be purged: {write_count(count, kind[:-1])}.")
    if kind == "blobs":
        return
    opened, closed = len(survey.opened), len(survey.closed)
    held = write_count(opened + closed, "of them is", "of them are")
    unread = write_count(closed, "does not", "do not")
    them = choose_word(closed, "it", "them")
    warn(f"  {held} held here: {write_count(opened, 'opens', 'open')} with your keys,")
    warn(f"  {unread}: as far as this home knows, nobody has read {them}.")
    for id in survey.closed[:_SHOWN]:
        warn(f"    {id}")
    if closed > _SHOWN:
        warn(f"    … and {closed - _SHOWN:,} more")
    warn(f"  {write_count(count - opened - closed, 'is', 'are')} not held here.")


def _confirm(session: Session, question: str, *, yes: bool) -> None:
    if not yes and not session.surroundings.confirm(question):
        warn("Nothing was done.")
        raise typer.Exit(1)


def _delete_copies(session: Session, *, yes: bool, json: bool) -> None:
    read_coalition(session)
    with (
        hold(session.home),
        open_envelopes(session.home) as database,
        _open_kept(session) as store,
    ):
        known = read_known(session.home)
        purged = known.purged
        kept = count_kept(store, purged) if store is not None else 0
        shelf = open_shelf(session.home, known)
        files = count_purged(shelf)
        with show_progress("Looking", None) as advance:
            count = count_copies(database, purged, advance)
        if count or kept or files:
            warn(f"Held here of what keyrings list as purged: {write_count(count, 'envelope')}.")
            beyond = write_count(kept, "is kept beyond its", "are kept beyond their")
            warn(f"{beyond} epoch.")
            warn(f"And of attachments that keyrings list so: {write_count(files, 'file')}.")
            _confirm(session, "Delete these copies for good?", yes=yes)
            with show_progress("Deleting", None) as advance:
                count = delete_copies(database, purged, advance)
            if store is not None:
                count += forget(store, purged)
            count += delete_purged(shelf)
    if json:
        say_json({"deleted": count})
    else:
        say(f"{write_count(count, 'copy was', 'copies were')} deleted.")


@contextmanager
def _open_kept(session: Session) -> Iterator[Store | None]:
    """What is kept, which only the passphrase tells; None where nothing is."""
    if is_empty(session.home):
        yield None
        return
    with open_store(session.home, unlock_identity(session)) as store:
        yield store
