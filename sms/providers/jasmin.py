"""Jasmin, SMS in: a form with the message's bytes and its data coding; answered `ACK/Jasmin`.

Sources: Jasmin's page "HTTP API", section "Receiving SMS-MO", and jookies/jasmin,
`jasmin/routing/throwers.py` and `jasmin/managers/listeners.py`, where the page is not exact:
`coding` comes as one raw byte (`%08`) and not as a number; parts with an 8-bit reference and SAR
parts are joined before they are sent, but a header with a 16-bit reference is left at the beginning
of the bytes, and nothing says that it is one. Only a 200 with exactly that body ends the attempts;
after a 404 there is none, after anything else there are three more. Nothing is signed: the secret
in the path is all that tells its requests, so what comes here is marked as unchecked.
"""

import re

from sms.contract import Incoming, Outcome, ProviderSetup, RawRequest, Reply, SmsIn
from sms.forms import at_most_one, one, read_form
from sms.payloads import read_payload
from sms.shapes import ID
from sms.user_data import NO_HEADER, Alphabet, Header, decode, find_alphabet, split_user_data

ACKNOWLEDGEMENT = b"ACK/Jasmin"
LONG_REFERENCE = b"\x06\x08\x04"
"""How a header begins that holds one 16-bit reference and nothing else. As a text it would be
`ùòè`, and then two control characters of the GSM alphabet."""
_BYTES = 4

_ADDRESS = re.compile(r"[^\x00-\x1f\x7f-\x9f]{0,80}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*", re.ASCII)
_CODING = re.compile(r"[0-9]{1,3}|[\x00-\xff]", re.ASCII | re.DOTALL)


class JasminSms:
    """An HTTP client connector with the method POST."""

    name = "jasmin"
    signed = False
    replies = False  # a reply would be a call of its own to its API
    tail = ""
    methods = ("POST",)

    def read(self, request: RawRequest, setup: ProviderSetup) -> Incoming:  # noqa: ARG002
        """See contract.Provider. `content` is not looked at: it is `binary` over again, in a
        charset that nothing names."""
        fields = read_form(request)
        data = bytes.fromhex(one(fields, "binary", _HEX))
        coding = _read_coding(at_most_one(fields, "coding", _CODING))
        header, data = _split_header(data, coding)
        text = decode(data, coding, header)
        return SmsIn(
            message_id=one(fields, "id", ID),
            sender=one(fields, "from", _ADDRESS),
            recipient=one(fields, "to", _ADDRESS),
            text=text if isinstance(text, str) else read_payload(text),
            authentic=False,
            segment=header.segment,
        )

    def reply(self, outcome: Outcome) -> Reply:  # noqa: ARG002
        """That the text is taken."""
        return Reply(200, "text/plain", ACKNOWLEDGEMENT)


def _split_header(data: bytes, coding: int) -> tuple[Header, bytes]:
    """A header with a long reference, and the bytes behind it. One that lies is known by UCS-2
    that it makes odd, and is then written out behind the text."""
    if not data.startswith(LONG_REFERENCE):
        return NO_HEADER, data
    header, rest = split_user_data(data)
    if header.segment:
        return header, rest
    if find_alphabet(coding) is Alphabet.UCS_2 and len(data) % 2 and len(rest) < len(data):
        return Header(unread=data[: header.size], honest=False), rest
    return NO_HEADER, data


def _read_coding(value: str | None) -> int:
    """The data coding: a number, as the page says, or one byte, as it comes. 0 where none came."""
    if value is None:
        return 0
    coding = int(value) if value.isdecimal() else ord(value)
    return coding if coding < 256 else _BYTES


PROVIDERS = (JasminSms(),)
