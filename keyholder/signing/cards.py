"""Cards that an officer names on the command line: for members and for other officers."""

from collections.abc import Sequence
from pathlib import Path

from keyholder.errors import KeysError
from keyholder.files import read_start
from keyholder.keys.cards import LONGEST, Card, read_card
from keyholder.numbering import read_numbered


def read_cards_at(paths: Sequence[Path], option: str = "") -> list[Card]:
    """Cards that were given, after `option` if there is one. KeysError: file-unreadable, card-form,
    card-signature; of several files with the place of the one that is meant."""
    return read_numbered(paths, _read, option)


def _read(path: Path) -> Card:
    try:
        data = read_start(path, LONGEST)
    except OSError as error:
        raise KeysError("file-unreadable") from error
    return read_card(data)
