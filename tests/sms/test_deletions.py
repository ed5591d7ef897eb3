"""Deleting texts at Twilio: against a server whose shapes Twilio's own library understands."""

import asyncio
import base64
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sms.deletion_job import FIRST_SECONDS, MOST_SECONDS, DeletionJob
from sms.deletions import Deletions, count_deletions
from sms.errors import SetupError
from sms.twilio_api import judge, open_client

ACCOUNT, OTHER = "AC" + "a" * 32, "AC" + "b" * 32
TOKEN = "token-for-tests-only"


def name_message(number: int) -> str:
    return f"SM{number:032x}"


class FakeTwilio:
    """Messages of one account; `early` says how often each is refused as not complete yet."""

    def __init__(self) -> None:
        self.messages: set[str] = set()
        self.early: Counter[str] = Counter()
        self.asked: list[str] = []
        self.status = 0
        self.url = ""

    def delete(self, path: str, authorization: str) -> tuple[int, bytes]:
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, self._problem(20003, "Authenticate", 401)
        start = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/"
        assert path.startswith(start)
        assert path.endswith(".json")
        message = path.removeprefix(start).removesuffix(".json")
        self.asked.append(message)
        if self.status:
            return self.status, b"<html>canary</html>"
        if message not in self.messages:
            return 404, self._problem(20404, "The requested resource was not found", 404)
        if self.early[message] > 0:
            self.early[message] -= 1
            told = "Cannot delete this resource before it is complete"
            return 409, self._problem(20009, told, 409)
        self.messages.discard(message)
        return 204, b""

    @staticmethod
    def _problem(code: int, message: str, status: int) -> bytes:
        more = f"https://www.twilio.com/docs/errors/{code}"
        told = {"code": code, "message": message, "more_info": more, "status": status}
        return json.dumps(told).encode()


@contextmanager
def run_twilio() -> Iterator[FakeTwilio]:
    fake = FakeTwilio()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_DELETE(self) -> None:
            status, body = fake.delete(
                urlsplit(self.path).path, self.headers.get("authorization", "")
            )
            self.send_response(status)
            self.send_header("content-type", "application/json")
            if status != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        fake.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()


class Bench:
    """The file and the job over a fake Twilio, with a clock that the test moves."""

    def __init__(self, path: Path, fake: FakeTwilio) -> None:
        self.now = 0.0
        self.deletions = Deletions(path, on_fatal=lambda _code: None, reserve_bytes=0)
        self.client = open_client(fake.url)
        self.job = DeletionJob(
            self.deletions,
            self.client,
            {ACCOUNT: TOKEN},
            clock=lambda: self.now,
            draw=lambda _low, high: high,
        )
        self.deletions._on_arrival = self.job.add

    async def __aenter__(self) -> "Bench":
        await self.deletions.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.deletions.stop()
        await self.client.aclose()

    async def pass_time(self, seconds: float) -> float | None:
        self.now += seconds
        return await self.job.work()


def test_a_text_is_deleted_after_a_minute_and_asked_for_once(tmp_path: Path) -> None:
    path = tmp_path / "deletions.db"

    async def test(fake: FakeTwilio) -> None:
        async with Bench(path, fake) as bench:
            fake.messages = {name_message(n) for n in range(10)}
            for number in range(9):
                await bench.deletions.note(ACCOUNT, name_message(number))
            assert count_deletions(path) == 9
            await bench.pass_time(FIRST_SECONDS - 1)
            assert fake.asked == []
            await bench.pass_time(FIRST_SECONDS + 2)
            assert fake.messages == {name_message(9)}  # nobody asked for that one
            assert len(fake.asked) == 9
            assert count_deletions(path) == 0
            assert await bench.pass_time(1) is None

    with run_twilio() as fake:
        asyncio.run(test(fake))


def test_too_early_is_asked_again_for_days(tmp_path: Path) -> None:
    path = tmp_path / "deletions.db"

    async def test(fake: FakeTwilio) -> None:
        async with Bench(path, fake) as bench:
            fake.messages = {name_message(1)}
            fake.early[name_message(1)] = 14
            await bench.deletions.note(ACCOUNT, name_message(1))
            waits: list[float] = []
            wait = await bench.pass_time(0)
            while wait is not None:
                waits.append(wait)
                wait = await bench.pass_time(wait)
            assert len(fake.asked) == 15
            assert waits[0] <= 2 * FIRST_SECONDS
            assert max(waits) == MOST_SECONDS
            assert waits == sorted(waits)
        assert fake.messages == set()
        assert count_deletions(path) == 0

    with run_twilio() as fake:
        asyncio.run(test(fake))


@pytest.mark.parametrize("status", [500, 503, 429, 302])
def test_trouble_of_the_account_makes_all_of_them_wait(tmp_path: Path, status: int) -> None:
    path = tmp_path / "deletions.db"

    async def test(fake: FakeTwilio) -> None:
        async with Bench(path, fake) as bench:
            fake.messages = {name_message(n) for n in range(20)}
            fake.status = status
            for number in range(20):
                await bench.deletions.note(ACCOUNT, name_message(number))
            wait = await bench.pass_time(FIRST_SECONDS * 2)
            assert 0 < len(fake.asked) < 20
            assert wait
            assert count_deletions(path) == 20
            fake.status = 0
            await bench.pass_time(wait)
            assert fake.messages == set()

    with run_twilio() as fake:
        asyncio.run(test(fake))


def test_nothing_is_forgotten_at_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "deletions.db"

    async def test(fake: FakeTwilio) -> None:
        fake.messages = {name_message(1), name_message(2)}
        async with Bench(path, fake) as bench:
            await bench.deletions.note(ACCOUNT, name_message(1))
            await bench.deletions.note(ACCOUNT, name_message(1))
            await bench.deletions.note(OTHER, name_message(2))  # taken from the settings later
        async with Bench(path, fake) as bench:
            await bench.pass_time(0)
            await bench.pass_time(FIRST_SECONDS * 3)
            assert fake.messages == {name_message(2)}
            assert count_deletions(path) == 1

    with run_twilio() as fake:
        asyncio.run(test(fake))


def test_no_network_is_no_fault(tmp_path: Path) -> None:
    async def test(fake: FakeTwilio) -> None:
        fake.url = "http://127.0.0.1:1"
        async with Bench(tmp_path / "deletions.db", fake) as bench:
            await bench.deletions.note(ACCOUNT, name_message(1))
            assert await bench.pass_time(FIRST_SECONDS * 2)

    asyncio.run(test(FakeTwilio()))
    assert count_deletions(tmp_path / "deletions.db") == 1


def test_a_file_that_cannot_be_written_does_not_cost_the_text(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        deletions = Deletions(
            tmp_path / "deletions.db", on_fatal=lambda _code: None, reserve_bytes=1 << 60
        )
        await deletions.start()
        await deletions.note(ACCOUNT, name_message(1))
        await deletions.stop()

    asyncio.run(test())
    assert [record.getMessage() for record in caplog.records] == ["code=deletion-not-noted count=1"]


def test_the_row_holds_ids_alone(tmp_path: Path) -> None:
    path = tmp_path / "deletions.db"

    async def test(fake: FakeTwilio) -> None:
        async with Bench(path, fake) as bench:
            await bench.deletions.note(ACCOUNT, name_message(1))
            row = await bench.deletions._file.do(
                lambda db: db.execute("SELECT * FROM deletion").fetchall(), "read"
            )
            assert row == [(name_message(1), ACCOUNT)]

    with run_twilio() as fake:
        asyncio.run(test(fake))


@pytest.mark.parametrize(
    ("status", "data", "verdict"),
    [
        (204, b"", "gone"),
        (404, b"{}", "gone"),
        (409, b'{"code": 20009}', "later"),
        (400, b'{"code": 20009}', "later"),
        (400, b"{}", "later"),
        (400, b"[" * 100_000, "later"),
        (409, b'["code"]', "later"),
        (401, b"", "pause"),
        (403, b"", "pause"),
        (429, b"", "pause"),
        (302, b"", "pause"),
        (500, b"", "pause"),
        (503, b"<html>", "pause"),
    ],
)
def test_what_answers_mean(status: int, data: bytes, verdict: str) -> None:
    assert judge(status, data) == verdict


def test_twilios_own_library_finds_these_shapes_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the fake is not a fancy of ours: the same path, sign-in, answers and error."""
    from twilio.base.exceptions import TwilioRestException
    from twilio.rest import Client

    with run_twilio() as fake:
        monkeypatch.setattr(Client, "get_hostname", lambda _client, uri: uri)
        client = Client(ACCOUNT, TOKEN)
        client.api.base_url = fake.url
        fake.messages = {name_message(1)}
        fake.early[name_message(1)] = 1
        with pytest.raises(TwilioRestException) as caught:
            client.messages(name_message(1)).delete()
        assert (caught.value.code, caught.value.status) == (20009, 409)
        assert client.messages(name_message(1)).delete()
        with pytest.raises(TwilioRestException) as caught:
            client.messages(name_message(1)).delete()
        assert (caught.value.code, caught.value.status) == (20404, 404)
        assert fake.asked == [name_message(1)] * 3


def test_no_file_no_count(tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        count_deletions(tmp_path / "none.db")
