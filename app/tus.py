"""/v1/blobs as tus 1.0 (https://tus.io/protocols/resumable-upload): uploads that survive a bad
network.

Whoever knows an upload's address may send to it, ask for its offset, and end it; nobody can find an
address. Bodies are read as they come, never as a form.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from app.blobs import Blobs
from app.describing import describe_problems
from app.errors import RequestRefused, ServiceError
from app.problems import code_of, make_response
from app.tus_headers import (
    DIGESTS,
    EXTENSIONS,
    OFFSET_TYPE,
    VERSION,
    read_checksum,
    read_declared,
    read_number,
    read_one,
    read_secret,
    write_secret,
    write_upload,
)
from crypto.errors import CryptoError

PATH = "/v1/blobs"
UPLOADS = "/v1/blobs/uploads"
RESUMABLE = {"Tus-Resumable": VERSION}
Handle = Callable[[Request], Coroutine[Any, Any, Response]]


def _describe_header(name: str, description: str, *, required: bool = True) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "schema": {"type": "string"},
        "description": description,
    }


VERSION_HEADER = _describe_header("Tus-Resumable", "1.0.0")
LENGTH_HEADER = _describe_header("Upload-Length", "Bytes of the blob (spec/blob-v1.md).")
OFFSET_HEADER = _describe_header("Upload-Offset", "Where the body's bytes belong.")
CHECKSUM_HEADER = _describe_header(
    "Upload-Checksum", "sha1 or sha256, a space, the digest in base64.", required=False
)
BODY = {
    "required": True,
    "content": {OFFSET_TYPE: {"schema": {"type": "string", "format": "binary"}}},
}


def create_tus_router(blobs: Blobs) -> APIRouter:
    """The routes of uploads."""
    limits = blobs.limits

    class TusRoute(APIRoute):
        """Every answer names the protocol's version; every request but OPTIONS must."""

        def get_route_handler(self) -> Handle:
            handle = super().get_route_handler()

            async def answer(request: Request) -> Response:
                try:
                    if request.method != "OPTIONS":
                        _check_version(request)
                    response = await handle(request)
                except (ServiceError, CryptoError) as error:
                    response = make_response(
                        code_of(error), retry_after_seconds=limits.retry_after_seconds
                    )
                    if request.method in ("PATCH", "POST"):  # what is left of a body is not read
                        response.headers["Connection"] = "close"
                response.headers["Tus-Resumable"] = VERSION
                if response.status_code == 412:
                    response.headers["Tus-Version"] = VERSION
                return response

            return answer

    router = APIRouter(tags=["blobs"], route_class=TusRoute)

    @router.options(PATH, summary="What this tus server can do", status_code=204)
    @router.options(f"{UPLOADS}/{{secret}}", summary="What this tus server can do", status_code=204)
    async def tell() -> Response:
        return Response(
            status_code=204,
            headers={
                "Tus-Version": VERSION,
                "Tus-Extension": EXTENSIONS,
                "Tus-Max-Size": str(limits.blob_bytes),
                "Tus-Checksum-Algorithm": ",".join(DIGESTS),
            },
        )

    @router.post(
        PATH,
        summary="Begin an upload",
        status_code=201,
        openapi_extra={"parameters": [VERSION_HEADER, LENGTH_HEADER]},
        responses=describe_problems(
            "blob-length", "tus-version", "blob-too-large", "request-invalid", "blobs-full"
        ),
    )
    async def create(request: Request) -> Response:
        for name in ("Upload-Metadata", "Upload-Concat", "Upload-Defer-Length"):
            if name in request.headers:
                raise RequestRefused("blob-metadata" if name[7] == "M" else "request-invalid")
        if read_declared(request) or "Transfer-Encoding" in request.headers:
            raise RequestRefused("body-too-large")
        secret, upload = await blobs.create(read_number(request, "Upload-Length"))
        headers = write_upload(upload, limits)
        headers["Location"] = f"{UPLOADS}/{write_secret(secret)}"
        return Response(status_code=201, headers=_private(headers))

    @router.head(
        f"{UPLOADS}/{{secret}}",
        summary="How far an upload is",
        openapi_extra={"parameters": [VERSION_HEADER]},
        responses=describe_problems("not-found", "tus-version"),
    )
    async def look(secret: str) -> Response:
        upload = await blobs.look(read_secret(secret))
        headers = write_upload(upload, limits)
        headers["Upload-Length"] = str(upload.length)
        return Response(status_code=200, headers=_private(headers))

    @router.patch(
        f"{UPLOADS}/{{secret}}",
        summary="Bytes of an upload, from its offset on",
        status_code=204,
        openapi_extra={
            "parameters": [VERSION_HEADER, OFFSET_HEADER, CHECKSUM_HEADER],
            "requestBody": BODY,
        },
        responses=describe_problems(
            "not-found",
            "blob-offset",
            "tus-version",
            "body-too-large",
            "media-type",
            "request-invalid",
            "blob-locked",
            "blob-checksum",
            "blob-paused",
            "blobs-full",
        ),
    )
    async def take(secret: str, request: Request) -> Response:
        if read_one(request, "Content-Type") != OFFSET_TYPE:
            raise RequestRefused("media-type")
        upload = await blobs.take(
            read_secret(secret),
            read_number(request, "Upload-Offset"),
            request.receive,
            declared=read_declared(request),
            checksum=read_checksum(request),
        )
        return Response(status_code=204, headers=_private(write_upload(upload, limits)))

    @router.delete(
        f"{UPLOADS}/{{secret}}",
        summary="Forget an upload",
        status_code=204,
        openapi_extra={"parameters": [VERSION_HEADER]},
        responses=describe_problems("not-found", "tus-version"),
    )
    async def drop(secret: str) -> Response:
        await blobs.drop(read_secret(secret))
        return Response(status_code=204, headers=_private({}))

    @router.post(f"{UPLOADS}/{{secret}}", include_in_schema=False)
    async def override(secret: str, request: Request) -> Response:
        """For networks that let GET and POST through alone."""
        wanted = request.headers.get("X-HTTP-Method-Override", "").upper()
        if wanted == "PATCH":
            return await take(secret, request)
        if wanted == "DELETE":
            return await drop(secret)
        if wanted == "HEAD":
            return await look(secret)
        return make_response(
            "method-not-allowed",
            retry_after_seconds=limits.retry_after_seconds,
            headers={"Allow": "DELETE, HEAD, OPTIONS, PATCH"},
        )

    return router


def _check_version(request: Request) -> None:
    if read_one(request, "Tus-Resumable") != VERSION:
        raise RequestRefused("tus-version")


def _private(headers: dict[str, str]) -> dict[str, str]:
    return {"Cache-Control": "no-store", **headers}
