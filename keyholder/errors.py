"""What can go wrong at the keyholder's desk, each with a stable code, what is wrong and what to do.

Sentences are fixed: nothing that came in (a report, an answer of the service, an argument) is ever
repeated in an error. Codes are never reused.
"""

from keyholder.attachments.catalogue import ATTACHMENTS
from keyholder.evidence.catalogue import EVIDENCE
from keyholder.keys.catalogue import KEYS
from keyholder.records.catalogue import RECORDS
from keyholder.signing.catalogue import SIGNING
from keyholder.travel.catalogue import TRAVEL

_CATALOGUE: dict[str, tuple[str, str]] = {
    # the home folder
    "home-missing": (
        "There is no keyholder's home here",
        "Run `keyholder init`, or name the right folder with --home",
    ),
    "home-exists": (
        "This home already holds an identity, which is never overwritten",
        "Name another folder with --home",
    ),
    "home-busy": (
        "Another keyholder command is changing this home",
        "Wait until it has ended, then try again",
    ),
    "home-unwritable": (
        "The home folder cannot be read or written",
        "Check the disk, its free space and who owns the folder",
    ),
    "vault-damaged": (
        "A file of the vault is missing or damaged",
        "Put it back from a copy; do not run `keyholder init` over it",
    ),
    "opening-stopped": (
        "A part of the opening was killed, perhaps for want of memory",
        "Close other programs, then try again",
    ),
    "vault-renewed": (
        "The passphrase or the vault's key was changed since the workbench began",
        "Lock the workbench, and start it again with the passphrase that counts now",
    ),
    "sync-stopped": (
        "The part that fetches was ended from outside, perhaps for want of memory",
        "Close other programs, then try again: it goes on where it stopped",
    ),
    # the passphrase
    "passphrase-short": (
        "The passphrase is shorter than 8 characters",
        "Choose a longer one, such as six random words",
    ),
    "passphrase-unequal": ("The two passphrases differ", "Try again"),
    "passphrase-file": (
        "The passphrase file cannot be read, or is empty, not UTF-8 or over 4 KiB",
        "Put the passphrase alone into it, readable by you only",
    ),
    # the keyring
    "keyring-missing": (
        "This home holds no keyring",
        "Make one with `keyholder coalition create`, or join one with `keyholder coalition pin`",
    ),
    "keyring-exists": (
        "This home already belongs to a coalition",
        "Name another folder with --home to make a second one",
    ),
    "keyring-damaged": (
        "The keyring in this home is damaged",
        "Put the folder `keyring` and `root.json` back from a copy",
    ),
    "keyring-at-service": (
        "The service has no complete keyring to give",
        "Send it one with `keyholder coalition publish`",
    ),
    "not-an-officer": (
        "This identity does not sign the keyring",
        "Ask an officer of the coalition to do it",
    ),
    "epochs-exhausted": (
        "The keyring has no room for another epoch",
        "Start a new coalition",
    ),
    "epoch-start": (
        "The start of the epoch is not a time",
        "Give `now`, or UTC as 2026-01-31 or 2026-01-31T12:00",
    ),
    "coalition-address": (
        "An address of the service must begin with https:// (or http:// for .onion and loopback)",
        "Give it as phones shall use it, for example https://reports.example",
    ),
    "coalition-text": (
        "A number or code holds something else than printable ASCII, or is over 64 characters",
        "Give it as people dial it",
    ),
    "coalition-log-key": (
        "This is not the key of a log",
        "Give it as the service tells it under /v1/log/key, and compare it by another way",
    ),
    "coalition-unchanged": (
        "Nothing was named that the keyring shall list",
        "Give --address, --sms-number, --ussd-code or --log-key, each list whole",
    ),
    "purge-id": (
        "What is to be purged is named by whole ids alone: 64 hex digits each",
        "Copy them from `keyholder show` or `keyholder list --json`",
    ),
    "purge-file": (
        "The file of ids cannot be read, is over 1 MiB, or holds something else",
        "Give a text file with one id a line",
    ),
    "purge-full": (
        "The keyring has no room for so many ids: it takes 4,096",
        "List fewer, or begin the list anew with --anew: what was purged stays purged",
    ),
    "development-refused": (
        "This is a development coalition, which protects nobody",
        "It works only with HELIOGRAPH_DEVELOPMENT=on and a service on this very machine",
    ),
    # the service
    "service-unknown": (
        "No service is named, and the keyring gives no address",
        "Name one with --service https://…",
    ),
    "service-address": (
        "The address of the service is not one",
        "Give it as https://host or http://host:port, without a path",
    ),
    "service-unreachable": (
        "The service does not answer",
        "Check the network and the address, then try again: it goes on where it stopped",
    ),
    "service-refused-key": (
        "The service does not take this holder's signature",
        "Use a listed address, `keyholder coalition publish`, or ask who may have revoked it",
    ),
    "service-refused-keyring": (
        "The service refused this keyring",
        "Run `keyholder sync` to see which one it holds; it also needs the pinned root file",
    ),
    "service-busy": ("The service is busy", "Try again in some minutes"),
    "service-answer": (
        "The service gave an answer that makes no sense",
        "Check that the address is that of a Heliograph service, and tell its operator",
    ),
    "service-mismatch": (
        "Some of what the service sent is not what its own index says",
        "The rest was kept. Tell the operator and the other keyholders which indexes",
    ),
    "log-mismatch": (
        "The log contradicts what it signed, or what is held here",
        "Keep this home as it is, compare with the other keyholders, and tell the coalition",
    ),
    # reports
    "report-unknown": (
        "No opened report or envelope has this id",
        "Copy the id from `keyholder list`",
    ),
    "report-ambiguous": ("Several reports have ids that begin so", "Give more of the id"),
    "incident-unknown": (
        "No incident has this id. A suggestion is gone when it was merged or split",
        "Copy the id from `keyholder incidents`",
    ),
    "incident-ambiguous": ("Several incidents have ids that begin so", "Give more of the id"),
    # exports
    "output-stream": (
        "An export is written into a file, never to the terminal or a pipe",
        "Give --output the name of a file",
    ),
    "output-exists": (
        "The output file is there already",
        "Name another one, or add --force to replace it",
    ),
    "output-unwritable": (
        "The output file cannot be written",
        "Check the folder, the disk and who may write there",
    ),
    "rows-over-sheet": (
        "A sheet of XLSX has 1,048,576 rows at most, and these are more",
        "Narrow the filter, or export csv or json",
    ),
    **ATTACHMENTS,
    **EVIDENCE,
    **KEYS,
    **RECORDS,
    **SIGNING,
    **TRAVEL,
}

FINDINGS: dict[str, str] = {
    "body-removed": "the service gave no envelope for this leaf: it was removed",
    "body-altered": "the envelope is not what its leaf says: it was altered",
    "leaf-missing": "the leaf is missing: it was removed at the service or in this home",
    "leaf-altered": "the leaves held are no longer those that were checked: this home was altered",
    "log-forked": "the leaves are not those that the log signed: it was forked or altered",
    "log-shrunk": "the log has fewer leaves than it signed before: they were removed, or a backup "
    "was restored",
    "log-withheld": "the log signed more leaves than it gave: they were withheld",
    "log-unsigned": "the service gave these leaves, and an hour later still does not sign them",
    "log-split": "holders cosigned other leaves than are held here: the log shows them something "
    "else, or this home was altered",
    "log-key-changed": "the checkpoint is not signed by the log's key: another key, or another log",
    "checkpoint-altered": "a checkpoint that was remembered is damaged: this home was altered",
}
"""What `sync` and `verify` find in the log, in words. Codes as in errors."""


class KeyholderError(Exception):
    """One entry of the catalogue. `str()` is the sentence and what to do.

    `place` is in words of ours, such as "file 3 of 9": never a name, nor anything that came in.
    """

    def __init__(self, code: str, place: str = "") -> None:
        self.code, self.place = code, place
        self.sentence, self.action = _CATALOGUE[code]
        told = f"{self.sentence} ({place})" if place else self.sentence
        super().__init__(f"{told}. {self.action}.")


class HomeError(KeyholderError):
    """The home folder, its vault or its passphrase."""


class CoalitionError(KeyholderError):
    """The keyring, or what an officer wants to put into it."""


class KeysError(KeyholderError):
    """A card, a lock offer, a wrap, or what is to be destroyed or kept."""


class SigningError(KeyholderError):
    """Officers, members, and what waits for signatures."""


class ServiceError(KeyholderError):
    """What the service does or does not do."""


class ReportError(KeyholderError):
    """Asked for a report that is not there."""


class AttachmentError(KeyholderError):
    """An attachment that is not here, or is not what its report says."""


class RecordError(KeyholderError):
    """What somebody says about a report cannot be written or read so."""


class TravelError(KeyholderError):
    """A file that goes from one holder to another."""


class ExportError(KeyholderError):
    """A file that cannot be written."""


class EvidenceError(KeyholderError):
    """A bundle of evidence that cannot be made or read, or that is not what it should be."""


def list_codes() -> tuple[str, ...]:
    """Every code of this room, for the documentation's test."""
    return tuple(_CATALOGUE)


def describe_fault(error: BaseException) -> str:
    """A fault of this program in one line: its type and place, nothing of what it was about."""
    place = "an unknown place"
    frame = error.__traceback__
    while frame is not None:
        name = frame.tb_frame.f_code.co_filename.replace("\\", "/").rsplit("/", 1)[-1]
        place = f"{name}, line {frame.tb_lineno}"
        frame = frame.tb_next
    return (
        f"This program has a fault: {type(error).__name__} at {place}. "
        "Nothing was lost; tell its makers this line."
    )
