"""Hubtel: types and names in any case, turns that come again, notices."""

import json
from typing import Any

import pytest

from sms.contract import Noted, RawRequest, UssdEnd, UssdTurn
from sms.errors import WebhookError
from sms.providers.hubtel import HubtelUssd
from tests.coalition import Coalition
from tests.sms.desk import SECRET, Desk, make_setup

TYPE = {"content-type": "application/json"}
TURN = {
    "SessionId": "3c796dac28174f739de4262d08000001",
    "Mobile": "15550100004",
    "ServiceCode": "713*555",
    "Type": "Response",
    "Message": "1",
    "Sequence": 2,
}


def read(**changes: Any) -> object:
    body = json.dumps({**TURN, **changes}).encode()
    return HubtelUssd().read(RawRequest("https://x.example", TYPE, body), make_setup("hubtel-ussd"))


@pytest.mark.parametrize("kind", ["Initiation", "initiation", "INITIATION", "Favorite"])
def test_a_session_starts_whatever_was_dialled(kind: str) -> None:
    turn = read(Type=kind, Message="*713*555*1*2#")
    assert isinstance(turn, UssdTurn)
    assert turn.typed is None


@pytest.mark.parametrize("kind", ["Release", "timeout", "TIMEOUT"])
def test_a_session_ends_and_what_the_notice_repeats_is_dropped(kind: str) -> None:
    ended = read(Type=kind, Message="CANARY")
    assert ended == UssdEnd(TURN["SessionId"])  # type: ignore[arg-type]
    assert "CANARY" not in repr(ended)
    assert json.loads(HubtelUssd().reply(Noted(UssdEnd("s"))).body)["Type"] == "release"


@pytest.mark.parametrize(
    "changes",
    [{"Type": "AddToCart"}, {"Type": "Query"}, {"Type": ""}, {"type": "Response"},
     {"Sequence": True}, {"Sequence": -1}, {"Sequence": "x"}, {"Sequence": 10**9},
     {"ClientState": 1}],
)  # fmt: skip
def test_anything_else_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(WebhookError) as caught:
        read(**changes)
    assert caught.value.code == "webhook-form"


def test_a_turn_that_comes_again_is_the_same_turn(coalition: Coalition) -> None:
    """The answer to it was lost on the way, so it comes again after the next one, or before it."""
    desk = Desk(coalition, setups=(make_setup("hubtel-ussd"),))

    def say(number: int, **changes: Any) -> Any:
        body = json.dumps({**TURN, "Sequence": number, **changes}).encode()
        path = f"/hooks/hubtel-ussd/{SECRET}"
        return desk.client.post(path, content=body, headers=TYPE).json()

    say(1, Type="Initiation", Message="*713*555#")
    first = say(2)
    assert say(2) == first
    second = say(3)
    assert second != first
    assert say(2) == first
    say(4, Message="2")
    assert [report["raw"] for report in desk.open()] == ["1", "1*1", "1*1*2"]
