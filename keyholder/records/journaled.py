"""The records of this home's journal that count: own ones, and those kept beyond their epoch."""

from typing import NamedTuple

from crypto.errors import CryptoError
from keyholder.errors import HomeError, RecordError
from keyholder.home import Home
from keyholder.records.authors import Authors, read_trusted
from keyholder.records.journal import Found, open_journal
from keyholder.records.operations import Record
from keyholder.vault import Identity


class Journaled(NamedTuple):
    """The records of this home's journal that count."""

    records: list[Record]
    damaged: int = 0  # boxes that did not open
    cut_off: bool = False  # records.db itself is damaged: some may be missing


def read_journal(home: Home, identity: Identity, authors: Authors) -> Journaled:
    """Whatever of it can be read. HomeError: home-unwritable; damage is told, never raised."""
    if not home.records.exists():
        return Journaled([])
    try:
        with open_journal(home, identity) as journal:
            found = journal.read()
    except HomeError as error:
        if error.code != "records-damaged":
            raise
        found = Found(cut_off=True)
    records = []
    for kept in found.kept:
        try:
            records.append(read_trusted(kept.content, kept.day, authors))
        except (CryptoError, RecordError):  # revoked since, left, or of a later version
            continue
    return Journaled(records, found.damaged, found.cut_off)
