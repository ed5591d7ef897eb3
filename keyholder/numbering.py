"""Several files of one kind: an error says which of them it is about by its place, not its name."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from keyholder.errors import KeyholderError

_Read = TypeVar("_Read")


def read_numbered(
    paths: Sequence[Path], read: Callable[[Path], _Read], option: str = ""
) -> list[_Read]:
    """What `read` makes of each. Its errors say "file 3 of 9", and after which `option`."""
    found = []
    for number, path in enumerate(paths, start=1):
        with tell_place(number, len(paths), option):
            found.append(read(path))
    return found


@contextmanager
def tell_place(number: int, count: int, option: str = "") -> Iterator[None]:
    """An error of the catalogue that comes out of the block says which file of `count` it was."""
    try:
        yield
    except KeyholderError as error:
        if count < 2 or error.place:
            raise
        place = f"file {number} of {count}{f' after {option}' if option else ''}"
        raise type(error)(error.code, place) from error
