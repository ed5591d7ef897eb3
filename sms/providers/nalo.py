"""Nalo Solutions, USSD: JSON, the latest answer alone, nothing signed.

Source: Nalo's page "USSD API Documentation" (Postman, collection UyrEhaLQ), and what
SeveighTech/nunyakata (`docs/ussd_api_compliance.md`) quotes of it. A request does not say which
code was dialled: USERID, which Nalo gives to each integration, stands for it, in the set-up's lines
too. The secret in the path is all that tells its requests, so what comes here is marked as
unchecked.
"""

from sms.contract import Incoming, Outcome, ProviderSetup, RawRequest, Reply, Screen, UssdTurn
from sms.json_bodies import JSON, Fields, one, one_flag, read_object, write_object
from sms.shapes import ID, NUMBER, TEXT


class NaloUssd:
    """The endpoint URL of an integration."""

    name = "nalo-ussd"
    signed = False
    replies = False
    tail = ""
    methods = ("POST",)

    def read(self, request: RawRequest, setup: ProviderSetup) -> Incoming:  # noqa: ARG002
        """See contract.Provider. MSGTYPE `true` is a session's first request; its USERDATA is the
        code that was dialled."""
        fields = read_object(request)
        starts = one_flag(fields, "MSGTYPE")
        typed = one(fields, "USERDATA", TEXT)
        return UssdTurn(
            session_id=one(fields, "SESSIONID", ID),
            sender=one(fields, "MSISDN", NUMBER),
            code=one(fields, "USERID", ID),
            typed=None if starts else typed,
            authentic=False,
            whole=False,
        )

    def reply(self, outcome: Outcome) -> Reply:
        """MSGTYPE `true` goes on, `false` ends."""
        fields: Fields = {}
        if isinstance(outcome, Screen):
            fields = {
                "USERID": outcome.turn.code,
                "MSISDN": outcome.turn.sender,
                "SESSIONID": outcome.turn.session_id,
                "MSG": outcome.text,
                "MSGTYPE": not outcome.ends,
            }
        return Reply(200, JSON, write_object(fields))


PROVIDERS = (NaloUssd(),)
