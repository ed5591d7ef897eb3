"""One round of `keyholder sync`: the keyring, what waits to be sent, all new envelopes, the log.

The command runs it, and the workbench in a process of its own: one way, with the same checks.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from sqlite3 import Connection

from crypto.checkpoints import make_cosigner
from crypto.errors import KeyringError
from crypto.notes import read_note, sign, write_signature
from keyholder.checked import Checked
from keyholder.counts import write_count
from keyholder.dating import date_findings
from keyholder.envelopes import count, list_gone, open_envelopes
from keyholder.errors import HomeError, ServiceError
from keyholder.held import Held, accept, fetch_keyring
from keyholder.home import Home
from keyholder.keys.wraps import Unwrapped, unwrap_into_vault
from keyholder.known import Known, read_known
from keyholder.log import Told, check_told, fetch_log
from keyholder.moments import DAY
from keyholder.records.journal import open_journal
from keyholder.records.sending import Sent, send_waiting
from keyholder.service import Service, post_cosignature
from keyholder.syncing import Synced, ask_again, sync_envelopes
from keyholder.travel.carrying import send_carried
from keyholder.vault import Identity

Watch = Callable[[], AbstractContextManager[Callable[[int], None]]]
"""Begins to show progress; is then told how many envelopes came."""
Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round brought. `held` is the keyring in use after it."""

    held: Held
    refused: KeyringError | None  # why the service's keyring was not taken, if it was not
    records: Sent
    synced: Synced
    total: int  # envelopes held
    purged: int  # new ones that a keyring lists as purged
    came: int  # that the service had not given before
    checked: Checked
    cosigned: bool
    unwrapped: Unwrapped
    damage: HomeError | None  # of the vault

    @property
    def fault(self) -> ServiceError | HomeError | None:
        """What the whole of it has to be called, though the rest was kept."""
        if self.checked.findings:
            return ServiceError("log-mismatch")
        if self.synced.mismatches or self.synced.gaps:
            return ServiceError("service-mismatch")
        return self.damage

    @property
    def whole(self) -> bool:
        """Whether nothing was refused and everything matched."""
        return self.fault is None and self.refused is None and not self.unwrapped.refused


def run_round(
    home: Home,
    held: Held,
    identity: Identity,
    service: Service,
    now: int,
    watch: Watch,
    warn: Warn,
) -> Round:
    """Fetch, check and keep. The home is held by the caller.

    now: Unix seconds. warn: is told at once what hinders a part and nothing else.
    ServiceError, HomeError, CoalitionError: it ended early; what came before is kept.
    """
    newer, refused = _update_keyring(home, held, fetch_keyring(service, held.keyring))
    if refused is not None:
        warn(f"{refused} Version {held.keyring.version} stays in use.")
    records = _send_records(home, service, identity, newer, now, warn)
    _send_carried(home, service, warn)
    told = fetch_log(service)
    with open_envelopes(home) as database, watch() as advance:
        synced = sync_envelopes(service, identity, database, advance)
        total = count(database)
        known = read_known(home)
        if _list_removed(database, known) and refused is None:
            # It may have been purged by a keyring that came while the download went on.
            newer, refused = _update_keyring(home, newer, fetch_keyring(service, newer.keyring))
            known = read_known(home)
        # Each time, not only when it first did not come: the next sync must not call it whole.
        removed = _list_removed(database, known)
        came = ask_again(service, identity, database, removed)
        removed = [place for place in removed if place not in came]
        checked = check_told(database, newer.keyring.log_keys, told, now, known.holders)
        for place in removed:
            checked.find("body-removed", place, place)
        date_findings(database, checked)
    unwrapped, damage = _unwrap(home, identity, newer)
    whole = not synced.mismatches and not synced.gaps
    return Round(
        held=newer,
        refused=refused,
        records=records,
        synced=synced,
        total=total,
        purged=sum(id in known.purged for _place, id in synced.missing),
        came=len(came),
        checked=checked,
        cosigned=whole and _cosign(service, identity, told, checked, now, warn),
        unwrapped=unwrapped,
        damage=damage,
    )


def _update_keyring(
    home: Home, held: Held, files: dict[str, bytes]
) -> tuple[Held, KeyringError | None]:
    try:
        return accept(home, held, files), None
    except KeyringError as error:
        return held, error


def _unwrap(home: Home, identity: Identity, held: Held) -> tuple[Unwrapped, HomeError | None]:
    """Take the seeds that are wrapped for this holder. A damaged vault is said last: what was
    downloaded is to be checked and told all the same."""
    try:
        return unwrap_into_vault(home, identity, held.keyring), None
    except HomeError as error:
        return Unwrapped(), error


def _send_records(
    home: Home, service: Service, identity: Identity, held: Held, now: int, warn: Warn
) -> Sent:
    """Send what this holder wrote. Whatever hinders it hinders nothing else: it waits on."""
    sent = Sent()
    if not home.records.exists():
        return sent
    try:
        with open_journal(home, identity) as journal:
            try:
                if journal.count_waiting():
                    send_waiting(service, journal, held.keyring, now, sent)
            except (ServiceError, KeyringError) as error:
                warn(str(error))
            sent.waiting = journal.count_waiting()
    except HomeError as error:
        warn(str(error))
    if sent.waiting:
        waiting = write_count(sent.waiting, "record of yours waits", "records of yours wait")
        warn(f"{waiting} for the next sync.")
    return sent


def _send_carried(home: Home, service: Service, warn: Warn) -> None:
    """Send what bundles brought from holders without a network. It hinders nothing else."""
    try:
        arrived, waiting = send_carried(service, home)
    except (ServiceError, HomeError) as error:
        warn(str(error))
        return
    if arrived:
        warn(f"Sent for holders without a network: {write_count(arrived, 'record')}.")
    if waiting:
        warn(f"{waiting:,} of them not taken: for the next sync.")


def _cosign(
    service: Service, identity: Identity, told: Told, checked: Checked, now: int, warn: Warn
) -> bool:
    """Cosign a checkpoint that holds. Whether it went through changes nothing of what is held."""
    if checked.findings or checked.confirmed is None or told.note is None:
        return False
    signer = make_cosigner(identity.holder_id, identity.signing_seed)
    # The note is public: a finer time would tell everybody when this keyholder was at work.
    signature = sign(signer, read_note(told.note).text, now - now % DAY)
    try:
        return post_cosignature(service, write_signature(signature))
    except ServiceError as error:
        warn(f"The checkpoint was not cosigned. {error}")
        return False


def _list_removed(database: Connection, known: Known) -> list[int]:
    """Indexes of envelopes that are held without a body, and that no keyring lists as purged."""
    return [place for place, id in list_gone(database) if id not in known.purged]
