"""GET /v1/envelopes: keyholders download the log, resumable at any index."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated

import cbor2
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.types import Scope

from app.describing import describe_problems
from app.errors import RequestRefused, StoreError
from app.keyrings import Keyrings
from app.limits import Limits
from app.store import Store
from crypto.errors import RequestSignatureError
from crypto.requests import verify_request

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
    is_signed = create_signature_check(keyrings, public_urls)

    async def check_signed(request: Request) -> None:
        """Unsigned, forged, unknown and revoked signers get one and the same answer."""
        await keyrings.refresh()  # another service may have heard of a revocation
        if not is_signed(request.scope):
            raise RequestRefused("request-not-signed")

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
        yield b"".join([cbor2.dumps(row) for row in rows])
        after = rows[-1][0]
        limit -= len(rows)


def create_signature_check(
    keyrings: Keyrings, public_urls: Sequence[str]
) -> Callable[[Scope], bool]:
    """A function that says whether a request without a body is signed by a keyholder, by the
    keyring that is in memory.
    """
    addresses = [url.rstrip("/") for url in public_urls]

    def is_signed(scope: Scope) -> bool:
        target = scope["raw_path"].decode("ascii", "replace")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("ascii", "replace")
        headers: dict[str, str] = {}
        for raw, value in scope["headers"]:
            name, text = raw.decode("latin-1"), value.decode("latin-1")
            headers[name] = f"{headers[name]}, {text}" if name in headers else text
        try:
            verify_request(
                keyrings.holders,
                scope["method"],
                [address + target for address in addresses],
                headers,
            )
        except RequestSignatureError:
            return False
        return True

    return is_signed
