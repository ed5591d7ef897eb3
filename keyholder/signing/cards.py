"""Cards that an officer names on the command line: for members and for other officers."""

from collections.abc import Iterable
from pathlib import Path

from keyholder.errors import KeysError
from keyholder.files import read_start
from keyholder.keys.cards import LONGEST, Card, read_card


def read_cards_at(paths: Iterable[Path]) -> list[Card]:
    """KeysError: file-unreadable, card-form, card-signature."""
    cards = []
    for path in paths:
        try:
            data = read_start(path, LONGEST)
        except OSError as error:
            raise KeysError("file-unreadable") from error
        cards.append(read_card(data))
    return cards
