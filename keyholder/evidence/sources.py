"""Where a bundle lies: a zip file or a folder. Read a file at a time; nothing is unpacked."""

import hashlib
import os
import stat
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from keyholder.errors import EvidenceError
from keyholder.evidence.archive import MAX_BYTES, MAX_FILES, NAME, Archive, open_archive

_BLOCK = 1 << 20  # bytes
_DEPTH = 4  # folders


class Source(Protocol):
    """The files of a bundle."""

    def list_sizes(self) -> Mapping[str, int]:
        """Path to bytes, of every file."""
        ...

    def list_strange(self) -> Sequence[str]:
        """What stands beside them and is no file that we would write: a link, another name."""
        ...

    def read(self, name: str) -> Iterator[bytes]:
        """A file's bytes, a block at a time. EvidenceError bundle-form, OSError."""
        ...

    def list_altered(self, checks: Mapping[str, int]) -> list[str]:
        """Files around which the container is not as it was written (archive.py)."""
        ...


class Read(NamedTuple):
    """What was read of a file."""

    size: int
    sha256: str
    crc: int


@dataclass(frozen=True, slots=True)
class _ZipFile:
    archive: Archive
    sizes: Mapping[str, int]

    def list_sizes(self) -> Mapping[str, int]:
        return self.sizes

    def list_strange(self) -> Sequence[str]:
        return ()

    def read(self, name: str) -> Iterator[bytes]:
        return self.archive.read(name)

    def list_altered(self, checks: Mapping[str, int]) -> list[str]:
        return self.archive.list_altered(checks)


@dataclass(frozen=True, slots=True)
class _Folder:
    root: Path
    sizes: Mapping[str, int]
    strange: Sequence[str]

    def list_sizes(self) -> Mapping[str, int]:
        return self.sizes

    def list_strange(self) -> Sequence[str]:
        return self.strange

    def read(self, name: str) -> Iterator[bytes]:
        left = self.sizes[name]
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(self.root / name, flags), "rb") as stream:
            while left and (block := stream.read(min(left, _BLOCK))):
                left -= len(block)
                yield block

    def list_altered(self, checks: Mapping[str, int]) -> list[str]:  # noqa: ARG002 - Source has it
        return []


@contextmanager
def open_bundle(path: Path) -> Iterator[Source]:
    """The bundle at `path`. EvidenceError: bundle-unreadable, bundle-form, bundle-too-big."""
    try:
        if path.is_dir():
            yield _read_folder(path)
            return
        with path.open("rb") as stream:
            archive = open_archive(stream)
            # Once: it is asked for with every file that is read.
            sizes = {name: entry.size for name, entry in archive.entries.items()}
            yield _ZipFile(archive, sizes)
    except OSError as error:
        raise EvidenceError("bundle-unreadable") from error


def read_whole(source: Source, name: str) -> Read:
    """Size and digests of a file."""
    size, digest, crc = 0, hashlib.sha256(), 0
    for block in source.read(name):
        size += len(block)
        digest.update(block)
        crc = zlib.crc32(block, crc)
    return Read(size, digest.hexdigest(), crc)


def take(source: Source, name: str, longest: int) -> bytes | None:
    """A file's bytes; None where it is not there, or has more than `longest`."""
    size = source.list_sizes().get(name)
    if size is None or size > longest:
        return None
    return b"".join(source.read(name))


def _read_folder(root: Path) -> _Folder:
    sizes: dict[str, int] = {}
    strange: list[str] = []
    total = 0
    for path, status in _walk(root, 0):
        name = path.relative_to(root).as_posix()
        if stat.S_ISREG(status.st_mode) and NAME.fullmatch(name):
            sizes[name] = status.st_size
            total += status.st_size
        else:
            strange.append(name)
        if len(sizes) + len(strange) > MAX_FILES or total > MAX_BYTES:
            raise EvidenceError("bundle-too-big")
    return _Folder(root, dict(sorted(sizes.items())), strange)


def _walk(folder: Path, depth: int) -> Iterator[tuple[Path, os.stat_result]]:
    """All that is there but folders; no link is followed."""
    with os.scandir(folder) as listed:
        for one in listed:
            status = one.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode) and depth < _DEPTH:
                yield from _walk(Path(one.path), depth + 1)
            else:
                yield Path(one.path), status
