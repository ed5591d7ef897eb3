"""The phone's signature, its clock, and its data messages."""

import base64
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.contract import Ignored, Incoming, RawRequest, SmsIn
from sms.errors import WebhookError
from sms.payloads import read_payload
from sms.providers.android import FRESH_SECONDS, AndroidSms
from tests.coalition import NOW, Coalition
from tests.sms.desk import SECRET, TOKEN, Desk, make_setup

SETUP = make_setup("android-sms")
PAYLOAD = {"message": "No data", "sender": "+15550100002", "recipient": "+15550100001"}
EVENT = {"event": "sms:received", "id": "Ey6ECgOkVVFjz3CL48B8C", "payload": PAYLOAD}


def sign(body: bytes, time: str, token: str = TOKEN) -> str:
    return hmac.digest(token.encode(), body + time.encode(), "sha256").hex()


def request(body: bytes, time: str = str(NOW), now: int = NOW, **headers: str) -> RawRequest:
    signed = {"x-timestamp": time, "x-signature": sign(body, time)}
    signed["content-type"] = "application/json"
    return RawRequest("https://x.example", signed | headers, body, now=now)


def read(event: dict[str, Any], **changes: Any) -> Incoming:
    return AndroidSms().read(request(json.dumps(event).encode(), **changes), SETUP)


def refusal(raw: RawRequest, token: str | None = TOKEN) -> str:
    with pytest.raises(WebhookError) as caught:
        AndroidSms().read(raw, make_setup("android-sms", token=token))
    return caught.value.code


def text_of(incoming: Incoming) -> SmsIn:
    assert isinstance(incoming, SmsIn)
    return incoming


@pytest.mark.parametrize("apart", [0, 1, FRESH_SECONDS, FRESH_SECONDS + 1, 10**7, NOW])
@pytest.mark.parametrize("sign_of", [1, -1])
def test_clocks_that_disagree_lose_no_text_but_its_check(apart: int, sign_of: int) -> None:
    sms = text_of(read(EVENT, time=str(NOW), now=NOW + sign_of * apart))
    assert sms.text == "No data"
    assert sms.authentic == (apart <= FRESH_SECONDS)


def test_a_stale_text_is_sealed_as_unchecked_and_once(coalition: Coalition) -> None:
    desk = Desk(coalition, setups=(SETUP,))
    raw = request(json.dumps(EVENT).encode())
    for later in (0, 10**6, 10**6 + 1):
        desk.now = NOW + later
        path = f"/hooks/android-sms/{SECRET}"
        answer = desk.client.post(path, content=raw.body, headers=dict(raw.headers))
        assert (answer.status_code, answer.content) == (200, b"")
    assert [report["auth"] for report in desk.open()] == ["checked"]
    desk = Desk(coalition, setups=(SETUP,), now=NOW + 10**6)
    desk.client.post(path, content=raw.body, headers=dict(raw.headers))
    assert [report["auth"] for report in desk.open()] == ["unchecked"]


def test_one_changed_byte_is_refused() -> None:
    body = json.dumps(EVENT).encode()
    good = request(body)
    for place in range(len(body)):
        for byte in {body[place] ^ 1, body[place] ^ 0x20, 0, 0x30, 0xFF} - {body[place]}:
            changed = body[:place] + bytes((byte,)) + body[place + 1 :]
            raw = RawRequest(good.url, good.headers, changed, now=NOW)
            assert refusal(raw) == "webhook-signature"


def test_one_changed_character_of_signature_or_time_is_refused() -> None:
    body = json.dumps(EVENT).encode()
    good = request(body)
    for name in ("x-signature", "x-timestamp"):
        value = good.headers[name]
        others = [f"{value[:n]}{c}{value[n + 1 :]}" for n in range(len(value)) for c in "0aF é"]
        others += ["", value[:-1], value + "0", f" {value}", f"{value}, {value}", value + "\n"]
        for other in set(others) - {value}:
            assert refusal(request(body, **{name: other})) == "webhook-signature", other
    assert refusal(request(body), token="") == "webhook-signature"
    assert refusal(request(body), token=None) == "webhook-signature"


@pytest.mark.parametrize("time", ["", "-1", "1.5", "x", "1e9", " 1", "١", "9" * 16])
def test_a_signed_time_that_is_none_is_refused(time: str) -> None:
    assert refusal(request(json.dumps(EVENT).encode(), time=time)) == "webhook-signature"


def test_a_digit_moved_from_the_time_into_the_body_is_refused() -> None:
    """Both stand behind each other under one signature: what is no JSON any more is not read."""
    body = json.dumps(EVENT).encode()
    signature = sign(body, "1790000000")
    headers = {"x-timestamp": "790000000", "x-signature": signature}
    assert refusal(request(body + b"1", **headers)) == "webhook-form"


@given(st.binary(max_size=200))
def test_data_messages_are_kept_whole(data: bytes) -> None:
    payload = {"data": base64.b64encode(data).decode(), "sender": "+15550100002"}
    sms = text_of(read({**EVENT, "event": "sms:data-received", "payload": payload}))
    assert sms.text == read_payload(data)


@pytest.mark.parametrize(
    "data", [None, 1, "A", "AA", "AA=", "AAA", "AA==A", "A A=", "AA-_", "=", "é"]
)
def test_data_that_is_no_base64_is_refused(data: object) -> None:
    payload = {"data": data, "sender": "+15550100002"}
    body = json.dumps({**EVENT, "event": "sms:data-received", "payload": payload}).encode()
    assert refusal(request(body)) == "webhook-form"


@pytest.mark.parametrize("payload", [None, [], "x", 1, {}, {"message": "x"}])
def test_an_event_of_a_text_without_one_is_refused(payload: object) -> None:
    assert refusal(request(json.dumps({**EVENT, "payload": payload}).encode())) == "webhook-form"


@pytest.mark.parametrize(
    "event", ["sms:sent", "sms:delivered", "mms:received", "mms:downloaded", "app:started"]
)
def test_other_events_are_ignored_whatever_they_hold(event: str) -> None:
    assert read({**EVENT, "event": event}) == Ignored()
    assert read({"event": event, "id": "x", "payload": None}) == Ignored()
