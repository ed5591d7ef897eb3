"""Records of holders: signed, read strictly, and refused cheaply."""

from collections.abc import Mapping
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.attestations import attest
from crypto.errors import RecordError
from crypto.officers import new_seed, public_key
from crypto.records import (
    LABEL,
    MAX_COUNTER,
    MAX_FIELDS,
    MAX_ITEMS,
    MAX_NAME,
    MAX_RECORD,
    MAX_TIME,
    SignedRecord,
    read_record,
    write_record,
)

HOLDER = "0123456789abcdef"
SEED = bytes(range(32))
AUTHORS = {HOLDER: (public_key(SEED),)}

_values = st.one_of(
    st.integers(0, MAX_COUNTER),
    st.text(max_size=50),
    st.binary(max_size=50),
    st.lists(st.binary(max_size=9), max_size=5),
)
_names = st.text("abcdefgh_", min_size=0, max_size=MAX_NAME)
_records = st.builds(
    SignedRecord,
    st.just(HOLDER),
    st.integers(1, MAX_COUNTER),
    st.integers(0, MAX_TIME),
    st.dictionaries(_names, _values, min_size=1, max_size=MAX_FIELDS),
)


def make(**operation: Any) -> SignedRecord:
    return SignedRecord(HOLDER, 1, 1_790_000_000, operation)


def sign(content: bytes) -> bytes:
    """Content of any form, truly signed."""
    return content + attest(LABEL, content, SEED)


def refuse(data: bytes, code: str, authors: Mapping[str, tuple[bytes, ...]] = AUTHORS) -> None:
    with pytest.raises(RecordError) as caught:
        read_record(data, authors)
    assert caught.value.code == code


@given(_records)
def test_what_was_written_is_read(record: SignedRecord) -> None:
    assert read_record(write_record(record, SEED), AUTHORS) == record


@given(st.binary(max_size=300))
def test_signed_bytes_are_a_record_in_one_way_or_refused(data: bytes) -> None:
    signed = sign(b"\x84\x48" + bytes.fromhex(HOLDER) + data)
    try:
        record = read_record(signed, AUTHORS)
    except RecordError:
        return
    assert write_record(record, SEED) == signed


@given(_records, st.data())
def test_a_changed_bit_is_refused(record: SignedRecord, data: st.DataObject) -> None:
    signed = bytearray(write_record(record, SEED))
    at = data.draw(st.integers(0, len(signed) * 8 - 1))
    signed[at // 8] ^= 1 << at % 8
    with pytest.raises(RecordError):
        read_record(bytes(signed), AUTHORS)


def test_authors() -> None:
    signed = write_record(make(op="tag"), SEED)
    refuse(signed, "record-author", {})
    other = public_key(new_seed())
    refuse(signed, "record-signature", {HOLDER: (other,)})
    assert read_record(signed, {HOLDER: (other, *AUTHORS[HOLDER])}).operation == {"op": "tag"}


def test_what_is_not_signed_is_not_read() -> None:
    """The form of the rest is looked at after the signature alone."""
    nonsense = b"\x84\x48" + bytes.fromhex(HOLDER) + b"\xff" * 100
    refuse(nonsense, "record-signature")
    refuse(b"\x84\x48" + bytes(8) + b"\xff" * 100, "record-author")
    refuse(b"\x83\x48" + bytes.fromhex(HOLDER) + b"\xff" * 100, "record-form")


def test_size() -> None:
    refuse(b"", "record-size")
    refuse(b"\x84\x48" + bytes(MAX_RECORD - 1), "record-size")
    room = MAX_RECORD - len(write_record(make(text="x" * 256), SEED)) + 256
    assert len(write_record(make(text="x" * room), SEED)) == MAX_RECORD
    with pytest.raises(RecordError) as caught:
        write_record(make(text="x" * (room + 1)), SEED)
    assert caught.value.code == "record-size"


HEAD = b"\x84\x48" + bytes.fromhex(HOLDER)
TIME = b"\x1a\x6a\xb1\x3c\x00"


@pytest.mark.parametrize(
    "content",
    [
        HEAD + b"\x00" + TIME + b"\xa1\x62op\x01",  # counter 0
        HEAD + b"\x20" + TIME + b"\xa1\x62op\x01",  # a negative counter
        HEAD + b"\x18\x01" + TIME + b"\xa1\x62op\x01",  # a long form
        HEAD + b"\x1b" + bytes(7) + b"\x05" + TIME + b"\xa1\x62op\x01",
        HEAD + b"\x01\x1b" + (MAX_TIME + 1).to_bytes(8, "big") + b"\xa1\x62op\x01",
        HEAD + b"\x01" + TIME + b"\xa0",  # says nothing
        HEAD + b"\x01" + TIME + b"\x80",  # no map
        HEAD + b"\x01" + TIME + b"\xbf\x62op\x01\xff",  # indefinite
        HEAD + b"\x01" + TIME + b"\xa1\x62op",  # cut off
        HEAD + b"\x01" + TIME + b"\xa1\x62op\x19\x01",
        HEAD + b"\x01" + TIME + b"\xa1\x62op\x01\x00",  # goes on
        HEAD + b"\x01" + TIME + b"\xa1\x42op\x01",  # a name of bytes
        HEAD + b"\x01" + TIME + b"\xa1\x71" + b"n" * 17 + b"\x01",  # a long name
        HEAD + b"\x01" + TIME + b"\xa1\x62\xff\xfe\x01",  # no UTF-8
        HEAD + b"\x01" + TIME + b"\xa1\x62op\x62\xff\xfe",
        HEAD + b"\x01" + TIME + b"\xa1\x62op\xf6",  # null
        HEAD + b"\x01" + TIME + b"\xa1\x62op\xa0",  # a map in a map
        HEAD + b"\x01" + TIME + b"\xa1\x62op\xc1\x01",  # a tag
        HEAD + b"\x01" + TIME + b"\xa1\x62op\xf9\x3c\x00",  # a float
        HEAD + b"\x01" + TIME + b"\xa1\x62op\x81\x01",  # a list of something else
        HEAD + b"\x01" + TIME + b"\xa1\x62op\x81\x81\x40",
        HEAD + b"\x01" + TIME + b"\xa2\x62op\x01\x62op\x01",  # a name twice
        HEAD + b"\x01" + TIME + b"\xa2\x62op\x01\x61a\x01",  # out of order
        HEAD + b"\x01" + TIME + b"\xa1\x62op\x99\x02\x01" + b"\x40" * 513,
        b"\x84\x48" + bytes.fromhex(HOLDER) + b"\x01\x9b" + b"\xff" * 8,
        HEAD + b"\x01" + TIME + b"\xa9" + b"".join(b"\x61" + b"%d\x01" % n for n in range(9)),
    ],
)
def test_other_forms(content: bytes) -> None:
    refuse(sign(content), "record-form")


@pytest.mark.parametrize(
    "record",
    [
        make(),
        make(**{"n" * (MAX_NAME + 1): 1}),
        make(**{f"name{n}": 1 for n in range(MAX_FIELDS + 1)}),
        make(ids=[b"x"] * (MAX_ITEMS + 1)),
        make(op=None),
        make(op=1.5),
        make(op=object()),
        make(op="\ud800"),
        SignedRecord(HOLDER, 0, 0, {"op": 1}),
        SignedRecord(HOLDER, MAX_COUNTER + 1, 0, {"op": 1}),
        SignedRecord(HOLDER, 1, -1, {"op": 1}),
        SignedRecord(HOLDER, 1, MAX_TIME + 1, {"op": 1}),
        SignedRecord("0123", 1, 0, {"op": 1}),
        SignedRecord("no hex", 1, 0, {"op": 1}),
    ],
)
def test_what_cannot_be_read_is_not_written(record: SignedRecord) -> None:
    with pytest.raises(RecordError) as caught:
        write_record(record, SEED)
    assert caught.value.code == "record-form"


def test_a_record_does_not_show_what_it_says() -> None:
    assert "secret" not in repr(make(text="secret"))


def test_cbor_of_another_program_is_the_same() -> None:
    signed = write_record(make(op="tag", report=bytes(8)), SEED)
    assert cbor2.loads(signed[:-64]) == [
        bytes.fromhex(HOLDER),
        1,
        1_790_000_000,
        {"op": "tag", "report": bytes(8)},
    ]
