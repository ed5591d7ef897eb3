"""A modem: gammu's dummy driver, whose SIM is a folder."""

import asyncio
import datetime
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sms.contract import ProviderSetup, Segment, SmsIn
from sms.links.modem_texts import name_entry, read_entry
from sms.links.running import run_links
from sms.sink import SinkUnavailable
from tests.coalition import Coalition
from tests.sms.desk import LINE, Desk

gammu = pytest.importorskip("gammu", reason="python-gammu comes for Linux alone")
from sms.links.modem import ModemAccess, ModemLink, empty_modem  # noqa: E402

SETUP = ProviderSetup(name="modem", secret="", line=LINE, replies=False)
NUMBER = "+15550100001"
SECOND = datetime.datetime(2026, 3, 1, 10, 0, 0, tzinfo=datetime.UTC)


def read(entry: Mapping[str, Any]) -> SmsIn:
    return read_entry(entry, number=NUMBER, key=b"k" * 32)


class Sim:
    """A SIM that other people fill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.modem = open_modem(folder)
        self.count = 0

    def add(self, text: str | bytes, **changes: Any) -> None:
        self.count += 1
        received = SECOND + datetime.timedelta(seconds=self.count)
        is_bytes = isinstance(text, bytes)
        plain = not is_bytes and text.isascii()
        coding = "8bit" if is_bytes else "Default_No_Compression" if plain else None
        entry = {
            "Text": text,
            "Coding": coding or "Unicode_No_Compression",
            "Number": "+15550100002",
            "SMSC": {"Location": 1},
            "Folder": 1,
            "State": "UnRead",
            "Type": "Deliver",
            "Class": -1,
            "DateTime": received,
            **changes,
        }
        self.modem.AddSMS(entry)

    @property
    def used(self) -> int:
        return len(list((self.folder / "sms").glob("*/*")))


def open_modem(folder: Path) -> Any:
    modem = gammu.StateMachine()
    modem.SetConfig(0, {"Model": "dummy", "Device": str(folder), "Connection": "none"})
    modem.Init()
    return modem


@pytest.fixture
def sim(tmp_path: Path) -> Sim:
    (tmp_path / "modem").mkdir()
    return Sim(tmp_path / "modem")


@pytest.fixture
def desk(coalition: Coalition) -> Desk:
    return Desk(coalition)


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def take_all(sim: Sim, desk: Desk, until: Callable[[], bool]) -> None:
    access = ModemAccess(str(sim.folder), connection="none", model="dummy", poll_seconds=0.02)
    link = ModemLink(access, SETUP, number=NUMBER)

    async def scene() -> None:
        async with run_links([link], desk.gateway):
            await asyncio.to_thread(wait_for, until)

    asyncio.run(scene())


def test_what_is_taken_is_sealed_and_deleted(sim: Sim, desk: Desk) -> None:
    sim.add("NET D3 6H {MPT}")
    sim.add("да \U0001f4f5")
    sim.add(b":data message")
    sim.add(b"\xde\xff\x00")
    sim.add("in the phone", Folder=3)
    texts = ["NET D3 6H {MPT}", "да \U0001f4f5", ":data message", "binary:deff00", "in the phone"]
    take_all(sim, desk, lambda: sim.used == 0)
    opened = desk.open()
    assert sorted(report["raw"] for report in opened) == sorted(texts)
    assert {(r["cc"], r["auth"], r["chan"]) for r in opened} == {("MM", "unchecked", "sms")}


def test_parts_are_taken_as_they_come(sim: Sim, desk: Desk) -> None:
    for number in (3, 1):
        header = b"\x05\x00\x03\x09\x03" + bytes([number])
        sim.add(f"piece {number}", UDH={"Type": "UserUDH", "Text": header})
    take_all(sim, desk, lambda: sim.used == 0)
    opened = {report["part"]["number"]: report for report in desk.open()}
    assert {n: report["raw"] for n, report in opened.items()} == {1: "piece 1", 3: "piece 3"}
    assert len({report["part"]["group"] for report in opened.values()}) == 1


def test_reports_are_deleted_and_sent_texts_stay(sim: Sim, desk: Desk) -> None:
    sim.add("x", Type="Status_Report")
    sim.add("a draft", Type="Submit")
    take_all(sim, desk, lambda: sim.used == 1)
    assert not desk.sink.envelopes


def test_what_is_not_committed_stays_on_the_sim(sim: Sim, desk: Desk) -> None:
    refusals = []

    class Refusing:
        async def put(self, *_: Any) -> bool:
            refusals.append(1)
            raise SinkUnavailable

    sim.add("NET D3")
    desk.gateway._sink = Refusing()  # type: ignore[assignment]
    take_all(sim, desk, lambda: len(refusals) > 2)
    assert sim.used == 1
    desk.gateway._sink = desk.sink
    take_all(sim, desk, lambda: sim.used == 0)
    assert len(desk.sink.envelopes) == 1


def test_committed_but_not_deleted_is_one(sim: Sim, desk: Desk) -> None:
    """We died between the two: the text is read again, and has the same id."""
    taken: list[SmsIn] = []

    def die(sms: SmsIn) -> bool:
        taken.append(sms)
        raise KeyboardInterrupt

    sim.add("NET D3")
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            empty_modem(open_modem(sim.folder), read, die, threading.Event())
    assert len(taken) == 2
    assert taken[0].message_id == taken[1].message_id
    # The next process has another key, and the same name inside the seal.
    other = replace(taken[0], message_id="")
    with pytest.raises(KeyboardInterrupt):
        empty_modem(
            open_modem(sim.folder),
            lambda entry: read_entry(entry, number=NUMBER, key=bytes(32)),
            die,
            threading.Event(),
        )
    assert taken[2].message_id != taken[0].message_id
    assert replace(taken[2], message_id="") == other


def test_two_texts_with_the_same_words(sim: Sim, desk: Desk) -> None:
    sim.add("NET D3")
    sim.add("NET D3")
    take_all(sim, desk, lambda: sim.used == 0)
    assert len(desk.sink.envelopes) == 2


def test_a_stop_in_between(sim: Sim) -> None:
    stop = threading.Event()
    for _ in range(3):
        sim.add("NET D3")

    def take(sms: SmsIn) -> bool:
        stop.set()
        return True

    empty_modem(sim.modem, read, take, stop)
    assert sim.used == 2


def test_deleted_by_another_hand(sim: Sim) -> None:
    sim.add("NET D3")

    def take(sms: SmsIn) -> bool:
        sim.modem.DeleteSMS(Folder=0, Location=10001)
        return True

    empty_modem(open_modem(sim.folder), read, take, threading.Event())
    assert sim.used == 0


def test_a_modem_that_is_gone_is_looked_for_again(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sms.links.modem.WAIT_SECONDS", 0.02)
    link = ModemLink(ModemAccess(str(tmp_path / "no-such-device")), SETUP)

    async def scene() -> None:
        async with run_links([link], desk.gateway):
            lost = "code=link-lost kind=modem"
            await asyncio.to_thread(wait_for, lambda: caplog.text.count(lost) > 1)

    with caplog.at_level(logging.INFO):
        asyncio.run(scene())


def test_a_sim_that_is_nearly_full_is_told(
    sim: Sim, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sms.links.modem.NEARLY_FULL", 1 / 10_000)  # the dummy's SIM is large
    sim.add("a draft", Type="Submit")
    take_all(sim, desk, lambda: "code=modem-nearly-full count=1" in caplog.text)


def test_nothing_is_logged(
    sim: Sim, desk: Desk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    gammu.SetDebugLevel("textall")  # as somebody before us may have left it
    sim.add("kutumbuzi")
    with caplog.at_level(logging.DEBUG):
        take_all(sim, desk, lambda: sim.used == 0)
    said = "".join(capfd.readouterr()) + caplog.text
    assert "link-bound" in said
    assert "kutumbuzi" not in said
    assert "15550100002" not in said
    files = [path for path in sim.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if b"kutumbuzi" in path.read_bytes()]


@pytest.mark.parametrize(
    ("entry", "text", "segment"),
    [
        ({}, "", None),
        ({"Text": None, "UDH": None}, "", None),
        ({"Text": "a", "UDH": {"Text": b"\x05\x00\x03\x07\x02\x01"}}, "a", Segment("07", 1, 2)),
        ({"Text": "a", "UDH": {"Text": b"\x02\x70\x09"}}, "a\\x70\\x09", None),
        ({"Text": "\ud83d"}, "\ud83d", None),
    ],
)
def test_entries(entry: dict[str, Any], text: str, segment: Segment | None) -> None:
    sms = read(entry)
    assert (sms.text, sms.segment, sms.recipient) == (text, segment, NUMBER)


def test_what_names_an_entry() -> None:
    entry = {"Number": "+15550100002", "DateTime": SECOND, "Text": "a", "UDH": {"Text": b"\0"}}
    others = [
        {**entry, "Number": "+15550100003"},
        {**entry, "DateTime": SECOND + datetime.timedelta(seconds=1)},
        {**entry, "Text": "b"},
        {**entry, "UDH": {"Text": b""}},
    ]
    assert name_entry({**entry, "Location": 7}) == name_entry(entry)
    assert len({name_entry(other) for other in [entry, *others]}) == 5
