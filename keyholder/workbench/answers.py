"""Answers of the workbench: a status, a type and bytes, under one set of headers.

A refusal is a code and a sentence from the list here. Nothing that was asked or that a stranger
wrote is in it, nor in any header.
"""

from dataclasses import dataclass
from typing import Any

from keyholder.documents import write_json

JSON = "application/json"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_REFUSALS = {
    "request": (400, "This is not a request that the workbench reads"),
    "question": (400, "A filter or a number is not one of those that there are"),
    "operation": (400, "This operation is not one of those that there are"),
    "refused": (403, "Only the page that this workbench opened may ask"),
    "unknown": (404, "There is nothing here"),
    "method": (405, "This address is asked in another way"),
    "too-large": (413, "This is more than the workbench reads"),
    "fetching": (409, "New reports are on their way already"),
    "opening": (503, "The reports are still being opened"),
    "unwritten": (
        409,
        "It could not be kept: look for free room on the disk, and for a valid epoch",
    ),
    "picture": (409, "No picture that is shown here. `keyholder attachments` tells more"),
    "unread": (409, "The attachments in the home folder cannot be read"),
    "failed": (500, "The workbench made a mistake"),
}
_REASONS = {
    200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    409: "Conflict", 413: "Content Too Large", 500: "Internal Server Error",
    503: "Service Unavailable",
}  # fmt: skip


class Refusal(Exception):
    """A request that gets no answer. `code` is one of the list above."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.status, self.sentence = _REFUSALS[code]
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Answer:
    """`type` is a media type of ours."""

    status: int
    type: str
    body: bytes

    def write(self, *, last: bool) -> bytes:
        """The bytes on the connection. last: it is closed afterwards."""
        lines = [f"HTTP/1.1 {self.status} {_REASONS[self.status]}"]
        lines += [f"{name}: {value}" for name, value in _HEADERS.items()]
        lines += [f"Content-Type: {self.type}", f"Content-Length: {len(self.body)}"]
        lines += ["Connection: close"] if last else []
        return "\r\n".join([*lines, "", ""]).encode("ascii") + self.body


def answer_json(document: Any, status: int = 200) -> Answer:
    """A document as JSON, in ASCII alone."""
    return Answer(status, JSON, write_json(document).encode("ascii"))


def answer_refusal(refusal: Refusal) -> Answer:
    """{"code", "title"} with the refusal's status."""
    return answer_json({"code": refusal.code, "title": refusal.sentence}, refusal.status)
