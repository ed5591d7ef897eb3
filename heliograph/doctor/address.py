"""The public addresses, and whether this service answers under them."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
from sqlalchemy import Connection, select

from app.auditing import CHECKPOINT
from crypto.checkpoints import read_checkpoint
from crypto.errors import NoteError
from crypto.notes import read_note
from heliograph.doctor.deployment import Deployment, NotReadable
from heliograph.doctor.findings import Finding, ok, skipped, warning, wrong
from heliograph.doctor.running import find_service
from heliograph.loopback import is_loopback

SECONDS = 10.0
"""For one answer, absolute."""
ANSWER_BYTES = 256 * 1024
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- compared, never listened on
Answer = tuple[int, bytes]


class NoAnswer(Exception):
    """Nothing usable came back in time."""


def check_public_urls(deployment: Deployment) -> Iterator[Finding]:
    """The addresses as they are written; nobody is asked."""
    for url in deployment.settings.public_urls:
        yield judge_url(url)
    if len(set(deployment.settings.public_urls)) < len(deployment.settings.public_urls):
        yield warning(
            "url-twice", "A public address is there twice.", "Check HELIOGRAPH_PUBLIC_URLS."
        )


def judge_url(url: str) -> Finding:
    """A verdict on a public address."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or parts.username or parts.query or parts.fragment:
        return wrong(
            "url-form",
            f"{_show(url)} is no address of a service.",
            "Give scheme, host and port alone: HELIOGRAPH_PUBLIC_URLS.",
        )
    if is_loopback(url):
        return warning(
            "url-loopback",
            f"{url} is this machine's own address: nobody else can report.",
            "Set HELIOGRAPH_PUBLIC_URLS to the address that phones and providers use.",
        )
    if parts.scheme != "https" and not host.endswith(".onion"):
        return wrong(
            "url-not-https",
            f"{url} is without TLS: everybody on the way sees who reports, and texts of webhooks.",
            "Put a proxy with TLS in front and use its https:// address.",
        )
    if parts.path:
        return warning(
            "url-path",
            f"{url} has a path, which a proxy must not take off.",
            "Best use an address without a path.",
        )
    return ok(f"{url} is closed on the way.")


def check_answers(deployment: Deployment) -> Iterator[Finding]:
    """Whether the running service answers with this store's log: on this machine, and if asked for
    under its public addresses.
    """
    settings = deployment.settings
    host = EVERYWHERE.get(settings.host, settings.host)
    local = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    if find_service(settings.data_dir) is None:
        yield warning(
            "service-not-seen",
            "No service is seen to run on this data folder.",
            "Start it, unless it is stopped on purpose or runs in another container.",
        )
    elif settings.port and is_loopback(local):
        yield ask_service(deployment, local)
    for url in settings.public_urls:
        if (urlsplit(url).hostname or "").endswith(".onion"):
            yield skipped(f"{url} is not asked: that needs Tor.")
        elif deployment.ask_public:
            yield ask_service(deployment, url)
        elif not is_loopback(url):
            yield skipped(f"{url} was not asked; --public asks it, which leaves this machine.")


def ask_service(deployment: Deployment, url: str) -> Finding:
    """A verdict on what answers under an address."""
    try:
        healthy = fetch(f"{url}/healthz")[0] == 200
        told = fetch(f"{url}/v1/log/checkpoint")
    except NoAnswer:
        healthy = False
    if not healthy:
        return wrong(
            "service-silent",
            f"{url} does not answer as the service does.",
            "Look at the service's lines and at the proxy: docs/operating.md has a set-up that "
            "works.",
        )
    try:
        return judge_checkpoint(url, told, deployment.read(_read_sizes))
    except NotReadable:
        return ok(f"{url} answers.")


def judge_checkpoint(url: str, told: Answer, kept: dict[int, bytes]) -> Finding:
    """A verdict on an answered checkpoint (HTTP status and body) by the roots of the newest ones in
    the store, by size, read after the answer came.
    """
    status, body = told
    if status == 404 and set(kept) <= {0}:
        return ok(f"{url} answers; nothing is signed yet.")
    try:
        checkpoint = read_checkpoint(read_note(body)) if status == 200 else None
    except NoteError:
        checkpoint = None
    if checkpoint is None or kept.get(checkpoint.size) != checkpoint.root:
        return wrong(
            "service-other",
            f"What answers at {url} has another log than this store.",
            "Another service, or an old answer from a cache: let the proxy pass everything to this "
            "one, and cache nothing under /v1/log/.",
        )
    newest = sorted(kept)[-2:]  # one may have been signed since the answer
    if checkpoint.size not in newest:
        return wrong(
            "service-stale",
            f"{url} answers with an old checkpoint of this log.",
            "Something on the way caches. Let the proxy cache nothing under /v1/log/.",
        )
    return ok(f"{url} answers with this store's log; leaves: {checkpoint.size:,}.")


def fetch(url: str, seconds: float = SECONDS) -> Answer:
    """One GET: no redirect is followed, no proxy of the environment is used, and the whole answer
    must come in time. Raises NoAnswer.
    """
    end = time.monotonic() + seconds
    body = b""
    try:
        with (
            httpx2.Client(trust_env=False, follow_redirects=False, timeout=seconds) as client,
            client.stream("GET", url) as answer,
        ):
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > ANSWER_BYTES or time.monotonic() > end:
                    raise NoAnswer
            return answer.status_code, body
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
        raise NoAnswer from None


def _read_sizes(connection: Connection) -> dict[int, bytes]:
    query = select(CHECKPOINT.c.size, CHECKPOINT.c.root).order_by(CHECKPOINT.c.size)
    return {row[0]: row[1] for row in connection.execute(query)}


def _show(url: str) -> str:
    """An address without what may be a password in it."""
    return url.rpartition("@")[2] if "@" in url else url
