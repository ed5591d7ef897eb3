"""/hooks/{provider}/{secret}: from HTTP to the gateway and back, as a plain ASGI function.

Order: secret, body (bounded in bytes and in time), authenticate, read, seal, commit, and only then
the answer. Wrong name, wrong secret and wrong path are one and the same 404. Nothing that came in
is logged or echoed.

Without FastAPI, because its routing alone took a third of a text's time, and there is nothing here
that it could check: a provider's body is bytes under a signature until the provider's module reads
it.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import re
import secrets
from collections.abc import Sequence

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sms.contract import MAX_BODY, Provider, ProviderSetup, RawRequest
from sms.deletions import DELETING
from sms.errors import SetupError, WebhookError
from sms.gateway import Gateway
from sms.registry import find_providers

BODY_SECONDS = 10.0
"""From the headers to the last byte of the body, however it trickles."""
PREFIX = "/hooks/"
MAX_IN_FLIGHT = 256
"""Requests at once, 16 MiB of bodies; the next one is asked to come again."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}", re.ASCII)
_UNREAD = (408, 413)
"""Statuses after which the rest of the body is still on its way."""
_log = logging.getLogger(__name__)

Account = tuple[bytes, ProviderSetup, Provider]


def create_webhooks(
    gateway: Gateway,
    providers: Sequence[ProviderSetup],
    public_url: str,
    *,
    body_seconds: float = BODY_SECONDS,
    max_in_flight: int = MAX_IN_FLIGHT,
) -> ASGIApp:
    """The addresses of all accounts, for requests below PREFIX. public_url: what the providers
    call, without a path of ours.

    SetupError: provider-unknown, provider-secret-short, provider-secret-twice,
    provider-token-missing, provider-account.
    """
    accounts = check_accounts(providers)
    address = public_url.rstrip("/")
    slots = asyncio.Semaphore(max_in_flight)

    async def webhooks(scope: Scope, receive: Receive, send: Send) -> None:
        methods: tuple[str, ...] = ()
        try:
            account, tail = _find_account(accounts, scope["path"])
            methods = account[2].methods
            _check_method(scope["method"], methods)
            _check_room(slots)
            async with slots:
                body = await _read_body(receive, body_seconds)
                url, headers = _write_url(address, scope), _join_headers(scope)
                raw = RawRequest(url, headers, body, tail, gateway.now())
                answer = await _answer(gateway, account, raw)
        except WebhookError as error:
            answer = _refuse(error, methods)
        await answer(scope, receive, send)

    return webhooks


async def _answer(gateway: Gateway, account: Account, raw: RawRequest) -> Response:
    _, setup, provider = account
    incoming = provider.read(raw, setup)
    outcome = await gateway.take(provider, setup, incoming)
    reply = provider.reply(outcome)
    # Not Starlette's media_type: it would add a second charset.
    headers = {"content-type": reply.content_type, **reply.headers}
    return Response(reply.body, reply.status, headers)


def check_accounts(setups: Sequence[ProviderSetup]) -> list[Account]:
    """The accounts, if each of them can work. Raises SetupError as create_router."""
    known = find_providers()
    accounts: list[Account] = []
    for setup in setups:
        if setup.name not in known:
            raise SetupError("provider-unknown")
        if not _SECRET.fullmatch(setup.secret):
            raise SetupError("provider-secret-short")
        if known[setup.name].signed and not setup.token:
            raise SetupError("provider-token-missing")
        if setup.account is not None and setup.name not in DELETING:
            raise SetupError("provider-account")
        mark = _mark(setup.name, setup.secret)
        if any(mark == other for other, _, _ in accounts):
            raise SetupError("provider-secret-twice")
        accounts.append((mark, setup, known[setup.name]))
    return accounts


def _mark(name: str, secret: str) -> bytes:
    """Of one length, so that a comparison takes one time."""
    return hashlib.sha256(f"{name}/{secret}".encode("utf-8", "surrogatepass")).digest()


def _find_account(accounts: Sequence[Account], path: str) -> tuple[Account, str]:
    """The account that a path names, and the path after its secret. Every account is compared, so
    that the time says nothing of which one was near."""
    name, _, rest = path.removeprefix(PREFIX).partition("/")
    secret, _, tail = rest.partition("/")
    given = _mark(name, secret)
    found = [account for account in accounts if hmac.compare_digest(given, account[0])]
    if not found or not re.fullmatch(found[0][2].tail, tail):
        raise WebhookError("not-found")
    return found[0], tail


def _check_method(method: str, methods: Sequence[str]) -> None:
    if method not in methods:
        raise WebhookError("method-not-allowed")


def _check_room(slots: asyncio.Semaphore) -> None:
    if slots.locked():
        raise WebhookError("webhook-busy")


async def _read_body(receive: Receive, seconds: float) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise WebhookError("webhook-timeout")
                body += message.get("body", b"")
                if len(body) > MAX_BODY:
                    raise WebhookError("webhook-too-large")
                more = message.get("more_body", False)
    except TimeoutError:
        raise WebhookError("webhook-timeout") from None
    return bytes(body)


def _write_url(address: str, scope: Scope) -> str:
    """The configured address and what was asked of it, byte for byte; never the Host header."""
    path = bytes(scope.get("raw_path") or scope["path"].encode())
    query = bytes(scope["query_string"])
    url = path.partition(b"?")[0] + (b"?" + query if query else b"")
    return address + url.decode("latin-1")


def _join_headers(scope: Scope) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _refuse(error: WebhookError, methods: Sequence[str]) -> Response:
    incident = secrets.token_hex(8)
    if error.code != "not-found":
        _log.warning("webhook refused: %s, incident %s", error.code, incident)
    return write_refusal(error, incident, methods)


def write_refusal(error: WebhookError, incident: str, methods: Sequence[str] = ()) -> Response:
    """The problem as an answer. methods: those that the address takes."""
    problem = error.problem
    # Member for member, and header for header in one order, as the service's own problems, so that
    # nobody can tell whose 404 it is.
    members = {
        "title": problem.title,
        "status": problem.status,
        "detail": str(error),
        "code": error.code,
        "incident": incident,
    }
    headers = {"cache-control": "no-store"}
    if problem.retry_after is not None:
        headers["retry-after"] = str(problem.retry_after)
    if error.code == "method-not-allowed":
        headers["allow"] = ", ".join(methods)
    if problem.status in _UNREAD:
        headers["connection"] = "close"
    body = json.dumps(members, separators=(",", ":")).encode()
    return Response(body, problem.status, headers, media_type="application/problem+json")
