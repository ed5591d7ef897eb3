"""The one thing outside this machine that the tool speaks to: the service, over HTTP.

Nothing is followed elsewhere: no redirects, and no proxy on the way to this very machine.
"""

import json
import re
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import cbor2
import httpx2

from crypto.requests import sign_request
from keyholder.development import is_loopback
from keyholder.errors import ServiceError
from keyholder.vault import Identity

TRIES = 4
FILE_LIMIT = 1_048_576  # bytes of one file of the keyring
ANSWER_LIMIT = 65_536  # bytes of the answer to a batch of envelopes
_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)  # seconds
_KEYRING_FILE = re.compile(r"(?:[a-z0-9-]{1,32}/){0,2}[a-z0-9]{1,64}(?:\.[a-z0-9-]{1,32}){1,2}")
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Service:
    """An open connection pool to one address, and how to wait between two tries."""

    client: httpx2.Client
    address: str  # https://host[:port], no slash at the end
    pause: Callable[[float], None]  # seconds


@contextmanager
def connect(address: str, pause: Callable[[float], None]) -> Iterator[Service]:
    """Reach the service at `address`. ServiceError: service-address."""
    address = check_address(address)
    # Plain HTTP asks no certificate authority, and reading the list of them takes a tenth of a
    # second. A context without any trusts nobody.
    verify = address.startswith("https:") or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with httpx2.Client(
        verify=verify,
        timeout=_TIMEOUT,
        follow_redirects=False,
        trust_env=not is_loopback(address),
        headers={"User-Agent": "keyholder", "Accept-Encoding": "identity"},
    ) as client:
        yield Service(client, address, pause)


def check_address(address: str) -> str:
    """The address without its last slash. Plain HTTP is for this machine and onion services alone.

    ServiceError: service-address.
    """
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ServiceError("service-address") from error
    plain_http = is_loopback(address) or host.endswith(".onion")
    if (
        not (parts.scheme == "https" or (parts.scheme == "http" and plain_http))
        or not host
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
        or parts.username is not None
        or not address.isascii()
        or not address.isprintable()
    ):
        raise ServiceError("service-address")
    return address.rstrip("/")


def fetch_file(service: Service, name: str) -> bytes | None:
    """A file of the keyring, None where the service has no such file (404).

    ServiceError: service-unreachable, service-busy, service-answer.
    """
    if not _KEYRING_FILE.fullmatch(name):
        raise ServiceError("service-answer")
    return _fetch_small(service, f"/v1/keyring/{name}")


def fetch_log_file(service: Service, name: Literal["checkpoint", "key"]) -> bytes | None:
    """What the service tells of its log, None where it has none yet (404). Errors as fetch_file."""
    return _fetch_small(service, f"/v1/log/{name}")


def _fetch_small(service: Service, path: str) -> bytes | None:
    def fetch() -> bytes | None:
        address = f"{service.address}{path}"
        with service.client.stream("GET", address) as response:
            if response.status_code == httpx2.codes.NOT_FOUND:
                return None
            _check_status(response.status_code)
            return _read_short(response, FILE_LIMIT)

    return retry(service, fetch)


def post_cosignature(service: Service, line: str) -> bool:
    """Give the service a cosignature line. False: it has a newer checkpoint by now.

    ServiceError: service-unreachable, service-busy, service-answer.
    """

    media_type = "text/plain; charset=utf-8"
    status = retry(
        service, lambda: _post(service, "/v1/log/cosignatures", line.encode(), media_type)
    )
    if status == httpx2.codes.CONFLICT:
        return False
    _check_status(status)
    return True


def post_keyring(service: Service, bundle: bytes) -> None:
    """Give the service a keyring. It asks for no key: the signatures inside are the authority.

    ServiceError: service-refused-keyring, service-unreachable, service-busy, service-answer.
    """

    status = retry(service, lambda: _post(service, "/v1/keyring", bundle, "application/cbor"))
    if 400 <= status < 500 and status != httpx2.codes.TOO_MANY_REQUESTS:
        raise ServiceError("service-refused-keyring")
    _check_status(status)


def post_envelopes(service: Service, envelopes: Sequence[bytes]) -> list[str]:
    """Give the service envelopes, unsigned as everybody does; what came of each, in order:
    `stored`, `known`, or anything else where it was not kept.

    ServiceError: service-unreachable, service-busy, service-answer.
    """
    body = b"".join(map(cbor2.dumps, envelopes))

    def send() -> tuple[int, bytes]:
        headers = {"Content-Type": "application/cbor-seq"}
        address = f"{service.address}/v1/envelopes"
        with service.client.stream("POST", address, content=body, headers=headers) as response:
            return response.status_code, _read_short(response, ANSWER_LIMIT)

    status, answer = retry(service, send)
    _check_status(status)
    try:
        results = [str(one["status"]) for one in json.loads(answer)["results"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ServiceError("service-answer") from error
    if len(results) != len(envelopes):
        raise ServiceError("service-answer")
    return results


@contextmanager
def download(
    service: Service, identity: Identity, after: int, limit: int | None = None
) -> Iterator[Iterator[bytes]]:
    """The bytes of the download from the index behind `after` on, -1 for all; `limit` rows at most.

    A cut connection ends the bytes with httpx2.TransportError: what came before it is good.
    ServiceError: service-refused-key, service-busy, service-answer.
    """
    address = f"{service.address}/v1/envelopes?after={after}"
    if limit is not None:
        address += f"&limit={limit}"
    headers: Mapping[str, str] = sign_request(
        identity.signing_seed, identity.holder_id, "GET", address
    )
    with service.client.stream("GET", address, headers=dict(headers)) as response:
        _check_status(response.status_code)
        yield _read_plain(response)


@contextmanager
def download_blob(
    service: Service, identity: Identity, id: str, begin: int
) -> Iterator[tuple[int, int, Iterator[bytes]] | None]:
    """(first byte, bytes of the whole blob, bytes from the first on) of the blob `id` (64 hex
    digits), where the first may be 0 instead of `begin`; None where the service has none (404).

    A cut connection ends the bytes with httpx2.TransportError: what came before it is good.
    ServiceError: service-refused-key, service-busy, service-answer.
    """
    address = f"{service.address}/v1/blobs/{id}"
    headers = dict(sign_request(identity.signing_seed, identity.holder_id, "GET", address))
    if begin:
        headers |= {"Range": f"bytes={begin}-", "If-Range": f'"{id}"'}
    with service.client.stream("GET", address, headers=headers) as response:
        if response.status_code == httpx2.codes.NOT_FOUND:
            yield None
            return
        if begin and response.status_code == httpx2.codes.RANGE_NOT_SATISFIABLE:
            yield 0, 0, iter(())  # it is shorter than what was fetched already
            return
        _check_status(response.status_code)
        if response.headers.get("Content-Type") != "application/octet-stream":
            raise ServiceError("service-answer")  # such as the page of a network's own gate
        yield *_read_extent(response, begin), _read_plain(response)


def _read_extent(response: httpx2.Response, begin: int) -> tuple[int, int]:
    """The first byte that comes, and how many there are in all."""
    if response.status_code != httpx2.codes.PARTIAL_CONTENT:
        length = response.headers.get("Content-Length", "")
        if not _NUMBER.fullmatch(length):
            raise ServiceError("service-answer")
        return 0, int(length)
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != begin or int(found[2]) + 1 != int(found[3]):
        raise ServiceError("service-answer")
    return begin, int(found[3])


def retry(service: Service, attempt: Callable[[], _Answer]) -> _Answer:
    """What `attempt` gives, tried again where the connection failed. ServiceError:
    service-unreachable."""
    for wait in range(TRIES):
        try:
            return attempt()
        except httpx2.TransportError:
            if wait + 1 < TRIES:
                service.pause(2.0**wait)
    raise ServiceError("service-unreachable")


def _read_plain(response: httpx2.Response) -> Iterator[bytes]:
    """The bytes as they come. Packed ones are not unpacked: some bytes can become gigabytes."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise ServiceError("service-answer")
    return response.iter_raw()


def _read_short(response: httpx2.Response, most: int) -> bytes:
    data = bytearray()
    for chunk in _read_plain(response):
        data += chunk
        if len(data) > most:
            raise ServiceError("service-answer")
    return bytes(data)


def _post(service: Service, path: str, content: bytes, media_type: str) -> int:
    """The status that answers. The rest of the answer is nothing to us, and is not read."""
    headers = {"Content-Type": media_type}
    address = f"{service.address}{path}"
    with service.client.stream("POST", address, content=content, headers=headers) as response:
        return response.status_code


def _check_status(status: int) -> None:
    if 200 <= status < 300:
        return
    if status in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
        raise ServiceError("service-refused-key")
    if status in (429, 502, 503, 504, 507):
        raise ServiceError("service-busy")
    raise ServiceError("service-answer")
