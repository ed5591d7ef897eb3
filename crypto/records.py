"""Records: what a holder says to the other holders, signed. See spec/records-v1.md.

    record  = content || signature (64 bytes)
    content = deterministic CBOR [holder id (8 bytes), counter, time, operation]

The signature is the holder's, over the label and the content (crypto.attestations). What an
operation says is the reader's matter; its form is checked here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import cbor2

from crypto.attestations import SIGNATURE_SIZE, attest, is_attested
from crypto.errors import RecordError
from crypto.sealing import MAX_CONTENT

LABEL = "heliograph/record/v1"
MAX_RECORD = MAX_CONTENT
"""Bytes of a record with its signature."""
HOLDER_SIZE = 8
"""Bytes of a holder's id."""
MAX_COUNTER = (1 << 64) - 1
MAX_TIME = 253_402_300_799
"""Unix seconds: the end of the year 9999."""
MAX_FIELDS = 8
"""Fields of an operation."""
MAX_NAME = 16
"""Bytes of a field's name."""
MAX_ITEMS = 512
"""Byte strings in a list."""

_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5
_BEGINNING = b"\x84\x48"  # an array of four, and a byte string of eight
_SHORTEST = len(_BEGINNING) + HOLDER_SIZE + 3 + SIGNATURE_SIZE
_SMALLEST = (24, 1 << 8, 1 << 16, 1 << 32)  # what 1, 2, 4 and 8 bytes are needed for

Value = int | str | bytes | list[bytes]


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """What a record says. The operation does not show in `repr`."""

    holder_id: str  # 16 hex digits
    counter: int  # 1 to MAX_COUNTER, rising with each record of the holder
    time: int  # Unix seconds: a claim
    operation: Mapping[str, Value] = field(repr=False)


def write_record(record: SignedRecord, seed: bytes) -> bytes:
    """The record, signed by the holder whose 32-byte Ed25519 seed it is.

    RecordError: record-size, record-form.
    """
    content = _write_content(record)
    if len(content) + SIGNATURE_SIZE > MAX_RECORD:
        raise RecordError("record-size")
    if not content.startswith(_BEGINNING):
        raise RecordError("record-form")
    _Reader(content).read_content()
    return content + attest(LABEL, content, seed)


def read_record(data: bytes, authors: Mapping[str, Iterable[bytes]]) -> SignedRecord:
    """What the record says, if one of `authors` (Ed25519 keys by holder id) signed it.

    Anybody can seal something that calls itself a record. What is of no author costs a glance, and
    nothing is read before its signature is seen to be true.
    RecordError: record-size, record-form, record-author, record-signature.
    """
    _check_beginning(data)
    holder = data[len(_BEGINNING) : len(_BEGINNING) + HOLDER_SIZE].hex()
    keys = authors.get(holder)
    if keys is None:
        raise RecordError("record-author")
    content, signature = data[:-SIGNATURE_SIZE], data[-SIGNATURE_SIZE:]
    if not any(is_attested(LABEL, content, signature, key) for key in keys):
        raise RecordError("record-signature")
    return _read_content(content)


def parse_record(data: bytes) -> SignedRecord:
    """What the record says, whoever signed it: for what was read before and was kept under a key.

    RecordError: record-size, record-form.
    """
    _check_beginning(data)
    return _read_content(data[:-SIGNATURE_SIZE])


def _check_beginning(data: bytes) -> None:
    if not _SHORTEST <= len(data) <= MAX_RECORD:
        raise RecordError("record-size")
    if not data.startswith(_BEGINNING):
        raise RecordError("record-form")


def _read_content(content: bytes) -> SignedRecord:
    record = _Reader(content).read_content()
    # One encoding alone: names in order, none twice.
    if _write_content(record) != content:
        raise RecordError("record-form")
    return record


def _write_content(record: SignedRecord) -> bytes:
    try:
        holder = bytes.fromhex(record.holder_id)
        return cbor2.dumps(
            [holder, record.counter, record.time, dict(record.operation)], canonical=True
        )
    except (cbor2.CBOREncodeError, ValueError):  # ValueError: no hex, or half a character
        raise RecordError("record-form") from None


class _Reader:
    """Reads the content's few types and nothing else: no tags, no nesting, no other lengths.

    A general CBOR reader builds what a tag asks for before one can refuse it.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = len(_BEGINNING)

    def read_content(self) -> SignedRecord:
        holder = self._take(HOLDER_SIZE)
        counter = self._read_head(_UNSIGNED)
        time = self._read_head(_UNSIGNED)
        count = self._read_head(_MAP)
        if counter == 0 or time > MAX_TIME or not 1 <= count <= MAX_FIELDS:
            raise RecordError("record-form")
        operation = {self._read_name(): self._read_value() for _ in range(count)}
        if self._at != len(self._data):
            raise RecordError("record-form")
        return SignedRecord(holder.hex(), counter, time, operation)

    def _read_name(self) -> str:
        name = self._read_text(self._read_head(_TEXT))
        if len(name.encode()) > MAX_NAME:
            raise RecordError("record-form")
        return name

    def _read_value(self) -> Value:
        major = self._peek() >> 5
        argument = self._read_head(major)
        if major == _UNSIGNED:
            return argument
        if major == _BYTES:
            return self._take(argument)
        if major == _TEXT:
            return self._read_text(argument)
        if major != _ARRAY or argument > MAX_ITEMS:
            raise RecordError("record-form")
        return [self._take(self._read_head(_BYTES)) for _ in range(argument)]

    def _read_text(self, size: int) -> str:
        try:
            return self._take(size).decode("utf-8")
        except UnicodeDecodeError:
            raise RecordError("record-form") from None

    def _read_head(self, major: int) -> int:
        """The argument of an item of this major type, in its shortest form."""
        head = self._take(1)[0]
        argument = head & 0x1F
        if head >> 5 != major or argument > 27:
            raise RecordError("record-form")
        if argument < 24:
            return argument
        number = int.from_bytes(self._take(1 << (argument - 24)), "big")
        if number < _SMALLEST[argument - 24]:
            raise RecordError("record-form")
        return number

    def _peek(self) -> int:
        if self._at == len(self._data):
            raise RecordError("record-form")
        return self._data[self._at]

    def _take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) != count:
            raise RecordError("record-form")
        self._at += count
        return taken
