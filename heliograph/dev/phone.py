"""The phone simulator's page and what its browser posts to. For development, on loopback alone.

The page speaks to this router; the router speaks to the gateway's real webhooks (`line.py`). It
keeps and logs nothing of what is typed.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from heliograph.dev.errors import DevelopmentError
from heliograph.dev.line import Line
from heliograph.dev.webhooks import Call
from heliograph.loopback import is_loopback

PREFIX = "/dev/phone"
STATIC = Path(__file__).with_name("static")
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_FILES = {
    "": ("phone.html", "text/html; charset=utf-8"),
    "/phone.css": ("phone.css", "text/css; charset=utf-8"),
    "/phone.js": ("phone.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    "/count.js": ("count.js", "text/javascript; charset=utf-8"),
}
Number = Annotated[str, Field(pattern=r"^\+[0-9]{7,15}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class TextSent(_Strict):
    """What the page posts to send a text."""

    provider: Literal["twilio", "africas-talking"]
    number: Number
    text: str = Field(min_length=1, max_length=1600)


class CallStep(_Strict):
    """What the page posts for one step of a USSD session. inputs: every answer so far."""

    number: Number
    code: str = Field(pattern=r"^[0-9*#]{1,32}$")
    session: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    inputs: list[Annotated[str, Field(min_length=1, max_length=160)]] = Field(max_length=32)

    def as_call(self) -> Call:
        return Call(self.number, self.code, self.session, tuple(self.inputs))


def create_router(line: Line) -> APIRouter:
    """The simulator's routes under /dev/phone. `line` reaches the gateway."""
    router = APIRouter(
        prefix=PREFIX, include_in_schema=False, dependencies=[Depends(_refuse_strangers)]
    )
    for path, (name, media_type) in _FILES.items():
        router.add_api_route(path, _serve(name, media_type), methods=["GET"])

    @router.post("/text")
    async def send_text(sent: TextSent) -> Response:
        async def send() -> dict[str, object]:
            return {"replies": await line.send_text(sent.provider, sent.number, sent.text)}

        return await _answer(send)

    @router.post("/dial")
    async def dial(step: CallStep) -> Response:
        async def turn() -> dict[str, object]:
            screen = await line.dial(step.as_call())
            return {"screen": screen.text, "open": screen.open}

        return await _answer(turn)

    @router.post("/hang-up")
    async def hang_up(step: CallStep) -> Response:
        async def end() -> dict[str, object]:
            await line.hang_up(step.as_call())
            return {}

        return await _answer(end)

    return router


def _refuse_strangers(request: Request) -> None:
    """Only pages of this very machine may use the phone: a name that an attacker points at
    127.0.0.1 (DNS rebinding) is not loopback, and a foreign page cannot post JSON unasked."""
    if not is_loopback(f"http://{request.headers.get('host', '')}"):
        raise HTTPException(404)


def _serve(name: str, media_type: str) -> Callable[[], Awaitable[Response]]:
    async def serve() -> Response:
        return Response((STATIC / name).read_bytes(), media_type=media_type, headers=HEADERS)

    return serve


async def _answer(work: Callable[[], Awaitable[dict[str, object]]]) -> Response:
    try:
        return JSONResponse(await work(), headers=HEADERS)
    except DevelopmentError as error:
        problem = {"code": error.code, "title": error.problem, "detail": str(error), "status": 502}
        return JSONResponse(
            problem, status_code=502, headers=HEADERS, media_type="application/problem+json"
        )
