"""The workbench's server over real connections: who is let in, and what leaves it."""

import asyncio
import http.client
import json
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keyholder.workbench import routes
from keyholder.workbench.answers import Refusal
from keyholder.workbench.questions import _FILTERS
from keyholder.workbench.server import serve
from keyholder.workbench.sitting import Sitting
from tests.keyholder.hostile import HOSTILE
from tests.workbench.sittings import make_opened, make_sitting, open_as, sitting_over

HEADERS = {
    "Content-Security-Policy",
    "Cache-Control",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Content-Type",
    "Content-Length",
}
CANARY = "canary7d1f"
_SITTINGS = [make_sitting(make_opened(60))]


class Caller:
    """Asks as the page does, unless told otherwise."""

    def __init__(self, address: str) -> None:
        base, _, self.token = address.partition("/#")
        self.host = base.removeprefix("http://")

    def ask(
        self, path: str, body: bytes | None = None, *, method: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body). A header of "" is left out."""
        connection = http.client.HTTPConnection(self.host, timeout=20)
        given = {
            "Host": self.host,
            "Authorization": f"Bearer {self.token}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        chosen = method or ("GET" if body is None else "POST")
        connection.putrequest(chosen, path, skip_host=True, skip_accept_encoding=True)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        for name, value in given.items():
            if value:
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        told = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), told

    def get(self, path: str) -> Any:
        status, _, body = self.ask(path)
        assert status == 200, body
        return json.loads(body)

    def send(self, raw: bytes) -> bytes:
        """All that comes back until the server ends the connection."""
        host, _, port = self.host.partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.fixture(scope="module")
def sitting() -> Iterator[tuple[Sitting, Caller]]:
    opened = make_opened(300)
    opened.append(open_as(300, {"chan": "sms", "cc": "MM", "text": f"{CANARY} <script>"}))
    with sitting_over(opened) as (found, address):
        yield found, Caller(address)


@pytest.fixture
def caller(sitting: tuple[Sitting, Caller]) -> Caller:
    return sitting[1]


REFUSED = [
    {"Authorization": ""},
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer x"},
    {"Authorization": "Basic x"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Host": "localhost:80"},
    {"Host": "evil.example"},
    {"Host": ""},
]


@pytest.mark.parametrize("headers", REFUSED, ids=str)
def test_strangers_get_one_answer_whatever_they_ask(
    caller: Caller, headers: dict[str, str]
) -> None:
    paths = ("/api/state", "/api/reports", "/api/nothing", "/api/reports/0000000000000000")
    answers = {caller.ask(path, **headers)[::2] for path in paths}
    answers.add(caller.ask("/api/lock", b"{}", **headers)[::2])
    ((status, body),) = answers
    assert (status, json.loads(body)["code"]) == (403, "refused")


def test_a_token_of_another_length_or_letter_is_refused(caller: Caller) -> None:
    for token in (caller.token[:-1], caller.token + "A", caller.token.swapcase(), "é" * 43):
        status, _, _ = caller.ask("/api/state", Authorization=f"Bearer {token}")
        assert status == 403


def test_our_own_origin_is_let_in(caller: Caller) -> None:
    status, _, _ = caller.ask(
        "/api/state", Origin=f"http://{caller.host}", Sec_Fetch_Site="same-origin"
    )
    assert status == 200


def test_every_answer_has_our_headers_and_no_others(caller: Caller) -> None:
    asked = [
        caller.ask("/"),
        caller.ask("/main.js"),
        caller.ask("/nothing"),
        caller.ask("/api/reports?limit=500"),
        caller.ask("/api/reports?text=" + CANARY),
        caller.ask("/api/state", Authorization=""),
        caller.ask("/api/operations", b"{"),
        caller.ask("/api/reports", method="PUT"),
        caller.ask("/api/reports?" + CANARY),
    ]
    for _, headers, _ in asked:
        assert set(headers) - {"Connection"} == HEADERS
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"].startswith(
            "default-src 'none'; script-src 'self'"
        )
        assert CANARY not in str(headers)


def test_unknown_things_look_the_same(caller: Caller) -> None:
    paths = (
        "/api/reports/0000000000000000",
        "/api/reports/zz",
        "/api/reports/" + "0" * 400,
        "/api/incidents/0000000000000000",
        "/api/x",
        "/api/",
        "/index.htm",
        "/../sitting.py",
        "/page_files.py",
        "/%2e%2e/server.py",
    )
    answers = {caller.ask(path)[::2] for path in paths}
    ((status, body),) = answers
    assert (status, json.loads(body)["code"]) == (404, "unknown")


@pytest.mark.parametrize(
    "query",
    [
        "text",
        "text=a&text=b",
        "nothing=1",
        "country=%ff",
        "limit=501",
        "limit=-1",
        "limit=1e3",
        "after=99999999999",
        "since=yesterday",
        "until=9999-99-99",
        "since=2026-01-31T00:00:00%2B99:99",
        "net=data",
        "net=data=broken",
        "channel=pigeon",
        "status=x",
        "kind=x",
        "sort=text",
        "text=" + "x" * 201,
        "&".join(f"net=data{n}=down" for n in range(40)),
    ],
)
def test_hostile_filters_are_refused_without_an_echo(caller: Caller, query: str) -> None:
    status, _, body = caller.ask("/api/reports?" + query)
    assert (status, json.loads(body)["code"]) == (400, "question")


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["reports", "incidents", "map", "timeline", "floods", "history"]),
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.tuples(
                st.sampled_from([*_FILTERS, "after", "limit", "sort"]),
                st.one_of(
                    st.text(max_size=12), st.sampled_from(["2026-01-31", "MM", "0", "data=ok"])
                ),
            ),
            max_size=4,
        ).map(urlencode),
    ),
)
@example("reports", "text=%00&since=0001-01-01")
@example("reports", "since=9999-12-31T23:59:59Z&until=9999-12-31")
@example("incidents", "incident=" + "f" * 16)
def test_no_query_makes_it_fail(room: str, query: str) -> None:
    sitting = _SITTINGS[0]
    with suppress(Refusal):
        routes.answer_get(sitting, f"/api/{room}", query)


RAW = [
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\nHost: x\n\n\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: %(host)s\r\nHost: %(host)s\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: %(host)s\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: %(host)s\r\nContent-Length: +1\r\n\r\nx",
    b"POST / HTTP/1.1\r\nHost: %(host)s\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    b"GET / HTTP/1.1\r\nHost: %(host)s\r\n folded: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : %(host)s\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: %(host)s\r\nX: \x00\r\n\r\n",
    # Longer than a life where two patterns may share the spaces out; nothing would lock it then.
    b"GET / HTTP/1.1\r\nHost: %(host)s\r\nX:" + b" " * 16_000 + b"\x00\r\n\r\n",
]


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
def test_odd_requests_are_refused_and_end_the_connection(caller: Caller, raw: bytes) -> None:
    answer = caller.send(raw.replace(b"%(host)s", caller.host.encode()) * 2)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1


def test_what_is_too_large_is_not_read(caller: Caller) -> None:
    host = caller.host.encode()
    head = b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nX: " + b"x" * 20_000
    assert caller.send(head).startswith(b"HTTP/1.1 413 ")
    for size in (b"65537", b"9" * 30):
        told = b"POST / HTTP/1.1\r\nHost: " + host + b"\r\nContent-Length: " + size + b"\r\n\r\n"
        assert caller.send(told).startswith(b"HTTP/1.1 413 ")


def test_several_requests_on_one_connection(caller: Caller) -> None:
    one = f"GET /index.html HTTP/1.1\r\nHost: {caller.host}\r\n\r\n".encode()
    last = f"GET / HTTP/1.1\r\nHost: {caller.host}\r\nConnection: close\r\n\r\n".encode()
    assert caller.send(one * 3 + last).count(b"HTTP/1.1 200 OK") == 4


def test_a_mistake_of_ours_tells_nothing(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setitem(routes._PLAIN, "/api/map", fail)
    status, _, body = caller.ask("/api/map")
    assert (status, json.loads(body)["code"]) == (500, "failed")
    assert CANARY.encode() not in body


def test_thousands_of_hostile_texts_come_out_as_json() -> None:
    texts = [f"{HOSTILE[n % len(HOSTILE)]} {n}" for n in range(5_000)]
    with sitting_over(
        [
            open_as(n, {"chan": "web", "text": text, "area": text[:40]})
            for n, text in enumerate(texts)
        ]
    ) as (_, address):
        caller = Caller(address)
        seen = []
        for after in range(0, 5_000, 500):
            status, headers, body = caller.ask(f"/api/reports?limit=500&after={after}")
            assert (status, headers["Content-Type"]) == (200, "application/json")
            assert body.isascii()
            assert set(headers) - {"Connection"} == HEADERS
            seen += [row["text"] for row in json.loads(body)["rows"]]
    assert seen == [text[:240] for text in reversed(texts)]


def test_it_locks_itself_when_nobody_uses_it() -> None:
    moment = [0.0]
    sitting, thread, caller = _start(moment)
    moment[0] = 59.0
    caller.get("/api/state")  # the page asks by itself: that is no use
    caller.get("/api/reports")
    moment[0] = 118.0
    assert caller.get("/api/state")["idle_seconds"] == 1
    moment[0] = 119.5
    thread.join(20)
    assert sitting.locked.is_set()
    assert not thread.is_alive()
    with pytest.raises(ConnectionError):
        caller.ask("/api/state")


def test_locking_forgets_and_ends() -> None:
    sitting, thread, caller = _start([0.0])
    assert json.loads(caller.ask("/api/lock", b"{}")[2]) == {"locked": True}
    thread.join(20)
    assert not thread.is_alive()
    assert sitting.token == ""
    assert not sitting.knows("")


def test_silent_connections_neither_shut_the_page_out_nor_end_in_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Another user of this machine takes them all; a browser leaves some open as well."""
    sitting, thread, caller = _start([0.0])
    host, _, port = caller.host.partition(":")
    with ExitStack() as stack:
        page = stack.enter_context(socket.create_connection((host, int(port)), timeout=20))
        for _ in range(80):
            stack.enter_context(socket.create_connection((host, int(port)), timeout=20))
            assert caller.get("/api/state")["holder"] == sitting.holder_id
        assert page.recv(1) == b""  # the one that was longest without use had to go
        sitting.lock()
        thread.join(20)
    assert not thread.is_alive()
    assert caplog.records == []


def _start(moment: list[float]) -> tuple[Sitting, threading.Thread, Caller]:
    sitting = make_sitting(make_opened(3), idle=60.0)
    sitting.clock = lambda: moment[0]
    sitting.use()
    ports: queue.Queue[int] = queue.Queue()
    thread = threading.Thread(target=lambda: asyncio.run(serve(sitting, ports.put)))
    thread.start()
    return sitting, thread, Caller(f"http://127.0.0.1:{ports.get(timeout=60)}/#{sitting.token}")
