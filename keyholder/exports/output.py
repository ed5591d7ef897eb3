"""Files that somebody asked for: 0600, whole or not at all, never over another one unasked."""

from collections.abc import Iterable
from pathlib import Path

from keyholder.errors import ExportError
from keyholder.files import write_whole


def check_output(path: Path, *, force: bool) -> None:
    """Before any work: ExportError output-stream, output-exists, output-unwritable."""
    if str(path) == "-":
        raise ExportError("output-stream")
    if path.exists() and (not force or not path.is_file()):
        raise ExportError("output-exists")
    if not path.parent.is_dir():
        raise ExportError("output-unwritable")


def write_output(path: Path, chunks: Iterable[bytes]) -> None:
    """ExportError: output-unwritable."""
    try:
        write_whole(path, chunks)
    except OSError as error:
        raise ExportError("output-unwritable") from error
