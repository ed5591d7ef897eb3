"""How every error becomes the same kind of answer."""

from collections.abc import Sequence

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

from app.errors import ServiceError
from app.last_resort import answer_problem
from app.limits import Limits
from app.problems import code_of
from crypto.errors import CryptoError

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
        return answer_problem(code, error, limits, headers)

    for kind in (RequestValidationError, HTTPException, ServiceError, CryptoError, Exception):
        api.add_exception_handler(kind, answer)


def find_methods(routes: Sequence[BaseRoute], request: Request) -> list[str]:
    """The methods that an address takes, POST /v1/envelopes in front of FastAPI included."""
    found = {
        method
        for method in METHODS
        for route in routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }
    return sorted(found | {"POST"} if request.url.path == "/v1/envelopes" else found)
