"""Writing files so that a cut in the middle leaves the old one or the new one, never half of one.

Everything is 0600 in folders of 0700. The order is: write a temporary file beside it, fsync,
rename, fsync the folder.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents, readable by its owner alone. OSError where it cannot."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Replace `path` by `chunks` joined, or leave it as it was. OSError where it cannot."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp: 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            for chunk in chunks:
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows has no handle for a folder, and journals the rename itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
