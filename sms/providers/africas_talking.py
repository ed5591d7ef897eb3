"""Africa's Talking: SMS in, and USSD. Plain forms without a signature.

Sources: Africa's Talking's pages "Incoming messages", "USSD handler" and "USSD end of session
notification". Nothing is signed: the secret in the path is all that tells its requests, so what
comes here is marked as unchecked.
"""

import re

from sms.contract import (
    Incoming,
    Outcome,
    ProviderSetup,
    RawRequest,
    Reply,
    Screen,
    SmsIn,
    UssdEnd,
    UssdTurn,
)
from sms.forms import one, read_form
from sms.shapes import ID, TEXT

_ADDRESS = re.compile(r"\+?[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}", re.ASCII)
_CODE = re.compile(r"[*#0-9]{2,32}", re.ASCII)
_STATUS = re.compile(r"[A-Za-z]{1,32}", re.ASCII)


class AfricasTalkingSms:
    """The "incoming messages" callback."""

    name = "africastalking-sms"
    signed = False
    replies = False  # a reply would be a call of its own to their API
    tail = ""
    methods = ("POST",)

    def read(self, request: RawRequest, setup: ProviderSetup) -> Incoming:  # noqa: ARG002
        """See contract.Provider. `date` is not read: it has no time zone."""
        fields = read_form(request)
        return SmsIn(
            message_id=one(fields, "id", ID),
            sender=one(fields, "from", _ADDRESS),
            recipient=one(fields, "to", _ADDRESS),
            text=one(fields, "text", TEXT),
            authentic=False,
        )

    def reply(self, outcome: Outcome) -> Reply:  # noqa: ARG002
        """An empty 200: they read nothing else."""
        return Reply(200, "text/plain; charset=utf-8", b"")


class AfricasTalkingUssd:
    """The USSD callback, and the end-of-session notice, which may share its address."""

    name = "africastalking-ussd"
    signed = False
    replies = False
    tail = ""
    methods = ("POST",)

    def read(self, request: RawRequest, setup: ProviderSetup) -> Incoming:  # noqa: ARG002
        """See contract.Provider. A notice's `input` and `lastAppResponse` are never looked at."""
        fields = read_form(request)
        names = {name for name, _ in fields}
        session = one(fields, "sessionId", ID)
        if "text" not in names and "status" in names:
            one(fields, "status", _STATUS)
            return UssdEnd(session)
        return UssdTurn(
            session_id=session,
            sender=one(fields, "phoneNumber", _ADDRESS),
            code=one(fields, "serviceCode", _CODE),
            typed=one(fields, "text", TEXT),
            authentic=False,
        )

    def reply(self, outcome: Outcome) -> Reply:
        """`CON ` goes on, `END ` ends; a notice gets an empty 200."""
        body = ""
        if isinstance(outcome, Screen):
            body = ("END " if outcome.ends else "CON ") + outcome.text
        return Reply(200, "text/plain; charset=utf-8", body.encode())


PROVIDERS = (AfricasTalkingSms(), AfricasTalkingUssd())
