"""A direct link to an SMSC, whole: threads, sockets, gateway; opened at the end."""

import asyncio
import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sms.contract import ProviderSetup, SmsIn
from sms.links import smpp
from sms.links.running import run_links
from sms.links.smpp import SmppLink, SmscAccess
from sms.links.smpp_session import Frame, Session
from sms.sink import SinkFull
from tests.coalition import NOW, Coalition
from tests.sms.desk import LINE, Desk
from tests.smsc import (
    BIND_RECEIVER,
    BIND_TRANSCEIVER,
    DATA_SM,
    DELIVER_SM,
    ENQUIRE_LINK,
    INVALID_PASSWORD,
    RESPONSE,
    UNBIND,
    Smsc,
    running_smsc,
    write_body,
    write_optional,
    write_pdu,
)

SETUP = ProviderSetup(name="smpp", secret="", line=LINE, replies=False)
TRY_AGAIN = 0x64
NACK = 0x8000_0000
SECRET_TEXT = "NET D3 kutumbuzi \u0434\u0430"


def make_link(smsc: Smsc, **changes: Any) -> SmppLink:
    access: dict[str, Any] = {"host": "127.0.0.1", "port": smsc.port, "system_id": "esme"}
    return SmppLink(SmscAccess(**{**access, "password": "pw", **changes}), SETUP, clock=lambda: NOW)


@asynccontextmanager
async def linked(desk: Desk, *links: SmppLink) -> AsyncIterator[None]:
    async with run_links(links, desk.gateway):
        yield


def run(scene: Callable[[], Any]) -> None:
    asyncio.run(asyncio.wait_for(scene(), 60))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sms.links.smpp.FIRST_WAIT_SECONDS", 0.05)
    monkeypatch.setattr("sms.links.smpp_session.POLL_SECONDS", 0.05)


@pytest.fixture
def desk(coalition: Coalition) -> Desk:
    return Desk(coalition)


@pytest.mark.parametrize("receive_only", [False, True])
def test_what_is_accepted_is_sealed(desk: Desk, receive_only: bool) -> None:
    texts = [f"NET D3 number {n}" for n in range(30)]

    async def scene() -> None:
        with running_smsc() as smsc:
            for text in texts:
                smsc.send(write_body(text.encode(), coding=1))
            async with linked(desk, make_link(smsc, receive_only=receive_only)):
                await asyncio.to_thread(smsc.wait_accepted)
                # A receipt is acknowledged too, and nothing of it is kept.
                smsc.send(write_body(b"id:1 stat:DELIVRD", esm_class=4))
                smsc.send(data_sm("да"), DATA_SM)
                await asyncio.to_thread(smsc.wait_accepted)
            await asyncio.to_thread(smsc.wait, lambda: UNBIND in smsc.commands)
            assert smsc.binds == [BIND_RECEIVER if receive_only else BIND_TRANSCEIVER]

    run(scene)
    opened = desk.open()
    assert sorted(report["raw"] for report in opened) == sorted([*texts, "да"])
    assert {report["auth"] for report in opened} == {"unchecked"}
    assert {report["cc"] for report in opened} == {"MM"}


def data_sm(text: str) -> bytes:
    head = b"\0" + b"\x01\x01" + b"15550100002\0" + b"\x00\x00" + b"1234\0"
    return head + bytes([0, 0, 8]) + write_optional({0x0424: text.encode("utf-16-be")})


def test_long_texts_come_in_parts(desk: Desk) -> None:
    parts = [b"\x05\x00\x03\x09\x03" + bytes([n]) + f"piece {n}".encode() for n in (3, 1, 2)]

    async def scene() -> None:
        with running_smsc() as smsc:
            for part in parts:
                smsc.send(write_body(part, esm_class=0x40))
            async with linked(desk, make_link(smsc)):
                await asyncio.to_thread(smsc.wait_accepted)

    run(scene)
    opened = sorted(desk.open(), key=lambda report: report["part"]["number"])
    assert [report["raw"] for report in opened] == ["piece 1", "piece 2", "piece 3"]
    assert len({report["part"]["group"] for report in opened}) == 1


def test_what_is_not_committed_comes_again(desk: Desk) -> None:
    async def scene() -> None:
        with running_smsc() as smsc:
            desk.sink.error = SinkFull()
            message = smsc.send(write_body(b"NET D3"))
            async with linked(desk, make_link(smsc)):
                await asyncio.to_thread(smsc.wait, lambda: len(message.statuses) > 2)
                desk.sink.error = None
                await asyncio.to_thread(smsc.wait_accepted)
            assert set(message.statuses) == {TRY_AGAIN, 0}

    run(scene)
    assert [report["raw"] for report in desk.open()] == ["NET D3"]


def test_a_fault_of_ours_is_no_acceptance(desk: Desk) -> None:
    async def scene() -> None:
        with running_smsc() as smsc:
            desk.sink.error = RuntimeError("planted")
            message = smsc.send(write_body(b"NET D3"))
            async with linked(desk, make_link(smsc)):
                await asyncio.to_thread(smsc.wait, lambda: bool(message.statuses))
                desk.sink.error = None
                await asyncio.to_thread(smsc.wait_accepted)

    run(scene)
    assert len(desk.sink.envelopes) == 1


async def lose_answer(desk: Desk, smsc: Smsc, link: SmppLink) -> None:
    """The link commits what comes, and its answer goes nowhere."""
    loop = asyncio.get_running_loop()
    stop = threading.Event()

    def take(sms: SmsIn) -> bool:
        taking = asyncio.run_coroutine_threadsafe(desk.gateway.take(link, SETUP, sms), loop)
        taking.result(10)
        smsc.cut()
        stop.set()
        return True

    await asyncio.to_thread(link.run, take, stop)


@pytest.mark.parametrize("same_process", [True, False])
def test_sent_again_after_a_lost_answer_is_one_report(desk: Desk, same_process: bool) -> None:
    async def scene() -> None:
        with running_smsc() as smsc:
            link = make_link(smsc)
            message = smsc.send(write_body(b"NET D3"))
            for _ in range(3):
                await lose_answer(desk, smsc, link if same_process else make_link(smsc))
            assert not message.accepted
            async with linked(desk, link if same_process else make_link(smsc)):
                await asyncio.to_thread(smsc.wait_accepted)

    run(scene)
    assert len({report["id"] for report in desk.open()}) == 1
    if same_process:
        assert len(desk.sink.envelopes) == 1


def test_it_binds_again_when_the_connection_is_lost(desk: Desk) -> None:
    async def scene() -> None:
        with running_smsc() as smsc:
            async with linked(desk, make_link(smsc)):
                for number in range(3):
                    await asyncio.to_thread(smsc.wait, lambda n=number: len(smsc.binds) > n)
                    smsc.send(write_body(f"text {number}".encode()))
                    await asyncio.to_thread(smsc.wait_accepted)
                    smsc.cut()

    run(scene)
    assert len(desk.sink.envelopes) == 3


def test_it_waits_for_an_smsc_that_is_away(desk: Desk) -> None:
    with running_smsc() as gone:
        port = gone.port

    async def scene() -> None:
        link = SmppLink(SmscAccess("127.0.0.1", port, "esme", "pw"), SETUP)
        async with linked(desk, link):
            pass

    run(scene)


def test_a_wrong_password(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        with running_smsc() as smsc:
            async with linked(desk, make_link(smsc, password="wrong")):
                await asyncio.to_thread(
                    smsc.wait, lambda: smsc.commands.count(BIND_TRANSCEIVER) > 1
                )
            assert not smsc.binds

    with caplog.at_level(logging.INFO):
        run(scene)
    assert f"code=link-refused kind=smpp status={INVALID_PASSWORD}" in caplog.text
    assert "wrong" not in caplog.text


def test_silence_is_asked_about(desk: Desk) -> None:
    async def scene() -> None:
        with running_smsc() as smsc:
            async with linked(desk, make_link(smsc, enquire_seconds=0.1)):
                await asyncio.to_thread(smsc.wait, lambda: smsc.commands.count(ENQUIRE_LINK) > 2)
                assert len(smsc.binds) == 1
                smsc.enquiries_answered = False
                await asyncio.to_thread(smsc.wait, lambda: len(smsc.binds) > 1)

    run(scene)


@pytest.mark.parametrize(
    ("pdu", "answer"),
    [
        (write_pdu(ENQUIRE_LINK, 5), ENQUIRE_LINK | RESPONSE),
        (write_pdu(UNBIND, 5), UNBIND | RESPONSE),
        (write_pdu(0x0007_0000, 5, b"what is this"), NACK),
        (write_pdu(0x04, 5, b""), NACK),  # submit_sm: we are no SMSC
    ],
)
def test_requests_are_answered(desk: Desk, pdu: bytes, answer: int) -> None:
    async def scene() -> None:
        with running_smsc() as smsc:
            async with linked(desk, make_link(smsc)):
                await asyncio.to_thread(smsc.wait, lambda: bool(smsc.binds))
                smsc.say(pdu)
                await asyncio.to_thread(smsc.wait, lambda: answer in smsc.commands)
                smsc.send(write_body(b"NET D3"))
                await asyncio.to_thread(smsc.wait_accepted)

    run(scene)
    assert len(desk.sink.envelopes) == 1


@pytest.mark.parametrize(
    "pdu",
    [
        b"\xff\xff\xff\xff" + b"x" * 100,  # a length beyond all
        b"\x00\x00\x00\x0f" + b"x" * 100,  # a length below the head's
    ],
)
def test_a_stream_that_makes_no_sense_is_left(desk: Desk, pdu: bytes) -> None:
    async def scene() -> None:
        with running_smsc() as smsc:
            async with linked(desk, make_link(smsc)):
                await asyncio.to_thread(smsc.wait, lambda: bool(smsc.binds))
                smsc.say(pdu)
                await asyncio.to_thread(smsc.wait, lambda: len(smsc.binds) > 1)

    run(scene)


@pytest.mark.parametrize("pdu", [write_pdu(0x102, 5, b"alert"), write_pdu(0x8000_0015, 5)])
def test_what_needs_no_answer(desk: Desk, pdu: bytes) -> None:
    async def scene() -> None:
        with running_smsc() as smsc:
            async with linked(desk, make_link(smsc)):
                await asyncio.to_thread(smsc.wait, lambda: bool(smsc.binds))
                smsc.say(pdu)
                smsc.send(write_body(b"NET D3"))
                await asyncio.to_thread(smsc.wait_accepted)
            assert NACK not in smsc.commands

    run(scene)


@pytest.mark.parametrize("cut", [1, 4, 10, 16, 30])
def test_a_pdu_in_pieces(cut: int) -> None:
    """With a pause longer than a read waits: the library's own reader would lose its place."""
    body = write_body(b"NET D3 in pieces")
    pdu = write_pdu(DELIVER_SM, 7, body)
    session = Session("127.0.0.1", 1, tls=None, seconds=5)
    ours, theirs = socket.socketpair()
    session._socket = ours
    with theirs:
        theirs.sendall(pdu[:cut])
        assert session.read_frame() is None
        theirs.sendall(pdu[cut:] + pdu)
        assert session.read_frame() == session.read_frame() == Frame(DELIVER_SM, 0, 7, body)
    session.close()


@pytest.mark.parametrize("body", [b"", b"\x00\x01\x01no end", write_body(b"x")[:-6]])
def test_a_body_that_is_none_is_taken_all_the_same(desk: Desk, body: bytes) -> None:
    async def scene() -> None:
        with running_smsc() as smsc:
            smsc.send(body)
            async with linked(desk, make_link(smsc)):
                await asyncio.to_thread(smsc.wait_accepted)

    run(scene)
    assert len(desk.sink.envelopes) == 1


def test_no_log_line_has_a_pdu(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        with running_smsc() as smsc:
            smsc.send(write_body(SECRET_TEXT.encode("utf-16-be"), coding=8))
            smsc.send(write_body(b"kutumbuzi", optional={0x1401: b"kutumbuzi"}))
            async with linked(desk, make_link(smsc, password="pw")):
                await asyncio.to_thread(smsc.wait_accepted)

    with caplog.at_level(logging.DEBUG):
        run(scene)
    said = caplog.text + "".join(map(str, [record.__dict__ for record in caplog.records]))
    assert "link-bound" in said
    for hidden in ("kutumbuzi", b"kutumbuzi".hex(), "kutumbuzi".encode("utf-16-be").hex()):
        assert hidden not in said
    # The library writes each PDU to its debug log, the bind with its password too.
    assert {record.name.split(".")[0] for record in caplog.records} <= {"asyncio", "sms"}


def test_secrets_are_hidden() -> None:
    access = SmscAccess("127.0.0.1", 1, "esme", "geheim")
    assert "geheim" not in repr(access)
    assert smpp.SmppLink.replies is False
