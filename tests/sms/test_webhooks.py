"""The webhooks' address: who may come in, how much, how long, and what a refusal says."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.types import Message

from sms.contract import MAX_BODY
from sms.errors import PROBLEMS, SetupError, WebhookError
from sms.sink import SinkFull, SinkUnavailable
from tests.coalition import Coalition
from tests.sms.desk import SECRET, TOKEN, Desk, make_setup

FORM = {"content-type": "application/x-www-form-urlencoded"}
CANARY = "Kanarienvogel-7391"
TEXT = f"id=abc-1&from=%2B15550100003&to=28901&text={CANARY}".encode()
PATH = f"/hooks/africastalking-sms/{SECRET}"


@pytest.fixture
def desk(coalition: Coalition) -> Desk:
    names = ("africastalking-sms", "africastalking-ussd", "twilio")
    return Desk(coalition, setups=tuple(make_setup(name) for name in names))


def post(desk: Desk, path: str = PATH, body: bytes = TEXT, **headers: str) -> Any:
    return desk.client.post(path, content=body, headers={**FORM, **headers})


def without_incident(answer: Any) -> tuple[int, dict[str, str], dict[str, Any]]:
    problem = answer.json()
    assert len(problem.pop("incident")) == 16
    return answer.status_code, dict(answer.headers), problem


def test_wrong_name_secret_and_path_give_one_and_the_same_404(desk: Desk) -> None:
    paths = [
        f"/hooks/kannel/{SECRET}",
        f"/hooks/africastalking-sms/{SECRET[:-1]}x",
        f"/hooks/africastalking-sms/{SECRET}x",
        "/hooks/africastalking-sms/x",
        f"/hooks/africastalking-sms/{SECRET}/more",
        "/hooks/%F0%9F%93%B5/%ED%A0%BD",
        f"/hooks/AfricasTalking-SMS/{SECRET}",
    ]
    answers = [without_incident(post(desk, path)) for path in paths]
    assert answers == [answers[0]] * len(paths)
    status, headers, problem = answers[0]
    assert (status, problem["status"], problem["code"]) == (404, 404, "not-found")
    assert headers["content-type"] == "application/problem+json"
    assert desk.sink.keys == []


def test_refusals_have_the_services_headers_in_the_services_order(desk: Desk) -> None:
    """What app/problems.py writes, which this room may not import: else the order of the headers
    says whose 404 it is. tests/app/test_serving.py pins the same list for the service.
    """
    refused = post(desk, f"/hooks/africastalking-sms/{SECRET}x")
    assert refused.headers.raw == [
        (b"cache-control", b"no-store"),
        (b"content-length", b"%d" % len(refused.content)),
        (b"content-type", b"application/problem+json"),
    ]
    desk.sink.error = SinkUnavailable()
    busy = post(desk)
    assert [name for name, _ in busy.headers.raw] == [
        b"cache-control",
        b"retry-after",
        b"content-length",
        b"content-type",
    ]
    large = post(desk, body=b"x" * (MAX_BODY + 1))
    assert [name for name, _ in large.headers.raw] == [
        b"cache-control",
        b"connection",
        b"content-length",
        b"content-type",
    ]


def test_each_account_has_its_own_secret(coalition: Coalition) -> None:
    other = SECRET[::-1]
    setups = (make_setup("africastalking-sms"), make_setup("africastalking-sms", secret=other))
    desk = Desk(coalition, setups=setups)
    assert post(desk).status_code == 200
    assert post(desk, f"/hooks/africastalking-sms/{other}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "nobody"}, "provider-unknown"),
        ({"secret": "a" * 15}, "provider-secret-short"),
        ({"secret": "a" * 15 + "/"}, "provider-secret-short"),
        ({"name": "twilio", "token": None}, "provider-token-missing"),
        ({"name": "twilio", "token": ""}, "provider-token-missing"),
        ({}, "provider-secret-twice"),
    ],
)
def test_a_setup_that_cannot_work_is_refused(
    coalition: Coalition, changes: dict[str, Any], code: str
) -> None:
    good = make_setup("africastalking-sms")
    with pytest.raises(SetupError) as caught:
        Desk(coalition, setups=(good, make_setup(**{"name": "africastalking-sms", **changes})))
    assert caught.value.code == code
    assert str(changes.get("secret", SECRET)) not in str(caught.value)


def test_only_post_is_taken(desk: Desk) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert desk.client.request(method, PATH).status_code == 405


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (SinkFull(CANARY), 507, "store-full"),
        (SinkUnavailable(CANARY), 503, "store-unavailable"),
        (None, 503, "gateway-no-keyring"),
    ],
)
def test_what_is_not_committed_is_not_acknowledged(
    desk: Desk, error: Exception | None, status: int, code: str
) -> None:
    desk.sink.error = error
    if error is None:
        desk.keyring = None
    answer = post(desk)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert int(answer.headers["retry-after"]) > 0
    assert desk.sink.envelopes == []
    desk.sink.error = None
    desk.keyring = desk.coalition.keyring
    assert post(desk).status_code == 200
    assert [report["raw"] for report in desk.open()] == [CANARY]


def test_a_body_without_a_length_is_cut_off_at_the_cap(desk: Desk) -> None:
    read = 0

    def pieces() -> Any:
        nonlocal read
        for _ in range(10_000):
            read += 1
            yield b"x" * 1024

    async def receive_all() -> int:
        messages = ({"type": "http.request", "body": one, "more_body": True} for one in pieces())

        async def receive() -> Message:
            return next(messages)

        return await ask(desk, receive)

    assert asyncio.run(receive_all()) == 413
    assert read <= MAX_BODY // 1024 + 2


async def ask(desk: Desk, receive: Any) -> int:
    """One request in plain ASGI, for what no client does."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "query_string": b"",
        "headers": [(b"content-type", FORM["content-type"].encode())],
    }
    await desk.app(scope, receive, send)
    return int(sent[0]["status"])


def test_a_body_that_trickles_meets_its_deadline(coalition: Coalition) -> None:
    desk = Desk(
        coalition, setups=(make_setup("africastalking-sms"),), limits={"body_seconds": 0.01}
    )

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    assert asyncio.run(ask(desk, never)) == 408
    assert desk.sink.keys == []


def test_a_client_that_leaves_is_no_fault(desk: Desk) -> None:
    async def leave() -> Message:
        return {"type": "http.disconnect"}

    assert asyncio.run(ask(desk, leave)) == 408


def test_more_requests_than_slots_are_asked_to_come_again(coalition: Coalition) -> None:
    desk = Desk(coalition, setups=(make_setup("africastalking-sms"),), limits={"max_in_flight": 1})

    async def run() -> tuple[int, int]:
        arrived, go = asyncio.Event(), asyncio.Event()

        async def slow() -> Message:
            arrived.set()
            await go.wait()
            return {"type": "http.request", "body": TEXT}

        first = asyncio.create_task(ask(desk, slow))
        await arrived.wait()
        second = await ask(desk, slow)
        go.set()
        return await first, second

    assert asyncio.run(run()) == (200, 503)
    assert post(desk).status_code == 200


def test_the_address_is_the_configured_one_with_the_query_as_it_came(desk: Desk) -> None:
    """Twilio signs its own view of the address, and Host says another one here."""
    from twilio.request_validator import RequestValidator

    path = f"/hooks/twilio/{SECRET}?a=b%20c&d="
    url = f"https://gateway.example{path}"
    params = {
        "MessageSid": "SM" + "0" * 32, "AccountSid": "AC" + "0" * 32,
        "From": "+15550100002", "To": "+15550100001",
    }  # fmt: skip
    body = "&".join(f"{name}={value}" for name, value in params.items()).replace("+", "%2B")
    signature = RequestValidator(TOKEN).compute_signature(url, params)
    headers = {"x-twilio-signature": signature, "x-forwarded-host": "evil.example"}
    assert post(desk, path, body.encode(), **headers).status_code == 200
    assert post(desk, path + "x", body.encode(), **headers).status_code == 403
    twice = [*FORM.items(), *[("x-twilio-signature", signature)] * 2]
    assert desk.client.post(path, content=body.encode(), headers=twice).status_code == 403


def test_no_refusal_and_no_log_line_holds_what_came_in(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    long = TEXT.ljust(MAX_BODY + 1, b"x")
    answers = [
        post(desk, f"/hooks/{CANARY}/{CANARY}"),
        post(desk, f"{PATH}/{CANARY}?{CANARY}={CANARY}"),
        post(desk, body=TEXT + b"&text=" + CANARY.encode()),
        post(desk, body=TEXT + b"&&" + CANARY.encode()),
        post(desk, body=long),
        post(desk, **{"content-type": f"text/{CANARY}; charset={CANARY}"}),
        post(desk, f"/hooks/twilio/{SECRET}", **{"x-twilio-signature": CANARY}),
        post(desk, f"/hooks/africastalking-ussd/{SECRET}", TEXT),
    ]
    desk.sink.error = SinkUnavailable(CANARY)
    answers.append(post(desk))
    desk.keyring = None
    answers.append(post(desk))
    assert {answer.status_code for answer in answers} == {404, 400, 413, 415, 403, 503}
    told = "".join(answer.text + str(answer.headers) for answer in answers)
    # The client of this test logs addresses; everything else counts.
    records = [one for one in caplog.records if not one.name.startswith(("httpx2", "httpcore2"))]
    logged = "".join(f"{record.getMessage()} {record.__dict__}" for record in records)
    assert len([one for one in records if one.name == "sms.webhooks"]) == 8
    for secret in (CANARY, CANARY.lower(), SECRET, TOKEN, "15550100003", "abc-1"):
        assert secret not in told
        assert secret not in logged


def test_every_problem_says_what_to_do_and_holds_nothing_else(desk: Desk) -> None:
    for code, problem in PROBLEMS.items():
        error = WebhookError(code)
        assert str(error) == f"{problem.title} {problem.next_step}"
        assert 400 <= problem.status < 600
    refused = json.loads(post(desk, body=b"").content)
    assert set(refused) == {"title", "status", "detail", "code", "incident"}


def test_the_answer_waits_for_the_commit(desk: Desk) -> None:
    async def run() -> None:
        sealed, committed = asyncio.Event(), asyncio.Event()
        put = desk.sink.put

        async def slow_put(envelopes: Any, message_key: bytes) -> bool:
            sealed.set()
            await committed.wait()
            return await put(envelopes, message_key)

        desk.sink.put = slow_put  # type: ignore[method-assign]

        async def body() -> AsyncIterator[Message]:
            yield {"type": "http.request", "body": TEXT}

        messages = body()
        answer = asyncio.create_task(ask(desk, lambda: anext(messages)))
        await sealed.wait()
        assert not answer.done()
        committed.set()
        assert await answer == 200

    asyncio.run(run())
    assert len(desk.sink.envelopes) == 1
