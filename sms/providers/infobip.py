"""Infobip, USSD: JSON to the session's own addresses, the latest answer alone, nothing signed.

Source: Infobip's "USSD Gateway to Third-party Application HTTP/REST/JSON Web Service API", as far
as praekeltfoundation/vumi (`vumi/transports/infobip/`) quotes and tests it: POST …/start and
…/response, PUT …/end, GET …/status; `shortCode` is optional in practice. The secret in the path is
all that tells its requests, so what comes here is marked as unchecked.
"""

import re

from sms.contract import (
    Ignored,
    Incoming,
    Noted,
    Outcome,
    ProviderSetup,
    RawRequest,
    Reply,
    Screen,
    UssdEnd,
    UssdTurn,
)
from sms.json_bodies import JSON, at_most_one, one, read_object, write_object
from sms.shapes import NUMBER, TEXT

_CODE = re.compile(r"[*#0-9]{1,32}", re.ASCII)


class InfobipUssd:
    """The third-party application's side of Infobip's USSD gateway."""

    name = "infobip-ussd"
    signed = False
    replies = False
    tail = r"[A-Za-z0-9_.:-]{1,128}/(?:start|response|end|status)"
    methods = ("POST", "PUT", "GET")

    def read(self, request: RawRequest, setup: ProviderSetup) -> Incoming:  # noqa: ARG002
        """See contract.Provider. A start's `text` is the code that was dialled, and no answer; an
        end's reason is not looked at."""
        session, _, step = request.tail.rpartition("/")
        if step == "status":
            return Ignored()
        fields = read_object(request)
        if step == "end":
            return UssdEnd(session)
        typed = one(fields, "text", TEXT)
        return UssdTurn(
            session_id=session,
            sender=one(fields, "msisdn", NUMBER),
            code=at_most_one(fields, "shortCode", _CODE) or "",
            typed=None if step == "start" else typed,
            authentic=False,
            whole=False,
        )

    def reply(self, outcome: Outcome) -> Reply:
        """A menu, or that all is well. A session can go on here at any time, and `status` says so;
        what of it is remembered decides only which screen comes next."""
        fields: dict[str, object] = {}
        if isinstance(outcome, Screen):
            fields = {"ussdMenu": outcome.text, "shouldClose": outcome.ends}
        elif outcome == Noted(Ignored()):
            fields = {"sessionActive": True}
        fields |= {"responseExitCode": 200, "responseMessage": ""}
        return Reply(200, JSON, write_object(fields))


PROVIDERS = (InfobipUssd(),)
