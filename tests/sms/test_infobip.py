"""Infobip: what its addresses say, and the answers that no screen is."""

import json

import pytest

from sms.contract import Ignored, Noted, RawRequest, UssdEnd, UssdTurn
from sms.errors import WebhookError
from sms.providers.infobip import InfobipUssd
from tests.coalition import Coalition
from tests.sms.desk import SECRET, Desk, make_setup

TYPE = {"content-type": "application/json"}
START = b'{"msisdn":"15550100004","text":"*384*555#","shortCode":"*384*555#"}'


def read(tail: str, body: bytes = START) -> object:
    request = RawRequest("https://x.example", TYPE, body, tail)
    return InfobipUssd().read(request, make_setup("infobip-ussd"))


def test_the_path_says_whose_turn_it_is() -> None:
    start, answer = read("s-1/start"), read("s-1/response")
    assert isinstance(start, UssdTurn)
    assert isinstance(answer, UssdTurn)
    assert (start.session_id, start.typed) == ("s-1", None)
    assert (answer.session_id, answer.typed) == ("s-1", "*384*555#")


def test_what_an_end_repeats_is_dropped() -> None:
    ended = read("s-1/end", b'{"reason":"CANARY","exitCode":510,"text":"CANARY"}')
    assert ended == UssdEnd("s-1")
    assert "CANARY" not in repr(ended)
    with pytest.raises(WebhookError):
        read("s-1/end", b"CANARY")


def test_a_status_needs_no_body() -> None:
    assert read("s-1/status", b"") == Ignored()


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        (Noted(UssdEnd("s")), {"responseExitCode": 200, "responseMessage": ""}),
        (
            Noted(Ignored()),
            {"sessionActive": True, "responseExitCode": 200, "responseMessage": ""},
        ),
    ],
)
def test_notices_are_answered(outcome: Noted, answer: dict[str, object]) -> None:
    reply = InfobipUssd().reply(outcome)
    assert (reply.status, reply.content_type) == (200, "application/json")
    assert json.loads(reply.body) == answer


@pytest.mark.parametrize(
    "tail",
    ["", "start", "/start", "s-1", "s-1/", "s-1/stop", "s-1/start/", "s/1/start", "s%2F1/start",
     "é/start", f"{'s' * 129}/start"],
)  # fmt: skip
def test_any_other_path_is_nothing(coalition: Coalition, tail: str) -> None:
    desk = Desk(coalition, setups=(make_setup("infobip-ussd"),))
    path = f"/hooks/infobip-ussd/{SECRET}/{tail}"
    answer = desk.client.post(path, content=START, headers=TYPE)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    good = path.replace(tail, "s-1/start") if tail else path + "s-1/start"
    assert desk.client.post(good, content=START, headers=TYPE).status_code == 200
