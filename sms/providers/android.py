"""An Android phone as a gateway: "SMS Gateway for Android", signed JSON.

Sources: capcom6/android-sms-gateway (`modules/webhooks/`, `modules/receiver/MessagesReceiver.kt`)
and its documentation, android-sms-gateway/docs-web (`docs/features/webhooks.md`). The app joins the
parts of a long text itself; of a data message it hands on the first part alone. X-Signature is
HMAC-SHA256 in hex over the body and X-Timestamp, made anew at each attempt.
"""

import base64
import binascii
import hmac
import re

from sms.bodies import check_body
from sms.contract import Ignored, Incoming, Outcome, ProviderSetup, RawRequest, Reply, SmsIn
from sms.errors import WebhookError
from sms.json_bodies import JSON, Fields, at_most_one, check_object, one, read_object
from sms.payloads import read_payload
from sms.shapes import ADDRESS, ID, TEXT

FRESH_SECONDS = 300
"""How far the phone's clock and ours may be apart. Beyond it a text is taken all the same, but not
as checked: see docs/adr/0030."""
RECEIVED, DATA_RECEIVED = "sms:received", "sms:data-received"

_EVENT = re.compile(r"[a-z:-]{1,32}", re.ASCII)
_DATA = re.compile(r"[A-Za-z0-9+/]*={0,2}", re.ASCII)
_TIME = re.compile(r"[0-9]{1,15}", re.ASCII)


class AndroidSms:
    """The app's webhooks: `sms:received`, `sms:data-received`; others may share their address."""

    name = "android-sms"
    signed = True
    replies = False  # a reply would be a call of its own to the phone
    tail = ""
    methods = ("POST",)

    def read(self, request: RawRequest, setup: ProviderSetup) -> Incoming:
        """See contract.Provider. The payload's `messageId` is made of the content alone; the
        event's own id is the one that stays over retries and is no other message's."""
        check_body(request, (JSON,))
        time = _check_signature(request, setup.token or "")
        fields = read_object(request)
        event = one(fields, "event", _EVENT)
        message_id = one(fields, "id", ID)
        if event not in (RECEIVED, DATA_RECEIVED):
            return Ignored()
        payload = check_object(fields.get("payload"))
        return SmsIn(
            message_id=message_id,
            sender=_read_sender(payload),
            recipient=at_most_one(payload, "recipient", ADDRESS) or "",
            text=one(payload, "message", TEXT) if event == RECEIVED else _read_data(payload),
            authentic=abs(request.now - time) <= FRESH_SECONDS,
        )

    def reply(self, outcome: Outcome) -> Reply:  # noqa: ARG002
        """Any 2xx: the app reads nothing else."""
        return Reply(200, "text/plain; charset=utf-8", b"")


def _check_signature(request: RawRequest, token: str) -> int:
    """The signed time, in Unix seconds. WebhookError webhook-signature."""
    time = request.headers.get("x-timestamp", "")
    given = request.headers.get("x-signature", "")
    signed = request.body + time.encode()
    wanted = hmac.digest(token.encode(), signed, "sha256").hex()
    is_signed = hmac.compare_digest(given.encode(), wanted.encode())
    if not token or not is_signed or not _TIME.fullmatch(time):
        raise WebhookError("webhook-signature")
    return int(time)


def _read_sender(payload: Fields) -> str:
    """`sender`; in versions before it `phoneNumber`, which still comes beside it."""
    return one(payload, "sender" if "sender" in payload else "phoneNumber", ADDRESS)


def _read_data(payload: Fields) -> str:
    try:
        return read_payload(base64.b64decode(one(payload, "data", _DATA), validate=True))
    except binascii.Error:
        raise WebhookError("webhook-form") from None


PROVIDERS = (AndroidSms(),)
