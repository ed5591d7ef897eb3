"""Kannel, SMS in: the text is the body, and all else stands in headers and in the address.

Sources: Kannel's user guide, "Setting up a SMS Gateway" ("Kannel POST", "Parameters (Escape
Codes)"), and pruiz/kannel, `gw/smsbox.c` and `gw/smsc/smsc_smpp.c`, where the guide is not exact:
X-Kannel-UDH is percent-encoded, not hexadecimal; UCS-2 that `mo-recode` cannot turn into UTF-8
(half of a surrogate pair) comes as UTF-16BE; any answer but 200 and 202 is tried again. `%I` in the
address is the message's UUID, the same at each attempt. With `sms-combine-concatenated-mo=false`
each part comes by itself and no plain text waits in Kannel. Nothing is signed: the secret in the
path is all that tells its requests, so what comes here is marked as unchecked.
"""

import re
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from reports.gsm7 import count_septets
from sms.bodies import UTF_8, check_body
from sms.contract import Incoming, Outcome, ProviderSetup, RawRequest, Reply, SmsIn, Taken
from sms.errors import WebhookError
from sms.forms import one
from sms.payloads import read_payload
from sms.user_data import Header, decode, read_header, write_bytes

TEXT, OCTETS = "text/plain", "application/octet-stream"
UTF_16 = "utf-16be"
_UCS_2, _BYTES = 8, 4
"""Data codings (SMPP 3.4, 5.2.19) of what Kannel does not turn into UTF-8."""

_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_ADDRESS = re.compile(r"[^\x00-\x1f\x7f-\x9f,]{1,80}")  # a header that came twice has a comma
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+", re.ASCII)


class KannelSms:
    """An `sms-service` group with a `post-url`."""

    name = "kannel"
    signed = False
    replies = True
    tail = ""
    methods = ("POST",)

    def read(self, request: RawRequest, setup: ProviderSetup) -> Incoming:  # noqa: ARG002
        """See contract.Provider. An empty body is an empty text."""
        media_type, charset = check_body(request, (TEXT, OCTETS), (UTF_8, UTF_16))
        header = read_header(_read_octets(request.headers.get("x-kannel-udh", "")))
        query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
        return SmsIn(
            message_id=one(query, "id", _ID),
            sender=_read_address(request, "x-kannel-from"),
            recipient=_read_address(request, "x-kannel-to"),
            text=_read_text(request.body, media_type, charset, header),
            authentic=False,
            segment=header.segment,
        )

    def reply(self, outcome: Outcome) -> Reply:
        """The text to send back, or an empty body, which `omit-empty` and an empty
        `reply-emptymessage` make into no text at all."""
        text = (outcome.reply if isinstance(outcome, Taken) else None) or ""
        headers = {} if count_septets(text) is not None else {"x-kannel-coding": "2"}
        return Reply(200, "text/plain; charset=utf-8", text.encode(), headers)


def _read_text(body: bytes, media_type: str, charset: str, header: Header) -> str:
    if media_type == TEXT and charset == UTF_8:
        try:
            return body.decode() + write_bytes(header.unread)
        except UnicodeDecodeError:
            return body.decode("latin-1") + write_bytes(header.unread)
    text = decode(body, _UCS_2 if media_type == TEXT else _BYTES, header)
    return text if isinstance(text, str) else read_payload(text)


def _read_address(request: RawRequest, name: str) -> str:
    address = request.headers.get(name, "")
    if not _ADDRESS.fullmatch(address):
        raise WebhookError("webhook-form")
    return address


def _read_octets(value: str) -> bytes:
    """Percent-encoded bytes, or hexadecimal digits alone: no header begins with a digit, for that
    would say that it is 48 bytes long or more."""
    if _HEX.fullmatch(value):
        return bytes.fromhex(value)
    return unquote_to_bytes(value.replace("+", " ").encode("latin-1", "replace"))


PROVIDERS = (KannelSms(),)
