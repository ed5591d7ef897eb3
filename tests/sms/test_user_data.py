"""User data: headers that hold and headers that lie, alphabets, and nothing lost."""

import re

import pytest
from gsm0338 import Codec
from hypothesis import given
from hypothesis import strategies as st

from reports.gsm7 import BASIC, EXTENSION
from sms.contract import Segment
from sms.user_data import (
    NO_HEADER,
    Alphabet,
    Header,
    decode,
    decode_septets,
    find_alphabet,
    read_header,
    split_user_data,
    unpack_septets,
    write_bytes,
)

GSM_TEXT = st.text(alphabet=(BASIC + EXTENSION).replace("\x1b", ""), max_size=160)
CODINGS = st.integers(min_value=0, max_value=255)


def pack(septets: bytes, *, header_size: int = 0) -> bytes:
    """As the standard's figures do it: each septet into the next lowest bits."""
    fill = -header_size * 8 % 7
    bits = sum(septet << 7 * n for n, septet in enumerate(septets)) << fill
    return bits.to_bytes((len(septets) * 7 + fill + 7) // 8, "little")


def element(number: int, value: bytes) -> bytes:
    return bytes([number, len(value)]) + value


def header(*elements: bytes) -> bytes:
    body = b"".join(elements)
    return bytes([len(body)]) + body


# Headers

SHORT, LONG = element(0, b"\x08\x03\x01"), element(8, b"\x01\x07\x03\x02")


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([], Header(size=1)),
        ([element(0, b"\x07\x03\x02")], Header(size=6, segment=Segment("07", 2, 3))),
        ([element(8, b"\x00\x07\x03\x02")], Header(size=7, segment=Segment("0007", 2, 3))),
        ([element(4, b"\xf0\xf1")], Header(size=5, ports=(0xF0, 0xF1))),
        ([element(5, b"\x0b\x84\x23\xf0")], Header(size=7, ports=(2948, 9200))),
        ([element(0x24, b"\x02")], Header(size=4, single=2)),
        ([element(0x25, b"\x0d")], Header(size=4, locking=13)),
        # unknown ones are skipped
        ([element(0x70, b"abc"), element(0, b"\x07\x03\x02")], Header(11, Segment("07", 2, 3))),
        # the last of repeated ones counts, whichever of the two ways to say it
        ([element(0, b"\x07\x03\x02"), SHORT], Header(11, Segment("08", 1, 3))),
        ([LONG, SHORT], Header(12, Segment("08", 1, 3))),
        ([SHORT, LONG], Header(12, Segment("0107", 2, 3))),
    ],
)  # fmt: skip
def test_elements_are_read(elements: list[bytes], expected: Header) -> None:
    assert read_header(header(*elements)) == expected
    assert split_user_data(header(*elements) + b"text") == (expected, b"text")


@pytest.mark.parametrize(
    "value", [b"\x07\x00\x00", b"\x07\x03\x00", b"\x07\x03\x04", b"\x07\x00\x01"]
)
def test_an_impossible_part_is_no_part(value: bytes) -> None:
    told = read_header(header(element(0, value)))
    assert told == Header(size=6, honest=False)


@pytest.mark.parametrize("number", [0x00, 0x08, 0x04, 0x05, 0x24, 0x25])
def test_an_element_of_another_size_says_nothing(number: int) -> None:
    told = read_header(header(element(number, b"\x01" * 7), element(0x70, b"")))
    assert told == Header(size=12, honest=False)


def test_an_element_that_runs_past_the_header_is_kept_with_the_text() -> None:
    data = b"\x05\x00\x09abc" + b"text"
    told, rest = split_user_data(data)
    assert not told.honest
    assert (told.unread, rest) == (b"\x00\x09abc", b"text")
    assert decode(rest, 0, told) == "text\\x00\\x09\\x61\\x62\\x63"
    assert decode(rest, 4, told) == b"text\x00\x09abc"


def test_a_stray_byte_in_the_header_is_kept() -> None:
    told, rest = split_user_data(header(element(0, b"\x07\x03\x02"), b"\x99") + b"text")
    assert told == Header(7, Segment("07", 2, 3), honest=False, unread=b"\x99")
    assert rest == b"text"


@pytest.mark.parametrize("data", [b"", b"\x05", b"\x20text", b"\xff" + b"x" * 139])
def test_a_length_beyond_the_data_is_no_header(data: bytes) -> None:
    assert split_user_data(data) == (Header(honest=False), data)


def test_a_header_by_itself() -> None:
    assert read_header(b"") == NO_HEADER
    assert read_header(b"\x05\x00\x03\x07") == Header(4, honest=False, unread=b"\x05\x00\x03\x07")
    longer = read_header(header(element(0, b"\x07\x03\x02")) + b"rest")
    assert longer == Header(10, Segment("07", 2, 3), honest=False, unread=b"rest")


@given(st.binary(max_size=140))
def test_any_header_is_read(data: bytes) -> None:
    told = read_header(data)
    assert data.endswith(told.unread)
    assert not told.unread or not told.honest
    if told.segment:
        assert 1 <= told.segment.number <= told.segment.total <= 255


@given(st.binary(max_size=140))
def test_splitting_loses_no_byte(data: bytes) -> None:
    told, rest = split_user_data(data)
    assert data[told.size :] == rest
    assert told.size in (0, data[0] + 1 if data else 0)


# Alphabets


@pytest.mark.parametrize(
    ("codings", "alphabet"),
    [
        ([0x00, *range(0x10, 0x14), *range(0xC0, 0xE0), *range(0xF0, 0xF4)], Alphabet.GSM),
        ([0x01, 0x03], Alphabet.LATIN_1),
        ([0x06], Alphabet.CYRILLIC),
        ([0x07], Alphabet.HEBREW),
        ([0x08, *range(0x18, 0x1C), *range(0xE0, 0xF0)], Alphabet.UCS_2),
        ([0x02, 0x04, 0x05, 0x09, 0x0A, 0x0D, 0x0E, 0x0F, 0x14, 0x1C], Alphabet.BYTES),
        ([0x20, 0x48, 0xBF, 0xF4, 0xF7], Alphabet.BYTES),
    ],
)
def test_data_codings(codings: list[int], alphabet: Alphabet) -> None:
    assert {find_alphabet(coding) for coding in codings} == {alphabet}


@pytest.mark.parametrize("coding", [0x00, 0x11, 0xC8, 0xF1])
def test_what_the_smsc_means_by_default_is_a_setting(coding: int) -> None:
    assert find_alphabet(coding, default=Alphabet.LATIN_1) is Alphabet.LATIN_1
    assert decode(b"caf\xe9", coding, default=Alphabet.LATIN_1) == "café"
    assert decode(b"caf\xe9", coding) == "caf\\xe9"
    assert decode(b"caf\x05", coding) == "café"


@given(GSM_TEXT)
def test_gsm_text(text: str) -> None:
    septets = Codec().encode(text)[0]
    assert decode(septets, 0) == text
    packed = pack(septets)
    # Seven spare bits look like one more character; how many there are is not told.
    assert decode(packed, 0, default=Alphabet.PACKED) in (text, text + "@")


@given(st.binary(max_size=160).map(lambda data: bytes(b & 0x7F for b in data)), st.integers(0, 20))
def test_packed_septets(septets: bytes, header_size: int) -> None:
    unpacked = unpack_septets(pack(septets, header_size=header_size), header_size=header_size)
    assert unpacked[: len(septets)] == septets
    assert unpacked[len(septets) :] in (b"", b"\0")


def test_packed_septets_behind_a_header() -> None:
    """TS 23.038's figure: `hellohello` begins at a septet's boundary behind 6 bytes of header."""
    told, rest = split_user_data(
        header(element(0, b"\x07\x02\x01")) + pack(b"hellohello", header_size=6)
    )
    assert decode(rest, 0, told, default=Alphabet.PACKED) == "hellohello"


@pytest.mark.parametrize(
    ("septets", "text"),
    [
        (b"a\x1b", "a\\x1b"),  # a lone escape
        (b"\x1b\x1b\x65", "\\x1b€"),
        (b"\x1bz", "\\x1bz"),  # an extension that is none
        (b"\x1b", "\\x1b"),
        (b"\x80\xffA", "\\x80\\xffA"),
        (b"\x1b\x80", "\\x1b\\x80"),
        (b"\x00\x02\x11", "@$_"),
    ],
)
def test_septets_without_a_character_are_written_out(septets: bytes, text: str) -> None:
    assert decode_septets(septets) == text


@pytest.mark.parametrize(
    ("told", "septets", "text"),
    [
        (Header(locking=1), b"\x0b\x1c\x40\x07\x1b\x65", "ĞŞİı€"),
        (Header(single=1), b"\x1b\x47\x1b\x49\x1b\x73", "Ğİş"),
        (Header(single=2), b"\x1b\x61\x1b\x6f\x1b\x65", "áó€"),
        (Header(locking=3, single=3), b"\x12\x17\x1b\x61\x1b\x7b", "ª\\Âã"),
        (Header(locking=4), b"\x16\x0a\x60\x7b", "খ\nৎৗ"),
        (Header(locking=6), b"\x26\x37\x5e\x60\x61", "\u09237\u094c\u0950a"),
        (Header(single=6), b"\x1b\x1c\x1b\x25\x1b\x19", "०९।"),
        (Header(single=4), b"\x1b\x19\x1b\x1c\x1b\x24", "০২\u09df"),
        (Header(single=12), b"\x1b\x19\x1b\x1c", "\\x1bΘ౦"),
        (Header(locking=13), b"\x00\x5d\x7f\x2e", "ا\u0650\u0670."),
        (Header(single=13), b"\x1b\x1c\x1b\x3f\x1b\x26", "۰۔،"),
        # languages without such a table, and those of a later day
        (Header(locking=2, single=99), b"\x00\x1b\x65", "@€"),
    ],
)
def test_national_tables(told: Header, septets: bytes, text: str) -> None:
    assert decode(septets, 0, told) == text


@given(st.text(max_size=70))
def test_ucs_2(text: str) -> None:
    assert decode(text.encode("utf-16-be"), 8) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xd8\x3d", "\ud83d"),
        (b"\xde\x00\x00a", "\ude00a"),
        (b"\x00a\x00", "a\\x00"),
        (b"\xd8\x3d\xde", "\ud83d\\xde"),
        (b"\xfe\xff\x00a", "\ufeffa"),
        (b"\xff\xff", "\uffff"),
    ],
)
def test_ucs_2_that_is_none(data: bytes, text: str) -> None:
    assert decode(data, 8) == text


def test_other_alphabets() -> None:
    assert decode("Нет связи".encode("iso8859-5"), 6) == "Нет связи"
    assert decode("אין".encode("iso8859-8"), 7) == "אין"
    assert decode(b"\xa1", 7) == "\\xa1"  # no character there
    assert decode(b"\x00\xff", 3) == "\x00ÿ"
    assert decode(b"\xde\xad", 4) == b"\xde\xad"


def test_bytes_written_out() -> None:
    assert write_bytes(b"") == ""
    assert write_bytes(b"\x00\xffA") == "\\x00\\xff\\x41"


@given(st.binary(max_size=300), CODINGS, st.booleans(), st.sampled_from(list(Alphabet)))
def test_anything_is_decoded(data: bytes, coding: int, has_header: bool, default: Alphabet) -> None:
    told, rest = split_user_data(data) if has_header else (NO_HEADER, data)
    content = decode(rest, coding, told, default=default)
    assert isinstance(content, bytes) == (find_alphabet(coding, default=default) is Alphabet.BYTES)


@given(st.binary(max_size=160), st.integers(0, 15), st.integers(0, 15))
def test_no_septet_is_lost(data: bytes, locking: int, single: int) -> None:
    """Each byte is a character, one with the escape before it, or written out."""
    text = decode_septets(data, Header(locking=locking, single=single))
    written = len(re.findall(r"\\x[0-9a-f]{2}", text))
    # A backslash of the text's own may stand before what looks like a byte written out.
    assert len(text) - 3 * written + data.count(b"\x1b") >= len(data)
