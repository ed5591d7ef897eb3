"""What is told where everything else has failed. Nothing of the request is in it."""

import asyncio
import logging
from collections.abc import Mapping
from traceback import extract_tb

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import StoreUnavailable
from app.limits import Limits
from app.problems import code_of, make_incident, make_response

log = logging.getLogger("heliograph.service")


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
    """The problem that an error is told as. `headers`: by code."""
    code = code_of(failure)
    return answer_problem(code, failure, limits, (headers or {}).get(code))


def answer_problem(
    code: str, failure: Exception, limits: Limits, headers: Mapping[str, str] | None = None
) -> Response:
    """The problem of this code; a fault of ours (`internal`) is logged with its incident."""
    incident = make_incident()
    if code == "internal":
        log_fault(failure, incident)
    return make_response(
        code, retry_after_seconds=limits.retry_after_seconds, incident=incident, headers=headers
    )


def log_fault(error: Exception, incident: str) -> None:
    """One line for a fault of ours: its type and where, but no message: that could hold input."""
    frames = extract_tb(error.__traceback__)
    where = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "unknown"
    log.error("code=internal incident=%s type=%s at=%s", incident, type(error).__name__, where)
