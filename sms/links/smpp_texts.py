"""From an SMSC's short message to a text. Pure."""

import hashlib

from sms.contract import Segment, SmsIn
from sms.links.repeats import Names
from sms.links.short_messages import ShortMessage
from sms.payloads import read_payload
from sms.user_data import NO_HEADER, Alphabet, decode, split_user_data

_INTERNATIONAL = 1
_TYPE_BITS = 0x3C
_RECEIPTS = (0x04, 0x20)
"""Types of esm_class: a delivery receipt, an intermediate notification."""
_HAS_HEADER = 0x40


def is_receipt(message: ShortMessage) -> bool:
    """Whether the SMSC tells of a message of ours, which we never send, and nobody wrote this."""
    return message.esm_class & _TYPE_BITS in _RECEIPTS


def name_content(message: ShortMessage) -> bytes:
    """32 bytes that are the same for the same message sent again, and others for any other one."""
    parts = (
        *(bytes([kind]) + number for kind, number in (message.source, message.destination)),
        bytes([message.esm_class, message.data_coding, message.whole]),
        message.data,
        repr(message.sar).encode(),
        message.reference,
    )
    return hashlib.sha256(b"".join(len(p).to_bytes(4, "big") + p for p in parts)).digest()


def read_text(message: ShortMessage, names: Names, *, default: Alphabet) -> SmsIn:
    """The text, whatever its bytes are. default: what this SMSC means by data_coding 0."""
    header, data = NO_HEADER, message.data
    if message.whole and message.esm_class & _HAS_HEADER:
        header, data = split_user_data(data)
    content = decode(data, message.data_coding, header, default=default)
    return SmsIn(
        message_id=names.message_id,
        report_name=names.report_name,
        sender=write_number(message.source),
        recipient=write_number(message.destination),
        text=content if isinstance(content, str) else read_payload(content),
        authentic=False,  # an SMSC's word for who sent it is not signed
        segment=header.segment or _read_segment(message.sar),
    )


def write_number(address: tuple[int, bytes]) -> str:
    """A number as people write it: +9995550100; other addresses as they came."""
    kind, number = address
    written = number.decode("latin-1")
    return f"+{written}" if kind == _INTERNATIONAL and written.isdecimal() else written


def _read_segment(sar: tuple[int, int, int] | None) -> Segment | None:
    if sar is None:
        return None
    reference, total, number = sar
    # A tag of its own: a reference of a header may have the same digits.
    return Segment(f"sar-{reference:x}", number, total) if 1 <= number <= total else None
