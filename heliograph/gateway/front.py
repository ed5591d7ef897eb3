"""What a gateway answers: webhooks, and whether it is well. Everything else is one 404."""

import json
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.last_resort import guard
from app.limits import Limits
from app.problems import make_incident
from crypto.keyring import Keyring
from sms.errors import WebhookError
from sms.outbox import Outbox
from sms.sink import SinkFull, SinkUnavailable
from sms.webhooks import PREFIX, write_refusal

HEALTH, READINESS = "/healthz", "/readyz"
OK = json.dumps({"status": "ok"}, separators=(",", ":")).encode()


def create_front(
    hooks: ASGIApp, outbox: Outbox, keyring: Callable[[], Keyring | None], limits: Limits
) -> ASGIApp:
    """The gateway as one ASGI application. Its health tells nothing of what waits, or for whom."""
    guarded = guard(hooks, limits)

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # no websockets here
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["path"].startswith(PREFIX):
            await guarded(scope, receive, send)
            return
        answer = await _answer(scope["method"], scope["path"])
        await answer(scope, receive, send)

    async def _answer(method: str, path: str) -> Response:
        try:
            if method != "GET" or path not in (HEALTH, READINESS):
                raise WebhookError("not-found")  # noqa: TRY301
            if path == READINESS:
                await _check()
        except WebhookError as error:
            return write_refusal(error, make_incident())
        return Response(OK, media_type="application/json")

    async def _check() -> None:
        """Whether a text would be taken."""
        if keyring() is None:
            raise WebhookError("gateway-no-keyring")
        try:
            await outbox.check()
        except SinkFull:
            raise WebhookError("store-full") from None
        except SinkUnavailable:
            raise WebhookError("store-unavailable") from None

    return front
