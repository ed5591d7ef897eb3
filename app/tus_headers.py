"""The headers of tus 1.0: reading what a request brings, writing what an answer tells.

https://tus.io/protocols/resumable-upload: core, creation, checksum, termination, expiration.
"""

import base64
import binascii
import re
from email.utils import formatdate

from fastapi import Request

from app.blob_intake import Checksum
from app.blob_rows import Upload
from app.errors import RequestRefused
from app.limits import Limits

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,termination,expiration"
DIGESTS = {"sha1": 20, "sha256": 32}
"""Algorithms of checksums, and their bytes."""
OFFSET_TYPE = "application/offset+octet-stream"
DAY_SECONDS = 86_400
NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def read_one(request: Request, name: str) -> str | None:
    """A header that may be there once. Raises RequestRefused (`request-invalid`)."""
    values = request.headers.getlist(name)
    if len(values) > 1:
        raise RequestRefused("request-invalid")
    return values[0] if values else None


def read_number(request: Request, name: str) -> int:
    """A header that must hold one plain number, below 10^18. Raises RequestRefused
    (`request-invalid`).
    """
    value = read_one(request, name)
    if value is None or not NUMBER.fullmatch(value):
        raise RequestRefused("request-invalid")
    return int(value)


def read_checksum(request: Request) -> Checksum | None:
    """Upload-Checksum. Raises RequestRefused (`blob-checksum-form`)."""
    value = read_one(request, "Upload-Checksum")
    if value is None:
        return None
    algorithm, _, encoded = value.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise RequestRefused("blob-checksum-form") from None
    if DIGESTS.get(algorithm) != len(digest):
        raise RequestRefused("blob-checksum-form")
    return Checksum(algorithm, digest)  # type: ignore[arg-type]  # it is one of the two


def read_declared(request: Request) -> int:
    """Content-Length, 0 where there is none: the server has checked that these are digits."""
    return int(request.headers.get("Content-Length", "0"))


def write_secret(secret: bytes) -> str:
    """The secret (32 bytes) as the last part of an upload's address: 43 characters."""
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


def read_secret(text: str) -> bytes:
    """The secret of an address. Raises RequestRefused (`not-found`) for what cannot be one."""
    try:
        secret = base64.b64decode(text.encode("ascii") + b"=", b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise RequestRefused("not-found") from None
    if len(secret) != 32 or write_secret(secret) != text:
        raise RequestRefused("not-found")
    return secret


def write_upload(upload: Upload, limits: Limits) -> dict[str, str]:
    """What is told of an upload. Its end is a midnight, and none is told of what is finished."""
    headers = {"Upload-Offset": str(upload.received)}
    if not upload.finished:
        end = (upload.day + limits.blob_days + 1) * DAY_SECONDS
        headers["Upload-Expires"] = formatdate(end, usegmt=True)
    return headers
