"""GET /v1/envelopes: keyholders download the log, resumable at any index."""

import logging
from collections.abc import AsyncIterator, Sequence
from io import BytesIO
from typing import Annotated

import cbor2
from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.describing import describe_problems
from app.errors import StoreError
from app.keyrings import Keyrings
from app.limits import Limits
from app.signed_requests import require_signature
from app.store import Row, Store

log = logging.getLogger("heliograph.download")
MEDIA_TYPE = "application/cbor-seq"
MAX_INDEX = 2**63 - 1


def check_digits(value: object) -> object:
    """Only a plain decimal number: "1.0", "+1" and " 1" are somebody's mistake."""
    if isinstance(value, str) and not (value.isascii() and value.removeprefix("-").isdigit()):
        raise ValueError("not a plain number")
    return value


Plain = BeforeValidator(check_digits)


class Range(BaseModel):
    """Which part of the log."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[
        int, Plain, Field(ge=-1, le=MAX_INDEX, description="The last index you have.")
    ] = -1
    limit: Annotated[int, Plain, Field(ge=1, le=MAX_INDEX, description="Rows at most.")] = MAX_INDEX


def create_download_router(
    store: Store, keyrings: Keyrings, public_urls: Sequence[str], limits: Limits
) -> APIRouter:
    """The route of GET /v1/envelopes. `public_urls` are the addresses that signers may have signed
    for.
    """
    router = APIRouter(tags=["envelopes"])
    check_signed = require_signature(keyrings, public_urls)

    @router.get(
        "/v1/envelopes",
        summary="The log from an index on, for keyholders",
        dependencies=[Depends(check_signed)],
        response_class=StreamingResponse,
        responses={
            200: {
                "content": {MEDIA_TYPE: {}},
                "description": "A CBOR sequence of [index, leaf, body or null], by rising index.",
            },
            **describe_problems("request-not-signed", "request-invalid", "store-unavailable"),
        },
    )
    async def download(wanted: Annotated[Range, Query()]) -> StreamingResponse:
        rows = stream_rows(store, wanted.after, wanted.limit, limits.download_rows)
        return StreamingResponse(rows, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})

    return router


async def stream_rows(store: Store, after: int, limit: int, page: int) -> AsyncIterator[bytes]:
    """The rows as a CBOR sequence, a page of `page` rows at a time: no more is ever in memory."""
    while limit > 0:
        try:
            rows = await store.download(after, min(page, limit))
        except StoreError as error:  # half of it is sent: all that is left is to break off
            log.warning("code=%s task=download", error.code)
            raise
        if not rows:
            return
        yield _write_page(rows)
        after = rows[-1][0]
        limit -= len(rows)


def _write_page(rows: Sequence[Row]) -> bytes:
    page = BytesIO()
    encoder = cbor2.CBOREncoder(page)
    for row in rows:
        encoder.encode(row)
    return page.getvalue()
