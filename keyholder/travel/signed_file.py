"""Files of any length that one holder signs whole: a CBOR sequence (RFC 8742) of a head, items and
the signature over all before it. See spec/travel-v1.md.

What is small is one map with its signature inside (keyholder/keys/signed_map.py). These are
written and read as a stream: a reader checks every byte, then reads items where they lie.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import cbor2

from crypto.attestations import SIGNATURE_SIZE, attest, is_attested
from crypto.officers import public_key
from keyholder.errors import TravelError
from keyholder.vault import Identity

_SIGNATURE_HEAD = b"\x58\x40"
_END = len(_SIGNATURE_HEAD) + SIGNATURE_SIZE
_BLOCK = 1 << 20  # bytes
_HOLDER = re.compile(r"[0-9a-f]{16}", re.ASCII)
_KEY_SIZE = 32
_UNSIGNED, _BYTES, _TEXT, _ARRAY = 0, 2, 3, 4  # major types, RFC 8949 section 3.1
_NULL = 0xF6
_SHORTEST = (24, 0x100, 0x1_0000, 0x1_0000_0000)  # least arguments of 1, 2, 4 and 8 bytes


@dataclass(frozen=True, slots=True)
class Maker:
    """Who signed a file."""

    holder_id: str
    """16 hex digits."""
    key: bytes
    """Ed25519, 32 B: as the file says it. Whose it is, a keyring tells."""


def name_maker(identity: Identity) -> Maker:
    """This identity as a maker of files."""
    return Maker(identity.holder_id, public_key(identity.signing_seed))


def write_signed(
    label: str, maker: Maker, signing_seed: bytes, items: Iterable[bytes]
) -> Iterator[bytes]:
    """The file piece by piece. `items` are whole CBOR items; the seed has 32 bytes."""
    digest = hashlib.sha256(head := write_head(label, maker))
    yield head
    for item in items:
        digest.update(item)
        yield item
    yield _SIGNATURE_HEAD + attest(label, digest.digest(), signing_seed)


def write_head(label: str, maker: Maker) -> bytes:
    """The first item: the label, and who signs."""
    head = {"format": label, "holder": maker.holder_id, "key": maker.key}
    return cbor2.dumps(head, canonical=True)


def open_file(path: Path) -> BinaryIO:
    """TravelError travel-unreadable."""
    try:
        return path.open("rb")
    except OSError as error:
        raise TravelError("travel-unreadable") from error


def check_signed(stream: BinaryIO, label: str) -> tuple[Maker, "Items"]:
    """Who signed every byte of the file, by her own key in it, and its items.

    TravelError: travel-unreadable, travel-form (not such a file), travel-signature (changed or cut
    off).
    """
    try:
        return _check(stream, label)
    except OSError as error:
        raise TravelError("travel-unreadable") from error


def _check(stream: BinaryIO, label: str) -> tuple[Maker, "Items"]:
    end = os.fstat(stream.fileno()).st_size - _END
    empty = write_head(label, Maker("0" * 16, bytes(_KEY_SIZE)))
    key_at = empty.index(bytes(_KEY_SIZE))
    head = stream.read(len(empty))
    holder = head[-16:].decode("ascii", "replace")
    maker = Maker(holder, head[key_at : key_at + _KEY_SIZE])
    if end < len(head) or not _HOLDER.fullmatch(holder) or head != write_head(label, maker):
        raise TravelError("travel-form")
    digest = hashlib.sha256(head)
    left = end - len(head)
    while left and (block := stream.read(min(left, _BLOCK))):
        digest.update(block)
        left -= len(block)
    last = stream.read(_END)
    signature = last.removeprefix(_SIGNATURE_HEAD)
    if left or len(last) != _END or not is_attested(label, digest.digest(), signature, maker.key):
        raise TravelError("travel-signature")
    return maker, Items(stream, len(head), end)


def is_listed(maker: Maker, holders: Mapping[str, bytes]) -> bool:
    """Whether `holders` (id to key) list her with this key.

    TravelError travel-signature: they list another key under her id.
    """
    key = holders.get(maker.holder_id)
    if key is not None and key != maker.key:
        raise TravelError("travel-signature")
    return key is not None


class Items:
    """Reads a checked file's items, each head in its shortest form. TravelError: travel-form.

    Between two items the stream may be read elsewhere: `at` is where the next one begins.
    """

    def __init__(self, stream: BinaryIO, start: int, end: int) -> None:
        self._stream = stream
        self.end = end
        self.go_to(start)

    def go_to(self, at: int) -> None:
        """Go on from there."""
        self.at = at
        self._stream.seek(at)

    def take_array(self) -> int:
        """How many items an array has, 23 at most."""
        return self._take_head(_ARRAY, 23)

    def take_number(self, most: int) -> int:
        """An unsigned number."""
        return self._take_head(_UNSIGNED, most)

    def take_bytes(self, most: int) -> bytes:
        """A byte string."""
        return self._take(self._take_head(_BYTES, most))

    def take_bytes_or_null(self, most: int) -> bytes | None:
        """A byte string, or null."""
        first = self._take(1)
        if first[0] == _NULL:
            return None
        self.go_to(self.at - 1)
        return self.take_bytes(most)

    def take_text(self, most: int) -> str:
        """A text of ASCII."""
        try:
            return self._take(self._take_head(_TEXT, most)).decode("ascii")
        except UnicodeDecodeError:
            raise TravelError("travel-form") from None

    def step_over_bytes(self, most: int) -> tuple[int, int]:
        """Where a byte string's content begins, and how many bytes it has."""
        size = self._take_head(_BYTES, most)
        begin = self.at
        if size > self.end - begin:
            raise TravelError("travel-form")
        self.go_to(begin + size)
        return begin, size

    def _take_head(self, major: int, most: int) -> int:
        low = self._take(1)[0] - (major << 5)
        if not 0 <= low <= 27:
            raise TravelError("travel-form")
        argument = low
        if low >= 24:
            argument = int.from_bytes(self._take(1 << low - 24), "big")
            if argument < _SHORTEST[low - 24]:
                raise TravelError("travel-form")
        if argument > most:
            raise TravelError("travel-form")
        return argument

    def _take(self, size: int) -> bytes:
        if size > self.end - self.at:
            raise TravelError("travel-form")
        self.at += size
        return self._stream.read(size)
