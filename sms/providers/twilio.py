"""Twilio, SMS in: a signed form, answered in TwiML.

Sources: Twilio's pages "Twilio's request to your webhook URL", "Security" (the signature) and
"TwiML for programmable messaging". Only `twilio.request_validator` is used: it loads no network
library.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import urlparse
from xml.sax.saxutils import escape

from twilio.request_validator import (  # type: ignore[import-untyped]
    RequestValidator,
    add_port,
    remove_port,
)

from sms.contract import Ignored, Incoming, Outcome, ProviderSetup, RawRequest, Reply, SmsIn, Taken
from sms.errors import WebhookError
from sms.forms import at_most_one, one, read_form
from sms.shapes import TEXT

OPT_OUT_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
"""One-word texts after which Twilio blocks every reply (its error 21610)."""

_MESSAGE = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}", re.ASCII)
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}", re.ASCII)
_ADDRESS = re.compile(
    r"\+[0-9]{5,15}"  # a number
    r"|[0-9]{3,12}"  # a short code
    r"|[A-Za-z0-9 _-]{1,11}"  # a name in place of a number
    r"|[a-z]{3,16}:[+A-Za-z0-9._@-]{1,64}",  # whatsapp:, rcs:, messenger:
    re.ASCII,
)
_COUNT = re.compile(r"[0-9]{1,2}", re.ASCII)
_OPT_OUT = re.compile(r"[A-Z]{1,16}", re.ASCII)
_MEDIA_TYPE = re.compile(
    r"[A-Za-z0-9!#$&^_.+-]{1,64}/[A-Za-z0-9!#$&^_.+-]{1,64}(?:;.{0,128})?", re.ASCII
)
_STATUS = re.compile(r"[a-z]{1,32}", re.ASCII)


class TwilioSms:
    """Twilio's "a message comes in" webhook."""

    name = "twilio"
    signed = True
    replies = True
    tail = ""
    methods = ("POST",)

    def read(self, request: RawRequest, setup: ProviderSetup) -> Incoming:
        """A signed form as a text; a signed delivery report is ignored. See contract.Provider."""
        fields = read_form(request)
        params = dict(fields)
        # All fields are signed, and the library hashes each name once: a double would hide one.
        if len(params) != len(fields):
            raise WebhookError("webhook-form")
        if not _is_signed(request, params, setup.token or ""):
            raise WebhookError("webhook-signature")
        if "MessageStatus" in params and not {"Body", "NumMedia"} & params.keys():
            return _read_report(fields)
        return _read_text(fields)

    def reply(self, outcome: Outcome) -> Reply:
        """TwiML: an empty response, or one message."""
        text = outcome.reply if isinstance(outcome, Taken) else None
        message = f"<Message>{escape(text)}</Message>" if text else ""
        body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
        return Reply(200, "text/xml", body.encode())


def _is_signed(request: RawRequest, params: Mapping[str, str], token: str) -> bool:
    """HMAC-SHA1 by the library, over the configured address with and without its port.

    The algorithm is pinned: the header that would let a request choose one is not read. The
    library's own `validate` compares character by character; this takes no longer for a near miss.
    """
    if not token:
        return False
    given = request.headers.get("x-twilio-signature", "").encode()
    validator = RequestValidator(token)
    return any(
        hmac.compare_digest(given, validator.compute_signature(url, params).encode())
        for url in _write_urls(request.url)
    )


@lru_cache(maxsize=64)  # an account's address, mostly
def _write_urls(url: str) -> tuple[str, ...]:
    """The address without its port, as Twilio signs it nearly always, and with it."""
    try:
        parsed = urlparse(url)
        return (remove_port(parsed), add_port(parsed)) if parsed.geturl() == url else ()
    except ValueError:  # an address that is none
        return ()


def _read_text(fields: Sequence[tuple[str, str]]) -> SmsIn:
    """The signature covers names and values run together, so that a character moved from one into
    the next still validates. Hence exact shapes for all that is read."""
    message = one(fields, "MessageSid", _MESSAGE)
    one(fields, "AccountSid", _ACCOUNT)
    text = at_most_one(fields, "Body", TEXT)
    if text is None and "Body" in "".join(name + value for name, value in sorted(fields)):
        # A picture may come without a body. Here one was folded into a neighbour's name or value.
        raise WebhookError("webhook-form")
    opt_out = at_most_one(fields, "OptOutType", _OPT_OUT)
    count = int(at_most_one(fields, "NumMedia", _COUNT) or 0)
    media = [at_most_one(fields, f"MediaContentType{n}", _MEDIA_TYPE) for n in range(count)]
    return SmsIn(
        message_id=message,
        sender=one(fields, "From", _ADDRESS),
        recipient=one(fields, "To", _ADDRESS),
        text=text or "",
        authentic=True,
        opted_out=opt_out is not None or (text or "").strip().upper() in OPT_OUT_WORDS,
        media=tuple(kind or "application/octet-stream" for kind in media),
    )


def _read_report(fields: Sequence[tuple[str, str]]) -> Ignored:
    one(fields, "MessageSid", _MESSAGE)
    one(fields, "AccountSid", _ACCOUNT)
    one(fields, "MessageStatus", _STATUS)
    return Ignored()


PROVIDERS = (TwilioSms(),)
