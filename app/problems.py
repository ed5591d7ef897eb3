"""The one catalogue of problems, and how they are told (RFC 9457). Codes are never reused.

An answer carries a code, fixed sentences and a random incident id; never anything that came in.
"""

import json
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from starlette.responses import Response

from app.errors import CAUSES, ServiceError
from crypto.errors import BlobError, CryptoError, EnvelopeError, KeyringError, NoteError

MEDIA_TYPE = "application/problem+json"


class ProblemKind(NamedTuple):
    """One entry of the catalogue: its HTTP status and its text, what is wrong and what to do."""

    code: str
    status: int
    text: str

    @property
    def title(self) -> str:
        """The first sentence."""
        return self.text.partition(". ")[0].removesuffix(".") + "."


_OWN = {
    "not-found": 404,
    "method-not-allowed": 405,
    "request-invalid": 422,
    "request-malformed": 400,
    "request-not-signed": 401,
    "headers-too-large": 431,
    "media-type": 415,
    "body-too-large": 413,
    "body-too-slow": 408,
    "body-cut-off": 400,
    "batch-too-many": 413,
    "batch-malformed": 400,
    "batch-item-type": 400,
    "keyring-not-accepted": 403,
    "cosignature-refused": 409,
    "tus-version": 412,
    "blob-metadata": 400,
    "blob-too-large": 413,
    "blob-offset": 409,
    "blob-locked": 423,
    "blob-paused": 503,
    "blob-checksum": 460,
    "blob-checksum-form": 400,
    "range-invalid": 416,
    "internal": 500,
    "store-full": 507,
    "parts-full": 507,
    "blobs-full": 507,
    "blobs-unavailable": 503,
    "blob-damaged": 503,
    "store-busy": 503,
    "store-unavailable": 503,
}
# Envelopes and keyrings are judged by crypto/: its codes and texts are passed on.
_READING = ("envelope-too-short", "envelope-version", "envelope-suite", "envelope-length")
"""What read_header raises; the other envelope errors belong to sealing."""
_KEYRING = {
    "keyring-bundle-too-big": 413,
    "keyring-root-signatures": 403,
    "keyring-signatures": 403,
    "keyring-development": 403,
    "keyring-root-fork": 409,
    "keyring-fork": 409,
    "keyring-rollback": 409,
}
"""Every other keyring error is 400."""

_CATALOGUE: Mapping[str, ProblemKind] = {
    **{code: ProblemKind(code, status, CAUSES[code]) for code, status in _OWN.items()},
    **{code: ProblemKind(code, 400, EnvelopeError.CAUSES[code]) for code in _READING},
    "note-form": ProblemKind("note-form", 400, NoteError.CAUSES["note-form"]),
    "blob-length": ProblemKind("blob-length", 400, BlobError.CAUSES["blob-length"]),
    **{
        code: ProblemKind(code, _KEYRING.get(code, 400), text)
        for code, text in KeyringError.CAUSES.items()
        if code != "no-epoch"  # for sealers
    },
}
STORE_CODES = frozenset({"store-full", "store-busy", "store-unavailable"})
"""Not the request's fault: the same bytes work later."""


def list_problems() -> tuple[ProblemKind, ...]:
    """The whole catalogue, for the documentation and for the test that compares the two."""
    return tuple(_CATALOGUE.values())


def find_problem(code: str) -> ProblemKind:
    """The catalogue's entry; a code that is not in it is a fault of ours and is told as
    `internal`.
    """
    return _CATALOGUE.get(code, _CATALOGUE["internal"])


def code_of(error: Exception) -> str:
    """The catalogue's code for an error of this room or of crypto/; `internal` for anything
    else.
    """
    code = error.code if isinstance(error, ServiceError | CryptoError) else "internal"
    return find_problem(code).code


def make_incident() -> str:
    """A random id that stands in an answer and in our log, and nowhere else."""
    return secrets.token_hex(8)


def write_problem(kind: ProblemKind, incident: str) -> bytes:
    """The body of a problem answer."""
    members = {
        "title": kind.title,
        "status": kind.status,
        "detail": kind.text,
        "code": kind.code,
        "incident": incident,
    }
    return json.dumps(members, separators=(",", ":")).encode()


def make_headers(kind: ProblemKind, retry_after_seconds: int) -> dict[str, str]:
    """The headers that a status asks for."""
    headers = {"Cache-Control": "no-store"}
    if kind.status in (429, 503):
        headers["Retry-After"] = str(retry_after_seconds)
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Signature"
    if kind.status in (408, 413, 415):
        headers["Connection"] = "close"  # the rest of the body is not read
    return headers


def make_response(
    code: str,
    *,
    retry_after_seconds: int,
    incident: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A whole answer for a code of the catalogue."""
    kind = find_problem(code)
    return Response(
        write_problem(kind, incident or make_incident()),
        status_code=kind.status,
        media_type=MEDIA_TYPE,
        headers={**make_headers(kind, retry_after_seconds), **(headers or {})},
    )


def write_answer(answer: Response) -> bytes:
    """An answer as it goes over the wire."""
    status = HTTPStatus(answer.status_code)
    lines = [b"%s: %s\r\n" % header for header in answer.raw_headers]
    head = b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode())
    return head + b"".join(lines) + b"\r\n" + bytes(answer.body)
