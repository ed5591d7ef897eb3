"""/v1/keyring: the signed keyring, for everybody to fetch and for anybody to bring."""

import hashlib
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.bodies import read_timed_body
from app.describing import describe_problems
from app.errors import RequestRefused
from app.keyrings import TIMESTAMP, Keyrings
from app.limits import Limits

BUNDLE = "application/cbor"
SHORT = "public, max-age=60"
LONG = "public, max-age=31536000, immutable"
"""Every file but the timestamp has its version or its hash in its name."""


class Taken(BaseModel):
    """What became of what was sent."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["stored", "known"]


def create_keyring_router(keyrings: Keyrings, limits: Limits) -> APIRouter:
    """The routes of /v1/keyring."""
    router = APIRouter(prefix="/v1/keyring", tags=["keyring"])

    @router.get(
        "",
        summary="The keyring in use, as one bundle",
        response_class=Response,
        responses={
            200: {"content": {BUNDLE: {}}, "description": "A bundle (spec/keyring-v1.md)."},
            304: {"description": "Not changed."},
            **describe_problems("not-found"),
        },
    )
    async def read_keyring(request: Request) -> Response:
        if keyrings.current is None:
            raise RequestRefused("not-found")
        return _make_response(request, keyrings.bundle, BUNDLE, SHORT)

    @router.get(
        "/{file:path}",
        summary="One file of a keyring, by its TUF name",
        response_class=Response,
        responses={
            200: {"content": {"application/json": {}}, "description": "The file as it was signed."},
            304: {"description": "Not changed."},
            **describe_problems("not-found", "store-unavailable"),
        },
    )
    async def read_file(request: Request, file: str) -> Response:
        data = await keyrings.find_file(file)
        if data is None:
            raise RequestRefused("not-found")
        return _make_response(
            request, data, "application/json", SHORT if file == TIMESTAMP else LONG
        )

    @router.post(
        "",
        summary="Bring a keyring: its signatures are its authority",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {BUNDLE: {"schema": {"type": "string", "format": "binary"}}},
            }
        },
        responses=describe_problems(
            "keyring-bundle-form",
            "keyring-not-accepted",
            "body-too-slow",
            "keyring-rollback",
            "body-too-large",
            "media-type",
            "store-busy",
            "store-full",
        ),
    )
    async def take_keyring(request: Request) -> Taken:
        with keyrings.take_turn():
            if request.headers.get("content-type", "").partition(";")[0].strip().lower() != BUNDLE:
                raise RequestRefused("media-type")
            body = await read_timed_body(
                request.receive, limits.keyring_bytes, limits.keyring_seconds
            )
            return Taken(status=await keyrings.accept(body))

    return router


def _make_response(request: Request, data: bytes, media_type: str, caching: str) -> Response:
    tag = f'"{hashlib.sha256(data).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": caching}
    asked = [
        part.strip().removeprefix("W/")
        for part in request.headers.get("if-none-match", "").split(",")
    ]
    if tag in asked or asked == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)
