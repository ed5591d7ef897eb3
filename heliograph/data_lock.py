"""One service for one data folder: SQLite has one writer, and a gateway is one process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heliograph.errors import OperatorError

NAME = "service.lock"


@contextmanager
def lock_data(folder: Path) -> Iterator[None]:
    """Hold the folder for as long as the service runs; a process that dies lets it go.

    Raises OperatorError: data-folder, data-folder-in-use.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        raise OperatorError(
            "data-folder",
            "The data folder cannot be made or written.",
            "Check HELIOGRAPH_DATA_DIR and who may write there.",
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise OperatorError(
            "data-folder-in-use",
            "Another service runs on this data folder.",
            "Stop that one first, or give this one a folder of its own by HELIOGRAPH_DATA_DIR.",
        ) from None
    try:
        yield
    finally:
        os.close(handle)
