"""Where the passphrase comes from: a file, or a question on the terminal. Never an argument."""

from collections.abc import Callable
from pathlib import Path

from keyholder.errors import HomeError

SHORTEST = 8  # characters
_LONGEST_FILE = 4096  # bytes
_QUESTION = "Passphrase"

Ask = Callable[[str], str]


def read_passphrase(file: Path | None, ask: Ask, question: str = _QUESTION) -> str:
    """The passphrase of an existing identity. HomeError: passphrase-file."""
    return _read_file(file) if file is not None else ask(question)


def choose_passphrase(file: Path | None, ask: Ask, question: str = _QUESTION) -> str:
    """A new passphrase, asked for twice. HomeError: passphrase-file, -short, -unequal."""
    chosen = read_passphrase(file, ask, question)
    if len(chosen) < SHORTEST:
        raise HomeError("passphrase-short")
    if file is None and ask("The same passphrase again") != chosen:
        raise HomeError("passphrase-unequal")
    return chosen


def _read_file(file: Path) -> str:
    """The file's first line; line ends are no part of the passphrase."""
    try:
        with file.open("rb") as stream:
            data = stream.read(_LONGEST_FILE + 1)
        text = data.decode() if len(data) <= _LONGEST_FILE else ""
    except (OSError, UnicodeDecodeError) as error:
        raise HomeError("passphrase-file") from error
    first = text.splitlines()[0] if text else ""
    if not first:
        raise HomeError("passphrase-file")
    return first
