"""Writing files so that a cut in the middle leaves the old one or the new one, never half of one.

Everything is 0600 in folders of 0700. Where the system can (Linux, most file systems), a new file
has no name until it is whole and synced: a process that is killed leaves nothing behind. Elsewhere
it is a temporary file beside the old one, which only an orderly end removes.
"""

import os
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

_DESCRIPTORS = Path("/proc/self/fd")
_BLOCK = 1 << 20  # bytes


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents, readable by its owner alone. OSError where it cannot."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def read_start(path: Path, longest: int) -> bytes:
    """The file's bytes; of one that is longer, `longest` and one more. OSError where it cannot."""
    with path.open("rb") as stream:
        return stream.read(longest + 1)


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Replace `path` by `chunks` joined, or leave it as it was. OSError where it cannot."""
    nameless = _open_nameless(path.parent)
    if nameless is None:
        _write_beside(path, chunks)
    else:
        with os.fdopen(nameless, "w+b") as stream:
            _fill(stream, chunks)
            try:
                _name(nameless, path)
            except OSError:  # no links here: the file system, or who watches over it, refuses them
                stream.seek(0)
                _write_beside(path, iter(lambda: stream.read(_BLOCK), b""))
    sync_folder(path.parent)


def _fill(stream: BinaryIO, chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        stream.write(chunk)
    stream.flush()
    os.fsync(stream.fileno())


def _open_nameless(folder: Path) -> int | None:
    """A file in `folder` without a name, None where there is no such thing. See open(2), O_TMPFILE.

    Its name is given by way of /proc, which a chroot may lack.
    """
    if not hasattr(os, "O_TMPFILE") or not _DESCRIPTORS.is_dir():
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
    except OSError:  # this file system cannot; whatever else is wrong, a named file meets as well
        return None


def _name(nameless: int, path: Path) -> None:
    try:
        _link(nameless, path)
    except FileExistsError:  # a link never replaces; the whole new file has a second name shortly
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            _link(nameless, beside)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise


def _link(nameless: int, path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:  # with a folder's handle Python calls linkat, which follows the link in /proc to the file
        os.link(_DESCRIPTORS / str(nameless), path.name, dst_dir_fd=folder)
    finally:
        os.close(folder)


def _write_beside(path: Path, chunks: Iterable[bytes]) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp: 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            _fill(stream, chunks)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` outlast a power cut. OSError where it cannot."""
    if os.name != "posix":  # Windows has no handle for a folder, and journals the rename itself
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
