"""Bodies of deliver_sm and data_sm: read whole, or kept whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib import smpp

from sms.contract import Segment
from sms.links.repeats import Names
from sms.links.short_messages import DATA_SM, DELIVER_SM, ShortMessage, read_short_message
from sms.links.smpp_texts import is_receipt, name_content, read_text
from sms.user_data import Alphabet
from tests.smsc import NUMBER, SENDER, write_body, write_optional

SAR = {0x020C: b"\x01\x02", 0x020E: b"\x03", 0x020F: b"\x02"}
NAMES = Names("x", "y")
TEXT = "d\u00e9j\u00e0 vu"


def text_of(body: bytes, *, default: Alphabet = Alphabet.GSM, command: int = DELIVER_SM) -> str:
    message = read_short_message(command, body)
    return read_text(message, NAMES, default=default).text


def test_the_library_writes_what_we_read() -> None:
    pdu = smpp.make_pdu(
        "deliver_sm",
        sequence=1,
        source_addr_ton=1,
        source_addr=SENDER,
        dest_addr_ton=1,
        destination_addr=NUMBER,
        esm_class=0x40,
        data_coding=8,
        short_message=b"\x05\x00\x03\x07\x02\x01\x00a",
        user_message_reference=77,
    )
    message = read_short_message(DELIVER_SM, pdu.generate()[16:])
    assert message == ShortMessage(
        source=(1, SENDER.encode()),
        destination=(1, NUMBER.encode()),
        esm_class=0x40,
        data_coding=8,
        data=b"\x05\x00\x03\x07\x02\x01\x00a",
        reference=b"\x00\x4d",
    )
    sms = read_text(message, NAMES, default=Alphabet.GSM)
    assert (sms.sender, sms.recipient) == ("+" + SENDER, "+" + NUMBER)
    assert (sms.text, sms.segment, sms.authentic) == ("a", Segment("07", 1, 2), False)


def test_data_sm() -> None:
    head = b"\0" + b"\x01\x01" + SENDER.encode() + b"\0" + b"\x00\x00" + b"1234\0"
    body = head + bytes([0, 0, 8]) + write_optional({0x0424: "да".encode("utf-16-be")})
    message = read_short_message(DATA_SM, body)
    assert read_text(message, NAMES, default=Alphabet.GSM).text == "да"
    assert message.destination == (0, b"1234")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (write_body(b"NET D3"), "NET D3"),
        (write_body(TEXT.encode("latin-1"), coding=3), TEXT),
        (write_body(TEXT.encode("latin-1"), coding=1), TEXT),
        (write_body("\U0001f4f5".encode("utf-16-be"), coding=8), "\U0001f4f5"),
        (write_body(b"x" * 500, short=False), "x" * 500),
        (write_body(b"short", optional={0x0424: b" and long"}), "short and long"),
        (write_body(b":sealed", coding=4), ":sealed"),
        (write_body(b"\xde\xff", coding=4), "binary:deff"),
        (write_body(b"\xde\xff", coding=0x0D), "binary:deff"),
        # fields of submit_sm, and of nobody, which the library's reader fails on
        (write_body(b"NET", optional={0x1201: b"\1", 0x1400: b"vendor", 0x030C: b""}), "NET"),
        # a length that is too long, of the text and of a value
        (write_body(b"NET")[:-4] + b"\xffNET", "NET"),
        (write_body(b"")[:-1] + b"\0" + b"\x04\x24\xff\xffNET", "NET"),
    ],
)
def test_texts(body: bytes, text: str) -> None:
    assert text_of(body) == text


def test_what_an_smsc_means_by_default() -> None:
    body = write_body(TEXT.encode("latin-1"))
    assert text_of(body, default=Alphabet.LATIN_1) == TEXT
    assert text_of(write_body(b"\xd4\xf2\x9c\x0e"), default=Alphabet.PACKED) == "Test"


@pytest.mark.parametrize(
    ("optional", "esm_class", "segment"),
    [
        (SAR, 0, Segment("sar-102", 2, 3)),
        ({**SAR, 0x020F: b"\x04"}, 0, None),  # the fourth of three
        ({**SAR, 0x020F: b""}, 0, None),
        ({0x020C: b"\x01\x02"}, 0, None),
        (SAR, 0x40, Segment("07", 1, 2)),  # the header is the sender's own word
    ],
)
def test_parts(optional: dict[int, bytes], esm_class: int, segment: Segment | None) -> None:
    data = b"\x05\x00\x03\x07\x02\x01text" if esm_class else b"text"
    message = read_short_message(
        DELIVER_SM, write_body(data, esm_class=esm_class, optional=optional)
    )
    sms = read_text(message, NAMES, default=Alphabet.GSM)
    assert (sms.segment, sms.text) == (segment, "text")


@pytest.mark.parametrize("esm_class", range(0, 256, 4))
def test_receipts(esm_class: int) -> None:
    message = read_short_message(DELIVER_SM, write_body(b"id:1 stat:DELIVRD", esm_class=esm_class))
    assert is_receipt(message) == (esm_class & 0x3C in (0x04, 0x20))


def test_addresses_that_are_no_numbers() -> None:
    body = write_body(b"x", sender="MyOperator", number="1234")
    sms = read_text(read_short_message(DELIVER_SM, body), NAMES, default=Alphabet.GSM)
    assert (sms.sender, sms.recipient) == ("MyOperator", "+1234")


@pytest.mark.parametrize("body", [b"", b"\0", b"no zero at all", write_body(b"NET")[:-5]])
def test_a_body_that_is_none_is_kept(body: bytes) -> None:
    assert read_short_message(DELIVER_SM, body) == ShortMessage(data=body, whole=False)
    assert text_of(body).encode() == body or text_of(body) == "binary:" + body.hex()


@given(st.binary(max_size=300), st.sampled_from([DELIVER_SM, DATA_SM]))
def test_any_body_is_a_text(body: bytes, command: int) -> None:
    message = read_short_message(command, body)
    assert isinstance(text_of(body, command=command), str)
    assert len(name_content(message)) == 32


@given(st.lists(st.binary(max_size=40), min_size=2, max_size=2, unique=True))
def test_other_bytes_have_other_names(data: list[bytes]) -> None:
    names = {name_content(read_short_message(DELIVER_SM, write_body(d))) for d in data}
    assert len(names) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"sender": "15550100003"},
        {"number": "15550100003"},
        {"coding": 3},
        {"esm_class": 0x80},
        {"optional": SAR},
        {"optional": {0x0204: b"\0\1"}},
    ],
)
def test_what_makes_another_message(other: dict[str, object]) -> None:
    first = read_short_message(DELIVER_SM, write_body(b"NET"))
    again = read_short_message(DELIVER_SM, write_body(b"NET"))
    second = read_short_message(DELIVER_SM, write_body(b"NET", **other))  # type: ignore[arg-type]
    assert name_content(first) == name_content(again) != name_content(second)
