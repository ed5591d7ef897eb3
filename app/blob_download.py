"""GET /v1/blobs/{id}: keyholders download a blob, whole or from a byte on."""

import re
from collections.abc import Sequence

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from app.blobs import Blobs
from app.byte_ranges import read_range
from app.describing import describe_problems
from app.errors import RequestRefused
from app.keyrings import Keyrings
from app.problems import make_response
from app.signed_requests import require_signature

MEDIA_TYPE = "application/octet-stream"
ID = re.compile(r"[0-9a-f]{64}")
RANGE_HEADER = {
    "name": "Range",
    "in": "header",
    "schema": {"type": "string"},
    "description": "One range of bytes (RFC 9110), to go on with a download.",
}
BINARY = {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


def create_blob_router(blobs: Blobs, keyrings: Keyrings, public_urls: Sequence[str]) -> APIRouter:
    """The route of GET /v1/blobs/{id}. `public_urls` are the addresses that signers may have signed
    for.
    """
    router = APIRouter(tags=["blobs"])
    check_signed = require_signature(keyrings, public_urls)

    @router.get(
        "/v1/blobs/{id}",
        summary="A blob, for keyholders",
        dependencies=[Depends(check_signed)],
        response_class=StreamingResponse,
        openapi_extra={"parameters": [RANGE_HEADER]},
        responses={
            200: {**BINARY, "description": "All bytes of the blob."},
            206: {**BINARY, "description": "The bytes of the range."},
            **describe_problems("request-not-signed", "not-found", "range-invalid"),
        },
    )
    async def download(id: str, request: Request) -> Response:
        if not ID.fullmatch(id):
            raise RequestRefused("not-found")
        blob = await blobs.find(bytes.fromhex(id))
        tag = f'"{id}"'
        wanted = request.headers.get("Range")
        if request.headers.get("If-Range", tag) != tag:
            wanted = None  # it has a part of something else
        headers = {"Accept-Ranges": "bytes", "Cache-Control": "no-store", "ETag": tag}
        try:
            part = read_range(wanted, blob.length)
        except RequestRefused as error:
            return make_response(
                error.code,
                retry_after_seconds=blobs.limits.retry_after_seconds,
                headers={"Content-Range": f"bytes */{blob.length}"},
            )
        begin, end = part or (0, blob.length)
        headers["Content-Length"] = str(end - begin)
        if part:
            headers["Content-Range"] = f"bytes {begin}-{end - 1}/{blob.length}"
        return StreamingResponse(
            blobs.read(blob, begin, end),
            status_code=206 if part else 200,
            media_type=MEDIA_TYPE,
            headers=headers,
        )

    return router
