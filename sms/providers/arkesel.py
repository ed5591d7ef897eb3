"""Arkesel, USSD: JSON, the latest answer alone, nothing signed.

Source: Arkesel's own samples, ArkeselDev/fastapi-ussd-sample and ArkeselDev/express-ussd-sample. A
request does not say which code was dialled: userID, which belongs to the code, stands for it, in
the set-up's lines too. The secret in the path is all that tells its requests, so what comes here is
marked as unchecked.
"""

from sms.contract import Incoming, Outcome, ProviderSetup, RawRequest, Reply, Screen, UssdTurn
from sms.json_bodies import JSON, Fields, at_most_one, one, one_flag, read_object, write_object
from sms.shapes import ID, NUMBER, TEXT


class ArkeselUssd:
    """The callback URL of a USSD code."""

    name = "arkesel-ussd"
    signed = False
    replies = False
    tail = ""
    methods = ("POST",)

    def read(self, request: RawRequest, setup: ProviderSetup) -> Incoming:  # noqa: ARG002
        """See contract.Provider. The first request's userData is the code that was dialled; it may
        be missing, as in an answer that is empty."""
        fields = read_object(request)
        starts = one_flag(fields, "newSession")
        typed = at_most_one(fields, "userData", TEXT) or ""
        return UssdTurn(
            session_id=one(fields, "sessionID", ID),
            sender=one(fields, "msisdn", NUMBER),
            code=one(fields, "userID", ID),
            typed=None if starts else typed,
            authentic=False,
            whole=False,
        )

    def reply(self, outcome: Outcome) -> Reply:
        """continueSession `true` goes on, `false` ends."""
        fields: Fields = {}
        if isinstance(outcome, Screen):
            fields = {
                "sessionID": outcome.turn.session_id,
                "userID": outcome.turn.code,
                "msisdn": outcome.turn.sender,
                "message": outcome.text,
                "continueSession": not outcome.ends,
            }
        return Reply(200, JSON, write_object(fields))


PROVIDERS = (ArkeselUssd(),)
