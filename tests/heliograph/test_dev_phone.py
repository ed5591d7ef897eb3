"""The phone simulator: its page, its routes, and that it speaks as the real providers do."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from heliograph.dev.line import Line
from heliograph.dev.phone import STATIC, create_router
from heliograph.dev.providers import make_setups
from heliograph.settings import ProviderSettings
from sms.contract import (
    Incoming,
    ProviderSetup,
    RawRequest,
    Screen,
    SmsIn,
    Taken,
    UssdEnd,
    UssdTurn,
)
from sms.providers.africas_talking import AfricasTalkingSms, AfricasTalkingUssd
from sms.providers.twilio import TwilioSms

PUBLIC = "http://127.0.0.1:8000"
NUMBER = "+9990000001"
NOW = 1_790_000_000.0
PROVIDERS = {each.name: each for each in (TwilioSms(), AfricasTalkingSms(), AfricasTalkingUssd())}


class Gateway:
    """Webhooks that read with the real adapters and remember what came."""

    def __init__(self, setups: tuple[ProviderSettings, ...]) -> None:
        self.came: list[Incoming] = []
        self.broken: Response | None = None
        self.app = FastAPI()
        self.secrets = {setup.name: setup.path_secret.get_secret_value() for setup in setups}
        self.tokens = {setup.name: setup.auth_token for setup in setups}
        self.app.add_api_route("/hooks/{name}/{secret}", self.take, methods=["POST"])

    async def take(self, name: str, secret: str, request: Request) -> Response:
        if self.broken is not None:
            return self.broken
        assert secret == self.secrets[name]
        token = self.tokens[name]
        provider = PROVIDERS[name]
        setup = ProviderSetup(name, secret, None if token is None else token.get_secret_value())
        raw = RawRequest(f"{PUBLIC}{request.url.path}", dict(request.headers), await request.body())
        came = provider.read(raw, setup)
        self.came.append(came)
        match came:
            case SmsIn():
                reply = provider.reply(Taken(came, "Thank you & good luck"))
            case UssdTurn():
                ends = (came.typed or "").count("*") >= 2
                reply = provider.reply(Screen(came, f"You typed <{came.typed}>", ends))
            case _:
                return Response(b"")
        return Response(reply.body, reply.status, media_type=reply.content_type)


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    return Gateway(make_setups(tmp_path))


@pytest.fixture
def page(gateway: Gateway, tmp_path: Path) -> FastAPI:
    """An app with the simulator alone, whose line leads to the gateway's app."""
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=gateway.app))
    app = FastAPI()
    app.include_router(create_router(Line(client, make_setups(tmp_path), PUBLIC, lambda: NOW)))

    @app.exception_handler(RequestValidationError)
    async def refuse(request: Request, error: Exception) -> Response:
        return Response(status_code=422)  # as the service does: FastAPI's own would echo the input

    return app


def ask(app: FastAPI, method: str, path: str, **given: Any) -> httpx2.Response:
    async def run() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=PUBLIC) as client:
            return await client.request(method, path, **given)

    return asyncio.run(run())


def test_a_text_by_twilio_is_signed_and_answered(page: FastAPI, gateway: Gateway) -> None:
    body = {"provider": "twilio", "number": NUMBER, "text": "NET MM13 D3 + ümlaut & more "}
    answer = ask(page, "POST", "/dev/phone/text", json=body)
    assert answer.json() == {"replies": ["Thank you & good luck"]}
    (came,) = gateway.came
    assert isinstance(came, SmsIn)
    assert came.authentic
    assert (came.text, came.sender) == ("NET MM13 D3 + ümlaut & more ", NUMBER)


def test_two_texts_are_two_messages(page: FastAPI, gateway: Gateway) -> None:
    body = {"provider": "twilio", "number": NUMBER, "text": "again"}
    for _ in range(2):
        ask(page, "POST", "/dev/phone/text", json=body)
    assert len({came.message_id for came in gateway.came if isinstance(came, SmsIn)}) == 2


def test_a_text_by_africas_talking_arrives_and_nothing_comes_back(
    page: FastAPI, gateway: Gateway
) -> None:
    body = {"provider": "africas-talking", "number": NUMBER, "text": "राजस्थान बंद"}
    assert ask(page, "POST", "/dev/phone/text", json=body).json() == {"replies": []}
    (came,) = gateway.came
    assert isinstance(came, SmsIn)
    assert (came.text, came.authentic) == ("राजस्थान बंद", False)


def test_a_ussd_walk_shows_every_screen(page: FastAPI, gateway: Gateway) -> None:
    step = {"number": NUMBER, "code": "*384*555#", "session": "abc-1"}
    seen = [
        ask(page, "POST", "/dev/phone/dial", json={**step, "inputs": inputs}).json()
        for inputs in ([], ["1"], ["1", "2", "a*b"])
    ]
    assert [screen["open"] for screen in seen] == [True, True, False]
    assert seen[2]["screen"] == "You typed <1*2*a*b>"
    assert {came.session_id for came in gateway.came if isinstance(came, UssdTurn)} == {"abc-1"}


def test_hanging_up_sends_the_end_of_the_session(page: FastAPI, gateway: Gateway) -> None:
    step = {"number": NUMBER, "code": "*384*555#", "session": "abc-1", "inputs": ["1"]}
    assert ask(page, "POST", "/dev/phone/hang-up", json=step).status_code == 200
    assert gateway.came == [UssdEnd("abc-1")]


BROKEN = {
    "refused": (Response(b"{}", 403), "webhook-refused"),
    "no TwiML": (Response(b"<html>"), "webhook-answer"),
    "other XML": (Response(b"<Other/>"), "webhook-answer"),
}


@pytest.mark.parametrize(("reply", "code"), BROKEN.values(), ids=BROKEN)
def test_a_webhook_that_fails_is_told_without_what_was_typed(
    page: FastAPI, gateway: Gateway, reply: Response, code: str
) -> None:
    gateway.broken = reply
    body = {"provider": "twilio", "number": NUMBER, "text": "canary words"}
    answer = ask(page, "POST", "/dev/phone/text", json=body)
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == code
    assert "canary" not in answer.text


def test_a_ussd_answer_that_is_none_is_told(page: FastAPI, gateway: Gateway) -> None:
    gateway.broken = Response(b"HELLO")
    step = {"number": NUMBER, "code": "*1#", "session": "s", "inputs": []}
    assert ask(page, "POST", "/dev/phone/dial", json=step).json()["code"] == "webhook-answer"


def test_a_service_that_is_away_is_told(tmp_path: Path) -> None:
    def away(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("away")

    app = FastAPI()
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(away))
    app.include_router(create_router(Line(client, make_setups(tmp_path), PUBLIC, lambda: NOW)))
    body = {"provider": "twilio", "number": NUMBER, "text": "x"}
    assert ask(app, "POST", "/dev/phone/text", json=body).json()["code"] == "webhook-unreachable"


BAD = [
    {"provider": "other", "number": NUMBER, "text": "x"},
    {"provider": "twilio", "number": "12345678", "text": "x"},
    {"provider": "twilio", "number": NUMBER, "text": ""},
    {"provider": "twilio", "number": NUMBER, "text": "x" * 1601},
    {"provider": "twilio", "number": NUMBER, "text": 5},
    {"provider": "twilio", "number": NUMBER, "text": "x", "more": 1},
]


@pytest.mark.parametrize("body", BAD)
def test_what_no_phone_could_send_is_refused(
    page: FastAPI, gateway: Gateway, body: dict[str, object]
) -> None:
    assert ask(page, "POST", "/dev/phone/text", json=body).status_code == 422
    assert gateway.came == []


def test_half_a_surrogate_pair_is_refused(page: FastAPI, gateway: Gateway) -> None:
    body = json.dumps({"provider": "twilio", "number": NUMBER, "text": "\ud800"})
    headers = {"content-type": "application/json"}
    answer = ask(page, "POST", "/dev/phone/text", content=body.encode(), headers=headers)
    assert answer.status_code == 422
    assert gateway.came == []


@pytest.mark.parametrize("host", ["attacker.example", "192.0.2.1:8000", "127.0.0.1.example", ""])
def test_a_page_of_another_name_may_not_use_the_phone(page: FastAPI, host: str) -> None:
    for method, path in (("GET", "/dev/phone"), ("POST", "/dev/phone/text")):
        assert ask(page, method, path, headers={"host": host}).status_code == 404


def test_a_foreign_page_cannot_post_without_being_asked(page: FastAPI, gateway: Gateway) -> None:
    """A form or a `no-cors` fetch can send text/plain only: it must not be read as JSON."""
    body = json.dumps({"provider": "twilio", "number": NUMBER, "text": "x"}).encode()
    answer = ask(
        page, "POST", "/dev/phone/text", content=body, headers={"content-type": "text/plain"}
    )
    assert answer.status_code == 422
    assert gateway.came == []


@pytest.mark.parametrize("path", ["", "/phone.css", "/phone.js", "/count.js", "/icon.svg"])
def test_files_are_served_under_a_strict_policy(page: FastAPI, path: str) -> None:
    answer = ask(page, "GET", f"/dev/phone{path}")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_keeps_to_its_policy_and_keeps_nothing() -> None:
    page = (STATIC / "phone.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|https?:", page)
    script = (STATIC / "phone.js").read_text(encoding="utf-8")
    assert not re.search(
        r"localStorage|sessionStorage|indexedDB|cookie|innerHTML|console\.", script
    )


def test_every_control_of_the_page_has_a_label() -> None:
    page = (STATIC / "phone.html").read_text(encoding="utf-8")
    controls = re.findall(r"<(?:input|textarea|select) id=\"([a-z-]+)\"", page)
    assert len(controls) == 5
    assert set(controls) == set(re.findall(r"<label for=\"([a-z-]+)\"", page))
    assert 'aria-live="polite"' in page


def test_the_simulator_is_no_part_of_the_described_api(page: FastAPI) -> None:
    assert page.openapi()["paths"] == {}
