"""keyholder sync."""

from sqlite3 import Connection

import typer

from crypto.checkpoints import make_cosigner
from crypto.errors import KeyringError
from crypto.notes import read_note, sign, write_signature
from keyholder.checked import Checked
from keyholder.commands.options import Json, Service
from keyholder.commands.printing import say, say_json, show_progress, warn
from keyholder.commands.session import (
    Session,
    choose_service,
    reach,
    read_coalition,
    unlock_identity,
)
from keyholder.commands.unwrapping import describe_unwrapped, say_unwrapped
from keyholder.commands.verify import describe_checked, describe_confirmed, say_findings
from keyholder.dating import date_findings
from keyholder.envelopes import count, list_gone, open_envelopes
from keyholder.errors import HomeError, ServiceError
from keyholder.held import Held, accept, fetch_keyring
from keyholder.home import hold
from keyholder.keys.wraps import Unwrapped, unwrap_into_vault
from keyholder.known import Known, read_known
from keyholder.log import Told, check_told, fetch_log
from keyholder.moments import DAY
from keyholder.records.journal import open_journal
from keyholder.records.sending import Sent, send_waiting
from keyholder.service import Service as Reached
from keyholder.service import post_cosignature
from keyholder.syncing import Synced, ask_again, sync_envelopes
from keyholder.travel.carrying import send_carried
from keyholder.vault import Identity

_SHOWN = 20  # mismatches that are listed one by one


def sync(context: typer.Context, service: Service = None, json: Json = False) -> None:
    """Fetch the newest keyring and all new envelopes, and check the log. What was cut off goes on.

    The checkpoint is compared with all leaves held and with every checkpoint seen before; if it
    holds, it is cosigned. An envelope that the service does not give is no finding where a keyring
    lists it as purged; else it is named each time, and asked for again. A keyring that is rolled
    back, forked or badly signed is refused, and the held one stays.
    Exit status 1 says that something was refused or did not match, though the rest was kept.

    --json prints {"new", "held", "purged": how many of the new ones a keyring lists so,
    "mismatches": [{"index", "code"}],
    "gaps": [{"first", "last"}], "keyring": {"version", "refused": code or null},
    "records": {"sent": of yours, "waiting": for the next time},
    "log": {"confirmed": {"size", "root"} or null, "cosigners": [holder ids],
    "findings": as `verify` prints them, "cosigned"}, "wraps": {"taken": [{"epoch", "lock"}],
    "refused": [{"epoch", "lock", "code"}], "foreign": [{"epoch", "lock"}], "withheld":
    [{"epoch", "lock"}]}}.
    """
    session: Session = context.obj
    held = read_coalition(session, service)
    address = choose_service(held, service)
    identity = unlock_identity(session)
    with hold(session.home), reach(session, address) as reached:
        newer, refused = _update_keyring(session, held, fetch_keyring(reached, held.keyring))
        if refused is not None:
            warn(f"{refused} Version {held.keyring.version} stays in use.")
        records = _send_records(session, reached, identity, newer)
        _send_carried(session, reached)
        told = fetch_log(reached)
        with (
            open_envelopes(session.home) as database,
            show_progress("Downloading", None) as advance,
        ):
            synced = sync_envelopes(reached, identity, database, advance)
            total = count(database)
            known = read_known(session.home)
            if _list_removed(database, known) and refused is None:
                # It may have been purged by a keyring that came while the download went on.
                newer, refused = _update_keyring(
                    session, newer, fetch_keyring(reached, newer.keyring)
                )
                known = read_known(session.home)
            # Each time, not only when it first did not come: the next sync must not call it whole.
            removed = _list_removed(database, known)
            came = ask_again(reached, identity, database, removed)
            removed = [place for place in removed if place not in came]
            checked = check_told(database, newer.keyring.log_keys, told, session.now, known.holders)
            for place in removed:
                checked.find("body-removed", place, place)
            date_findings(database, checked)
        unwrapped, damage = _unwrap(session, identity, newer)
        whole = not synced.mismatches and not synced.gaps
        cosigned = whole and _cosign(session, reached, identity, told, checked)
    if json:
        say_json(
            {
                "new": synced.new,
                "held": total,
                "purged": _count_purged(synced, known),
                "mismatches": [{"index": index, "code": code} for index, code in synced.mismatches],
                "gaps": [{"first": first, "last": last} for first, last in synced.gaps],
                "keyring": {
                    "version": newer.keyring.version,
                    "refused": None if refused is None else refused.code,
                },
                "records": {"sent": records.sent, "waiting": records.waiting},
                "log": {**describe_checked(checked), "cosigned": cosigned},
                "wraps": describe_unwrapped(unwrapped),
            }
        )
    else:
        _say(synced, _count_purged(synced, known), total, newer)
        if records.sent:
            say(f"{records.sent:,} records of yours were sent.")
        if came:
            say(f"{len(came):,} that the service had not given before came now.")
        say_unwrapped(unwrapped)
        say_findings(checked.findings)
        say(describe_confirmed(checked))
        if cosigned and identity.holder_id not in checked.cosigners:
            say("You cosigned it now.")
    if checked.findings:
        raise ServiceError("log-mismatch")
    if synced.mismatches or synced.gaps:
        raise ServiceError("service-mismatch")
    if damage is not None:
        raise damage
    if refused is not None or unwrapped.refused:
        raise typer.Exit(1)


def _update_keyring(
    session: Session, held: Held, files: dict[str, bytes]
) -> tuple[Held, KeyringError | None]:
    try:
        return accept(session.home, held, files), None
    except KeyringError as error:
        return held, error


def _unwrap(session: Session, identity: Identity, held: Held) -> tuple[Unwrapped, HomeError | None]:
    """Take the seeds that are wrapped for this holder. A damaged vault is said last: what was
    downloaded is to be checked and told all the same."""
    try:
        return unwrap_into_vault(session.home, identity, held.keyring), None
    except HomeError as error:
        return Unwrapped(), error


def _send_records(session: Session, service: Reached, identity: Identity, held: Held) -> Sent:
    """Send what this holder wrote. Whatever hinders it hinders nothing else: it waits on."""
    sent = Sent()
    if not session.home.records.exists():
        return sent
    try:
        with open_journal(session.home, identity) as journal:
            try:
                if journal.count_waiting():
                    send_waiting(service, journal, held.keyring, session.now, sent)
            except (ServiceError, KeyringError) as error:
                warn(str(error))
            sent.waiting = journal.count_waiting()
    except HomeError as error:
        warn(str(error))
    if sent.waiting:
        warn(f"{sent.waiting:,} records of yours wait for the next sync.")
    return sent


def _send_carried(session: Session, service: Reached) -> None:
    """Send what bundles brought from holders without a network. It hinders nothing else."""
    try:
        arrived, waiting = send_carried(service, session.home)
    except (ServiceError, HomeError) as error:
        warn(str(error))
        return
    if arrived:
        warn(f"{arrived:,} records of holders without a network are sent.")
    if waiting:
        warn(f"{waiting:,} of them were not taken, and wait for the next sync.")


def _cosign(
    session: Session, service: Reached, identity: Identity, told: Told, checked: Checked
) -> bool:
    """Cosign a checkpoint that holds. Whether it went through changes nothing of what is held."""
    if checked.findings or checked.confirmed is None or told.note is None:
        return False
    signer = make_cosigner(identity.holder_id, identity.signing_seed)
    # The note is public: a finer time would tell everybody when this keyholder was at work.
    signature = sign(signer, read_note(told.note).text, session.now - session.now % DAY)
    try:
        return post_cosignature(service, write_signature(signature))
    except ServiceError as error:
        warn(f"The checkpoint was not cosigned. {error}")
        return False


def _list_removed(database: Connection, known: Known) -> list[int]:
    """Indexes of envelopes that are held without a body, and that no keyring lists as purged."""
    return [place for place, id in list_gone(database) if id not in known.purged]


def _count_purged(synced: Synced, known: Known) -> int:
    return sum(id in known.purged for _place, id in synced.missing)


def _say(synced: Synced, purged: int, total: int, held: Held) -> None:
    for index, code in synced.mismatches[:_SHOWN]:
        warn(f"Index {index}: {code}")
    if len(synced.mismatches) > _SHOWN:
        warn(f"… and {len(synced.mismatches) - _SHOWN:,} more: see --json")
    for first, last in synced.gaps[:_SHOWN]:
        warn(f"Indexes {first} to {last} were left out by the service")
    gone = f", {purged:,} of them purged" if purged else ""
    say(f"{synced.new:,} new envelopes{gone}; {total:,} held. Keyring {held.keyring.version}.")
