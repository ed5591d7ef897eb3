"""One HTTP/1.1 request, read strictly from bounded bytes, and whether it comes from our page.

Only a browser's own plain requests are read: no transfer codings, no folded lines, no field twice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from keyholder.workbench.answers import Refusal
from keyholder.workbench.sitting import Sitting

MOST_HEAD = 16 * 1024  # bytes
MOST_BODY = 64 * 1024  # bytes
_LINE = re.compile(r"(GET|POST|[A-Z]{1,16}) (/[!-~]*) HTTP/1\.1")
# One class each, and nothing that two of them could share: the time rises with the length alone.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t -~\x80-\xff]*")
_BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class Request:
    """`headers` by lower-case name."""

    method: str
    path: str
    query: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def body_size(self) -> int:
        """Bytes. Refusal: request, too-large."""
        text = self.headers.get("content-length", "0")
        if not (text.isascii() and text.isdigit()):
            raise Refusal("request")
        if len(text) > 9 or int(text) > MOST_BODY:
            raise Refusal("too-large")
        return int(text)

    @property
    def keeps_alive(self) -> bool:
        return self.headers.get("connection", "").lower() != "close"


def read_request(head: bytes) -> Request:
    """The request that begins with `head`, its empty line included. Refusal: request."""
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    line = _LINE.fullmatch(first)
    if line is None:
        raise Refusal("request")
    headers: dict[str, str] = {}
    for one in lines:
        written, colon, value = one.partition(":")
        if not (colon and _NAME.fullmatch(written) and _VALUE.fullmatch(value)):
            raise Refusal("request")
        if (name := written.lower()) in headers:
            raise Refusal("request")
        headers[name] = value.strip(" \t")
    if "transfer-encoding" in headers:
        raise Refusal("request")
    path, _, query = line[2].partition("?")
    return Request(line[1], path, query, headers)


def check_host(request: Request, port: int) -> None:
    """Refuse what was not sent to this very address: another name for it is how a page of somebody
    else's would be let in (DNS rebinding). Refusal: refused."""
    if request.headers.get("host") != f"127.0.0.1:{port}":
        raise Refusal("refused")


def check_caller(request: Request, sitting: Sitting, port: int) -> None:
    """Refuse all but our own page with its token. Refusal: refused."""
    headers = request.headers
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site", "same-origin")
    token = headers.get("authorization", "")
    if origin not in (None, f"http://127.0.0.1:{port}") or site not in ("same-origin", "none"):
        raise Refusal("refused")
    if not (token.startswith(_BEARER) and sitting.knows(token.removeprefix(_BEARER))):
        raise Refusal("refused")
