"""A server whose clock is wrong by years, and jumps: nothing is refused or lost for it.

libfaketime changes what the wall clock says. The monotonic clock stays as it is, as on a real
machine whose time is set; one run has both of them years away from the start.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from app.databases import choose_database
from app.log import LEAF
from app.sweeping import MESSAGE_KEY, PART, STATE
from crypto.envelope import SMS_SLICE
from crypto.sealed_sms import write_texts
from tests.app.running import make_envelope
from tests.app.test_http_protocol import connect, read_answers
from tests.faults.audit import DAY_BYTES, check, finish
from tests.faults.load import WAIT_SECONDS, Load
from tests.faults.machine import PACKAGES, need
from tests.faults.processes import Place, reserve_port

LIBRARY = "faketime/libfaketimeMT.so.1"
DAY = 86_400
YEAR = 365
LAST_DAY = 0xFFFF
"""A leaf has no later day than this one: it is in the year 2149."""
SECRET = "s" * 32
PROVIDER = {"name": "africastalking-sms", "path_secret": SECRET}


@pytest.fixture
def library() -> str:
    need("faketime")
    for folder in Path("/usr/lib").glob("*-linux-*"):
        if (folder / LIBRARY).exists():
            return str(folder / LIBRARY)
    pytest.skip(f"apt-get install -y --no-install-recommends {PACKAGES['faketime']}")


class Clock:
    """The wall clock of a service. It starts right; `set` makes it noon of another day."""

    def __init__(self, library: str, file: Path) -> None:
        self._file = file
        self.today = int(time.time()) // DAY
        self.set(self.today)
        self.environ = {
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, day: int) -> None:
        offset = int(day * DAY + DAY // 2 - time.time())
        part = self._file.with_suffix(".part")
        part.write_text(f"{offset:+d}\n")
        part.replace(self._file)
        self.day = day


@pytest.fixture
def clock(library: str, tmp_path: Path) -> Clock:
    return Clock(library, tmp_path / "clock")


@pytest.fixture
def place(clock: Clock, tmp_path: Path) -> Iterator[Place]:
    with reserve_port() as port:
        environ = {**clock.environ, "HELIOGRAPH_PROVIDERS": json.dumps([PROVIDER])}
        yield Place(tmp_path / "data", port, environ=environ)


def read_days(place: Place) -> set[int]:
    """The days of all leaves."""
    engine = choose_database(place.store_url).open_engine(place.store_url, writes=False)
    with engine.connect() as connection:
        leaves = connection.execute(select(LEAF.c.leaf)).scalars().all()
    engine.dispose()
    return {int.from_bytes(leaf[DAY_BYTES], "big") for leaf in leaves}


def test_a_clock_that_jumps_under_load(place: Place, clock: Clock, tell) -> None:
    """Years to and fro, before 1970 and beyond the last day of the log's format."""
    jumps = [-20 * YEAR, 30 * YEAR, -1, 1, -clock.today - 4000, LAST_DAY, 0]
    with Load([place.port]).running() as load:
        with place.serving() as running:
            load.wait_for(200)
            for jump in jumps:
                clock.set(clock.today + jump)
                load.wait_for(1000)
            assert running.process.poll() is None, running.read_output()
            assert load.refused == {}
        for jump in (-20 * YEAR, 30 * YEAR):  # and wrong from the start on
            clock.set(clock.today + jump)
            with place.serving():
                load.wait_for(300)
    finish(place.store_url, place.log_seed)
    found = check(place, load)
    expected = {min(max(clock.today + jump, 0), LAST_DAY) for jump in jumps}
    assert read_days(place) == expected
    tell(jumps=len(jumps) + 2, acknowledged=len(load.acknowledged), lost=len(found.lost))


@pytest.mark.parametrize("offset", ["-20y", "+30y"])
def test_all_clocks_years_away(library: str, tmp_path: Path, offset: str, tell) -> None:
    """The monotonic clock too: its deadlines are differences, so this must change nothing."""
    environ = {"LD_PRELOAD": library, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "0"}
    with reserve_port() as port, Load([port]).running() as load:
        place = Place(tmp_path / "data", port, environ=environ)
        with place.serving():
            load.wait_for(1000)
            assert load.refused == {}
    found = check(place, load)
    tell(offset=offset, acknowledged=len(load.acknowledged), lost=len(found.lost))


def text(place: Place, message_id: str, words: str) -> int:
    """A text as the provider brings it. Returns the status."""
    form = {"id": message_id, "from": "+9990000001", "to": "12345", "text": words, "date": "x"}
    body = urlencode(form).encode()
    request = (
        f"POST /hooks/africastalking-sms/{SECRET} HTTP/1.1\r\nHost: x\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with connect(("127.0.0.1", place.port)) as connection:
        connection.sendall(request.encode() + body)
        ((status, _body),) = read_answers(connection, 1)
    return status


def count_waiting(place: Place) -> tuple[int, int]:
    """Message keys and slices."""
    return (
        _read(place, select(func.count()).select_from(MESSAGE_KEY)),
        _read(place, select(func.count()).select_from(PART)),
    )


def wait_for_sweep(place: Place, day: int) -> None:
    for _ in range(WAIT_SECONDS * 50):
        if _read(place, select(STATE.c.swept_day)) == day:
            return
        time.sleep(0.02)
    raise AssertionError("the service does not sweep")


def _read(place: Place, query) -> int:
    engine = choose_database(place.store_url).open_engine(place.store_url, writes=False)
    with engine.connect() as connection:
        found = connection.execute(query).scalar_one()
    engine.dispose()
    return found


def test_sweeping_under_a_wrong_clock(place: Place, clock: Clock, tell) -> None:
    """As docs/adr/0015 says: a jump deletes nothing, and days that go by do."""
    first, _second = write_texts(make_envelope(1, length=2 * SMS_SLICE))
    with place.serving() as running:
        wait_for_sweep(place, clock.today)
        assert text(place, "one", first) == 200
        assert count_waiting(place) == (1, 1)
        for jump in (-20 * YEAR, 30 * YEAR, 0):
            clock.set(clock.today + jump)
            wait_for_sweep(place, clock.day)
            assert count_waiting(place) == (1, 1)
            assert text(place, "one", first) == 200  # the same message again
            assert count_waiting(place) == (1, 1)
        running.stop()
    clock.set(clock.today + 10 * YEAR)  # while it is down
    seen = []
    with place.serving():
        wait_for_sweep(place, clock.day)
        assert count_waiting(place) == (1, 1)
        for _ in range(15):
            clock.set(clock.day + 1)
            wait_for_sweep(place, clock.day)
            seen.append(count_waiting(place))
    assert seen == [(1, 1)] * 7 + [(0, 1)] * 7 + [(0, 0)]
    tell(jumps=4, days_walked=15)
