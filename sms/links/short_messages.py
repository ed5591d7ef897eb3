"""The body of a deliver_sm or data_sm. Source: SMPP 3.4, sections 4.6.1, 4.7.1 and 5.3.2.

Pure, and total. The library's own reader fails on fields that a deliver_sm may not have and on
lengths that are wrong, and a message that always fails would be sent again for ever. Here such a
body is taken as what it is, bytes, so that nothing of it is lost.
"""

from dataclasses import dataclass, field

DELIVER_SM, DATA_SM = 0x0000_0005, 0x0000_0103

_SAR_REFERENCE, _SAR_TOTAL, _SAR_NUMBER = 0x020C, 0x020E, 0x020F
_MESSAGE_PAYLOAD = 0x0424
_USER_MESSAGE_REFERENCE = 0x0204
_BYTES = 0x04
"""The data_coding of bytes that are no text."""


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """What an SMSC hands over, as bytes.

    source, destination: number with its type (1: international). data: short_message, and
    message_payload behind it. sar: reference, total, number. reference: the sender's own count.
    whole: False where the body is none, and `data` is all of it.
    """

    source: tuple[int, bytes] = field(default=(0, b""), repr=False)
    destination: tuple[int, bytes] = field(default=(0, b""), repr=False)
    esm_class: int = 0
    data_coding: int = _BYTES
    data: bytes = field(default=b"", repr=False)
    sar: tuple[int, int, int] | None = None
    reference: bytes = b""
    whole: bool = True


def read_short_message(command: int, body: bytes) -> ShortMessage:
    """The fields of a body. command: DELIVER_SM or DATA_SM."""
    try:
        return _read_fields(command, body)
    except (IndexError, ValueError):
        return ShortMessage(data=body, whole=False)


def _read_fields(command: int, body: bytes) -> ShortMessage:
    fields = _Fields(body)
    fields.string()  # service_type
    source = _read_address(fields)
    destination = _read_address(fields)
    esm_class = fields.byte()
    if command == DELIVER_SM:
        fields.byte()  # protocol_id
        fields.byte()  # priority_flag
        fields.string()  # schedule_delivery_time
        fields.string()  # validity_period
        fields.byte()  # registered_delivery
        fields.byte()  # replace_if_present_flag
        data_coding = fields.byte()
        fields.byte()  # sm_default_msg_id
        # Where the length is too long, what is there is the message.
        data = fields.piece(fields.byte())
    else:
        fields.byte()  # registered_delivery
        data_coding = fields.byte()
        data = b""
    optional = fields.optional()
    return ShortMessage(
        source=source,
        destination=destination,
        esm_class=esm_class,
        data_coding=data_coding,
        data=data + optional.get(_MESSAGE_PAYLOAD, b""),
        sar=_read_sar(optional),
        reference=optional.get(_USER_MESSAGE_REFERENCE, b""),
    )


def _read_address(fields: "_Fields") -> tuple[int, bytes]:
    kind = fields.byte()
    fields.byte()  # numbering plan
    return kind, fields.string()


def _read_sar(optional: dict[int, bytes]) -> tuple[int, int, int] | None:
    told = [optional.get(tag) for tag in (_SAR_REFERENCE, _SAR_TOTAL, _SAR_NUMBER)]
    if not all(told):
        return None
    reference, total, number = (int.from_bytes(value or b"", "big") for value in told)
    return reference, total, number


class _Fields:
    """A body, read from its beginning. IndexError, ValueError: it ends too early."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def byte(self) -> int:
        value = self._body[self._at]
        self._at += 1
        return value

    def piece(self, size: int) -> bytes:
        value = self._body[self._at : self._at + size]
        self._at += len(value)
        return value

    def string(self) -> bytes:
        """A C string, without its zero."""
        end = self._body.index(0, self._at)
        value = self._body[self._at : end]
        self._at = end + 1
        return value

    def optional(self) -> dict[int, bytes]:
        """Tag to value; the last value is shorter than its length says where the body ends."""
        found = {}
        while self._at + 4 <= len(self._body):
            tag = int.from_bytes(self.piece(2), "big")
            found[tag] = self.piece(int.from_bytes(self.piece(2), "big"))
        return found
