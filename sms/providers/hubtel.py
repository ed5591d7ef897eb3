"""Hubtel, USSD ("Programmable Services"): JSON, the latest answer alone but numbered, unsigned.

Sources: Hubtel's pages "API Reference - Prog Services" and "Sample General Services Interaction",
and its own repositories hubtel/programmable-services-sdk-dotnet and hubtel/Smsgh.UssdFramework.
These write members' names and types in more than one case, and `Sequence` as a number or as text.
The secret in the path is all that tells its requests, so what comes here is marked as unchecked.
"""

import re

from sms.contract import (
    Incoming,
    Outcome,
    ProviderSetup,
    RawRequest,
    Reply,
    Screen,
    UssdEnd,
    UssdTurn,
)
from sms.errors import WebhookError
from sms.json_bodies import JSON, Fields, at_most_one, one, read_object, write_object
from sms.shapes import ID, NUMBER, TEXT

STARTS = frozenset({"initiation", "favorite"})
ENDS = frozenset({"release", "timeout"})
ANSWER = "response"

_CODE = re.compile(r"[*#A-Za-z0-9_-]{1,64}", re.ASCII)
_TYPE = re.compile(r"[A-Za-z]{1,32}", re.ASCII)
_PLACE = re.compile(r"[0-9]{1,9}", re.ASCII)


class HubtelUssd:
    """The service interaction URL."""

    name = "hubtel-ussd"
    signed = False
    replies = False
    tail = ""
    methods = ("POST",)

    def read(self, request: RawRequest, setup: ProviderSetup) -> Incoming:  # noqa: ARG002
        """See contract.Provider. The first turn's `Message` is the code that was dialled."""
        fields = _fold_names(read_object(request))
        session = one(fields, "sessionid", ID)
        kind = one(fields, "type", _TYPE).lower()
        if kind in ENDS:
            return UssdEnd(session)
        if kind != ANSWER and kind not in STARTS:
            raise WebhookError("webhook-form")
        typed = one(fields, "message", TEXT)
        return UssdTurn(
            session_id=session,
            sender=one(fields, "mobile", NUMBER),
            code=one(fields, "servicecode", _CODE),
            typed=typed if kind == ANSWER else None,
            authentic=False,
            whole=False,
            number=_read_place(fields),
            echo={"ClientState": at_most_one(fields, "clientstate", TEXT) or ""},
        )

    def reply(self, outcome: Outcome) -> Reply:
        """`response` goes on, `release` ends; a notice that a session is over gets a `release`."""
        fields: Fields = {"Type": "release", "Message": ""}
        if isinstance(outcome, Screen):
            fields = {
                "SessionId": outcome.turn.session_id,
                "Type": "release" if outcome.ends else "response",
                "Message": outcome.text,
                **outcome.turn.echo,
            }
        return Reply(200, JSON, write_object(fields))


def _fold_names(fields: Fields) -> Fields:
    """The members under their names in lower case. WebhookError webhook-form: two in one."""
    folded = {name.lower(): value for name, value in fields.items()}
    if len(folded) != len(fields):
        raise WebhookError("webhook-form")
    return folded


def _read_place(fields: Fields) -> int | None:
    place = fields.get("sequence")
    if isinstance(place, int) and not isinstance(place, bool):
        place = str(place)
    found = at_most_one({"sequence": place}, "sequence", _PLACE)
    return None if found is None else int(found)


PROVIDERS = (HubtelUssd(),)
