"""Files of any length that one holder signs whole: a CBOR sequence (RFC 8742) of a head, items and
the signature over all before it. See spec/travel-v1.md.

What is small is one map with its signature inside (keyholder/keys/signed_map.py). These are
written and read as a stream.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

import cbor2

from crypto.attestations import SIGNATURE_SIZE, attest, is_attested
from crypto.officers import public_key
from keyholder.errors import TravelError
from keyholder.vault import Identity

_SIGNATURE_HEAD = b"\x58\x40"
_END = len(_SIGNATURE_HEAD) + SIGNATURE_SIZE
_HOLDER = re.compile(r"[0-9a-f]{16}", re.ASCII)
_KEY_SIZE = 32
_UNSIGNED, _BYTES, _TEXT, _ARRAY = 0, 2, 3, 4  # major types, RFC 8949 section 3.1
_NULL = 0xF6
_Content = TypeVar("_Content")
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


def read_signed(
    stream: BinaryIO, label: str, read: Callable[["Items"], _Content]
) -> tuple[Maker, _Content]:
    """Who signed every byte of the file, by her own key in it, and what `read` made of its items.

    Every byte is read once, for the signature and by `read` alike, so that a stick which gives
    other bytes the second time deceives nobody; what `read` gave is only given when all is well.
    `read` takes all items. TravelError: travel-unreadable, travel-form (not such a file),
    travel-signature (changed or cut off), and what `read` raises.
    """
    try:
        end = os.fstat(stream.fileno()).st_size - _END
        empty = write_head(label, Maker("0" * 16, bytes(_KEY_SIZE)))
        key_at = empty.index(bytes(_KEY_SIZE))
        head = stream.read(len(empty))
        holder = head[-16:].decode("ascii", "replace")
        maker = Maker(holder, head[key_at : key_at + _KEY_SIZE])
        if end < len(head) or not _HOLDER.fullmatch(holder) or head != write_head(label, maker):
            raise TravelError("travel-form")
        digest = hashlib.sha256(head)
        content = read(Items(stream, len(head), end, digest.update))
        last = stream.read(_END)
    except OSError as error:
        raise TravelError("travel-unreadable") from error
    signature = last.removeprefix(_SIGNATURE_HEAD)
    if len(last) != _END or not is_attested(label, digest.digest(), signature, maker.key):
        raise TravelError("travel-signature")
    return maker, content


def is_listed(maker: Maker, holders: Mapping[str, bytes]) -> bool:
    """Whether `holders` (id to key) list her with this key.

    TravelError travel-signature: they list another key under her id.
    """
    key = holders.get(maker.holder_id)
    if key is not None and key != maker.key:
        raise TravelError("travel-signature")
    return key is not None


class Items:
    """Reads items one after the other, each head in its shortest form. TravelError: travel-form.

    `at` is where the next one begins.
    """

    def __init__(
        self,
        stream: BinaryIO,
        start: int,
        end: int,
        watch: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        """`watch` is given every byte that is read."""
        self._stream = stream
        self._watch = watch
        self.at = start
        self.end = end
        stream.seek(start)

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
        first = self._take(1)[0]
        return None if first == _NULL else self._take(self._read_head(first, _BYTES, most))

    def take_text(self, most: int) -> str:
        """A text of ASCII."""
        try:
            return self._take(self._take_head(_TEXT, most)).decode("ascii")
        except UnicodeDecodeError:
            raise TravelError("travel-form") from None

    def _take_head(self, major: int, most: int) -> int:
        return self._read_head(self._take(1)[0], major, most)

    def _read_head(self, first: int, major: int, most: int) -> int:
        low = first - (major << 5)
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
        try:
            data = self._stream.read(size)
        except OSError as error:
            raise TravelError("travel-unreadable") from error
        if len(data) != size:
            raise TravelError("travel-form")
        self.at += size
        self._watch(data)
        return data
