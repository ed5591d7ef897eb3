"""How every error becomes the same kind of answer."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from traceback import extract_tb

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import ServiceError, StoreUnavailable
from app.limits import Limits
from app.problems import code_of, make_incident, make_response
from crypto.errors import CryptoError

log = logging.getLogger("heliograph.service")
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
STATUS_CODES = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large"}


def add_handlers(api: FastAPI, limits: Limits) -> None:
    """Hands every exception to one function. Nothing of the request reaches an answer or a log."""

    async def answer(request: Request, error: Exception) -> Response:
        if isinstance(error, RequestValidationError):
            code = "request-invalid"
        elif isinstance(error, HTTPException):
            code = STATUS_CODES.get(error.status_code, "request-invalid")
        else:
            code = code_of(error)
        headers: dict[str, str] = {}
        if code == "method-not-allowed":
            headers["Allow"] = ", ".join(find_methods(api.routes, request))
        incident = make_incident()
        if code == "internal":
            log_fault(error, incident)
        return make_response(
            code,
            retry_after_seconds=limits.retry_after_seconds,
            incident=incident,
            headers=headers,
        )

    for kind in (RequestValidationError, HTTPException, ServiceError, CryptoError, Exception):
        api.add_exception_handler(kind, answer)


def guard(app: ASGIApp, limits: Limits) -> ASGIApp:
    """An ASGI function that stands in front of FastAPI, with the same last resort. It has to begin
    its answer last of all.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except asyncio.CancelledError:  # the server stops, and has waited for long enough
            failure: Exception = StoreUnavailable()
        except Exception as error:  # noqa: BLE001 -- the last resort too: the server would log it
            failure = error
        else:
            return
        answer = answer_failure(failure, limits)
        await answer(scope, receive, send)

    return guarded


def answer_failure(
    failure: Exception, limits: Limits, headers: Mapping[str, Mapping[str, str]] | None = None
) -> Response:
    """The problem that an error is told as; a fault of ours is logged. `headers`: by code."""
    code, incident = code_of(failure), make_incident()
    if code == "internal":
        log_fault(failure, incident)
    return make_response(
        code,
        retry_after_seconds=limits.retry_after_seconds,
        incident=incident,
        headers=(headers or {}).get(code),
    )


def find_methods(routes: Sequence[BaseRoute], request: Request) -> list[str]:
    """The methods that an address takes, POST /v1/envelopes in front of FastAPI included."""
    found = {
        method
        for method in METHODS
        for route in routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
    return sorted(found | {"POST"} if request.url.path == "/v1/envelopes" else found)


def log_fault(error: Exception, incident: str) -> None:
    """One line for a fault of ours: its type and where, but no message: that could hold input."""
    frames = extract_tb(error.__traceback__)
    where = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "unknown"
    log.error("code=internal incident=%s type=%s at=%s", incident, type(error).__name__, where)
