"""/v1/log: checkpoints, receipts and cosignatures, for everybody."""

import re

from fastapi import APIRouter, Request, Response

from app.bodies import read_body
from app.describing import describe_problems
from app.errors import RequestRefused
from app.keyring_routes import Taken
from app.keyrings import Keyrings
from app.limits import Limits
from app.log import Log
from crypto.errors import NoteError
from crypto.notes import read_signatures, write_key

TEXT = "text/plain"
MEDIA_TYPE = "text/plain; charset=utf-8"
_ID = re.compile(r"[0-9a-f]{64}")


def create_log_router(log: Log, keyrings: Keyrings, limits: Limits) -> APIRouter:
    """The routes of /v1/log."""
    router = APIRouter(prefix="/v1/log", tags=["log"])

    @router.get(
        "/key",
        summary="The key that signs checkpoints, as a C2SP verifier key",
        response_class=Response,
        responses={200: {"content": {TEXT: {}}, "description": "One line (spec/log-v1.md)."}},
    )
    async def read_log_key() -> Response:
        return _make_response((write_key(log.key) + "\n").encode())

    @router.get(
        "/checkpoint",
        summary="The log's newest signed size and root, with its cosignatures",
        response_class=Response,
        responses={
            200: {"content": {TEXT: {}}, "description": "A signed note (spec/log-v1.md)."},
            **describe_problems("not-found", "store-busy", "store-unavailable"),
        },
    )
    async def read_checkpoint() -> Response:
        return _make_response(await log.find_checkpoint())

    @router.get(
        "/proof/{id}",
        summary="The receipt of an envelope or a keyring, by its SHA-256 in hex",
        response_class=Response,
        responses={
            200: {"content": {TEXT: {}}, "description": "A receipt (spec/log-v1.md)."},
            **describe_problems("not-found", "store-busy", "store-unavailable"),
        },
    )
    async def read_proof(id: str) -> Response:
        known = _ID.fullmatch(id) is not None
        return _make_response(await log.find_receipt(bytes.fromhex(id)) if known else None)

    @router.post(
        "/cosignatures",
        summary="Bring holders' cosignatures of the newest checkpoint",
        openapi_extra={
            "requestBody": {"required": True, "content": {TEXT: {"schema": {"type": "string"}}}}
        },
        responses=describe_problems(
            "note-form",
            "body-too-slow",
            "cosignature-refused",
            "body-too-large",
            "media-type",
            "store-busy",
            "store-unavailable",
            "store-full",
        ),
    )
    async def take_cosignatures(request: Request) -> Taken:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TEXT:
            raise RequestRefused("media-type")
        body = await read_body(request.receive, limits.cosignature_bytes, limits.body_seconds)
        try:
            signatures = read_signatures(body.decode())
        except UnicodeDecodeError:
            raise NoteError("note-form") from None
        await keyrings.refresh()
        return Taken(status=await log.add_cosignatures(signatures, keyrings.holders))

    return router


def _make_response(data: bytes | None) -> Response:
    if data is None:
        raise RequestRefused("not-found")
    return Response(data, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})
