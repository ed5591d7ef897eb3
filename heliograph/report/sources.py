"""Files that the command is given, `-` being standard input."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from heliograph.report.errors import ReportCommandError
from heliograph.report.filling import STANDARD_INPUT


@contextmanager
def open_source(path: Path) -> Iterator[BinaryIO]:
    """A file's bytes. Raises ReportCommandError `file-unreadable`."""
    if str(path) == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        stream = path.open("rb")
    except OSError:
        raise ReportCommandError(
            "file-unreadable", "The file cannot be read.", "Check its path and who may read it."
        ) from None
    with stream:
        yield stream
