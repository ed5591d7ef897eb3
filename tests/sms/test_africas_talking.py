"""Africa's Talking: the notice at a session's end, and the answers."""

import pytest

from sms.contract import Noted, RawRequest, Screen, Taken, UssdEnd, UssdTurn
from sms.errors import WebhookError
from sms.providers.africas_talking import AfricasTalkingSms, AfricasTalkingUssd
from tests.sms.desk import make_setup

FORM = {"content-type": "application/x-www-form-urlencoded"}
SETUP = make_setup("africastalking-ussd")
DIAL = b"sessionId=ATUid_1&phoneNumber=%2B15550100004&serviceCode=*384*15550%23&text="


def read(body: bytes) -> object:
    return AfricasTalkingUssd().read(RawRequest("https://x.example", FORM, body), SETUP)


def test_what_the_notice_repeats_is_dropped() -> None:
    notice = read(
        b"sessionId=ATUid_1&status=Incomplete&input=1*CANARY&lastAppResponse=CON+CANARY&errorMessage="
    )
    assert notice == UssdEnd("ATUid_1")
    assert "CANARY" not in repr(notice)


def test_a_request_with_text_is_a_turn_whatever_else_it_has() -> None:
    assert isinstance(read(DIAL + b"&status=Success"), UssdTurn)


@pytest.mark.parametrize(
    "body",
    [
        b"sessionId=ATUid_1&status=",
        b"sessionId=ATUid_1&status=Success&status=Success",
        b"status=Success",
        b"sessionId=ATUid_1",
        b"sessionId=ATUid_1&input=1*CANARY",
    ],
)
def test_neither_turn_nor_notice_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookError) as caught:
        read(body)
    assert caught.value.code == "webhook-form"


def test_screens_go_on_or_end() -> None:
    turn = read(DIAL)
    assert isinstance(turn, UssdTurn)
    provider = AfricasTalkingUssd()
    assert provider.reply(Screen(turn, "Où?", ends=False)).body.decode() == "CON Où?"
    last = provider.reply(Screen(turn, "Merci.", ends=True))
    assert (last.status, last.content_type, last.body) == (
        200,
        "text/plain; charset=utf-8",
        b"END Merci.",
    )
    assert provider.reply(Noted()).body == b""


def test_a_text_is_never_answered_by_text() -> None:
    sms = AfricasTalkingSms()
    body = b"id=1&from=%2B15550100003&to=28901&text=x"
    incoming = sms.read(RawRequest("https://x.example", FORM, body), SETUP)
    assert not sms.replies
    assert sms.reply(Taken(incoming, "text")).body == b""  # type: ignore[arg-type]
