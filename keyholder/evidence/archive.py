"""A zip file of which every byte is known before it is read (PKWARE APPNOTE.TXT, section 4.3).

Nothing is compressed, every date is 1980-01-01, names are plain ASCII in rising order, and there
is no other field: the same files give the same bytes. A reader can therefore work out each byte
that is not a file's own, so that no changed byte goes unseen, and a bomb has nothing to swell.
Any zip program opens it.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from keyholder.errors import EvidenceError

MAX_FILES = 65_534
"""Files of one archive: one more would need the fields of ZIP64."""
MAX_BYTES = (1 << 32) - 2
"""Bytes of one archive."""
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}(?:/[a-z0-9][a-z0-9._-]{0,99}){0,3}", re.ASCII)
"""A file's path: no `..`, no absolute path, no drive, nothing that a system reads otherwise."""

_LONGEST_NAME = 403  # characters
_BLOCK = 1 << 20  # bytes
_VERSION = 20  # 2.0: folders
_UNIX = 3 << 8
_DATE = 0x21  # 1980-01-01, midnight
_MODE = 0o100600 << 16
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of an archive: how many bytes it has, and where they begin."""

    size: int
    at: int


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose directory was read and whose names are sound. Its files are read singly."""

    stream: BinaryIO
    entries: Mapping[str, Entry]

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes of a file, a block at a time."""
        entry = self.entries[name]
        self.stream.seek(entry.at)
        left = entry.size
        while left:
            block = self.stream.read(min(left, _BLOCK))
            if not block:
                raise EvidenceError("bundle-form")
            left -= len(block)
            yield block

    def list_altered(self, checks: Mapping[str, int]) -> list[str]:
        """The names of files around which the archive is not as it was written; "" for its end.

        `checks` are the CRC-32 of the files' bytes as they are.
        """
        altered = []
        at = 0
        records = []
        for name, entry in self.entries.items():
            local, central = _write_heads(name, entry.size, checks[name], at)
            self.stream.seek(at)
            if self.stream.read(len(local)) != local:
                altered.append(name)
            records.append((name, central))
            at += len(local) + entry.size
        self.stream.seek(at)
        for name, central in records:
            if self.stream.read(len(central)) != central:
                altered.append(name)
        if self.stream.read() != _write_end(self.entries, at, sum(len(one) for _, one in records)):
            altered.append("")
        return sorted(set(altered))


def write_archive(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The archive of these files, which come by rising name, each with its bytes.

    EvidenceError bundle-too-big.
    """
    names: list[str] = []
    directory: list[bytes] = []
    at = 0
    for name, data in files:
        if not NAME.fullmatch(name) or (names and name <= names[-1]):
            raise ValueError("names are plain, and rise")
        if len(names) == MAX_FILES or at + len(data) > MAX_BYTES - (1 << 26):
            raise EvidenceError("bundle-too-big")
        local, central = _write_heads(name, len(data), zlib.crc32(data), at)
        names.append(name)
        directory.append(central)
        at += len(local) + len(data)
        yield local
        yield data
    yield from directory
    yield _write_end(names, at, sum(map(len, directory)))


def open_archive(stream: BinaryIO) -> Archive:
    """Read where everything is. Nothing is taken out of it, and nothing is believed.

    EvidenceError: bundle-form for another zip (a compressed one, one with other names, one that
    was cut off), bundle-too-big.
    """
    size = stream.seek(0, 2)
    if size > MAX_BYTES:
        raise EvidenceError("bundle-too-big")
    if size < _END.size:
        raise EvidenceError("bundle-form")
    stream.seek(size - _END.size)
    mark, _, _, _, count, length, at, _ = _END.unpack(stream.read(_END.size))
    longest = count * (_CENTRAL.size + _LONGEST_NAME)
    if mark != b"PK\5\6" or at + length != size - _END.size or length > longest:
        raise EvidenceError("bundle-form")
    stream.seek(at)
    return Archive(stream, _place(_read_directory(stream.read(length), count), at))


def _read_directory(directory: bytes, count: int) -> list[tuple[str, int]]:
    """Name and size of every file, in the order of the directory."""
    listed: list[tuple[str, int]] = []
    at = 0
    for _ in range(count):
        head = directory[at : at + _CENTRAL.size]
        if len(head) < _CENTRAL.size:
            raise EvidenceError("bundle-form")
        fields = _CENTRAL.unpack(head)
        name_size, size = fields[10], fields[9]
        name = directory[at + _CENTRAL.size :][:name_size].decode("ascii", "replace")
        if not NAME.fullmatch(name) or (listed and name <= listed[-1][0]):
            raise EvidenceError("bundle-form")
        listed.append((name, size))
        at += _CENTRAL.size + name_size
    if at != len(directory):
        raise EvidenceError("bundle-form")
    return listed


def _place(listed: list[tuple[str, int]], end: int) -> dict[str, Entry]:
    """Where each file must begin: one behind the other, from the first byte to the directory."""
    entries: dict[str, Entry] = {}
    at = 0
    for name, size in listed:
        at += _LOCAL.size + len(name)
        entries[name] = Entry(size, at)
        at += size
    if at != end:
        raise EvidenceError("bundle-form")
    return entries


def _write_heads(name: str, size: int, check: int, at: int) -> tuple[bytes, bytes]:
    """A file's head before its bytes, and its line in the directory."""
    plain = name.encode("ascii")
    shared = (_VERSION, 0, 0, 0, _DATE, check, size, size, len(plain), 0)
    local = _LOCAL.pack(b"PK\3\4", *shared) + plain
    central = _CENTRAL.pack(b"PK\1\2", _UNIX | _VERSION, *shared, 0, 0, 0, _MODE, at) + plain
    return local, central


def _write_end(names: Iterable[str], at: int, length: int) -> bytes:
    count = sum(1 for _ in names)
    return _END.pack(b"PK\5\6", 0, 0, count, count, length, at, 0)
