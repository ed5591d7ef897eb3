"""Nothing that was sent can be read from what the service keeps or writes.

Canaries go in by every channel and by every kind of error; then everything under the data folder
the service's whole output and its database server's files are searched for them in every coding in
which they could lie there. The search itself is proven by planting each of them.
"""

import asyncio
import base64
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from heliograph.dev.webhooks import Call
from tests.road.running import Running

CANARIES = ("zebrafinch orchid", "+9995550199", "9995550199", "Quokkaville", "قناري حاضر")


def codings(canary: str) -> Iterator[bytes]:
    """The forms in which a text could lie on a disk."""
    plain = canary.encode()
    yield plain
    yield canary.upper().encode()
    yield canary.encode("utf-16-le")
    yield canary.encode("utf-16-be")
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    yield quote(canary).encode()
    yield canary.replace(" ", "+").encode()
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + plain)
        yield whole[4 if offset else 0 : -4]
    if canary.isascii():
        yield _pack_septets(canary)
    if canary.isdigit():
        even = canary if len(canary) % 2 == 0 else canary + "f"
        yield bytes.fromhex(even)
        yield bytes.fromhex("".join(b + a for a, b in zip(even[::2], even[1::2], strict=True)))


def _pack_septets(text: str) -> bytes:
    """GSM 03.38 packing of what is the same in ASCII (3GPP TS 23.038, 6.1.2.1)."""
    bits = sum(ord(letter) << (7 * at) for at, letter in enumerate(text))
    return bits.to_bytes((7 * len(text) + 7) // 8, "little")


def find_leaks(haystack: bytes) -> list[str]:
    """The canaries that a heap of bytes holds in any coding."""
    return [canary for canary in CANARIES if any(coding in haystack for coding in codings(canary))]


def _read_files(service: Running) -> dict[Path, bytes]:
    """What the service keeps and wrote, and its database server's data, WAL and log."""
    folders, files = [service.data], [service.output]
    if service.database:  # and not its programs
        folders.append(service.database / "data")
        files.append(service.database / "server.log")
    files += [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    contents = {}
    for path in files:
        with suppress(FileNotFoundError):  # a running server makes some of its files anew
            contents[path] = path.read_bytes()
    return contents


async def _send_canaries(service: Running) -> None:
    words = "NET MM13 D3 zebrafinch orchid Quokkaville قناري حاضر"
    number = "+9995550199"
    async with httpx2.AsyncClient(trust_env=False, base_url=service.url) as client:
        line = service.line(client)
        await line.send_text("twilio", number, words)
        await line.send_text("africas-talking", number, words)
        for count in range(5):
            typed = ("1", "2", "3", "Quokkaville zebrafinch orchid")[:count]
            await line.dial(Call(number, "*384*555#", "canary-session", typed))
        await line.send_text("twilio", number, ":zebrafinch orchid")
        body = f"Body={words}&From={number}".encode()
        for path in (
            "/v1/envelopes",
            "/v1/keyring",
            "/v1/zebrafinch orchid",
            f"/hooks/twilio/{number}",
            "/dev/phone/text",
            "/v1/envelopes?after=Quokkaville",
        ):
            for kind in ("application/octet-stream", "application/cbor-seq", "text/zebrafinch"):
                answer = await client.post(path, content=body, headers={"content-type": kind})
                assert not find_leaks(answer.content), path
                answer = await client.get(path, headers={"signature": "Quokkaville"})
                assert not find_leaks(answer.content), path


async def _send_texts(service: Running, texts: list[str]) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:
        for text in texts:
            await service.line(client).send_text("twilio", "+9995550199", text)


@pytest.fixture(scope="module")
def visited(service: Running) -> Running:
    """The service after the canaries and a keyholder who looked at all reports."""
    asyncio.run(_send_canaries(service))
    service.run(
        "heliograph", "report", "--country", "MM", "--area", "Quokkaville",
        "--text", "zebrafinch orchid",
    )  # fmt: skip
    texts = service.run(
        "heliograph", "report", "--sms", "--area", "Quokkaville",
        "--text", "zebrafinch orchid " * 12,
    ).stdout.split()  # fmt: skip
    assert len(texts) > 1
    asyncio.run(_send_texts(service, texts[1:]))  # the first is kept back: the others wait
    service.settle()
    assert "Quokkaville" in service.run("keyholder", "list").stdout
    return service


def test_nothing_that_was_sent_lies_under_the_data_folder_or_in_the_output(
    visited: Running,
) -> None:
    files = _read_files(visited)
    names = {path.name for path in files}
    assert {"server.log", "PG_VERSION"} <= names if visited.database else "store.db" in names
    leaks = {path: leaked for path, held in files.items() if (leaked := find_leaks(held))}
    assert leaks == {}


def test_strings_finds_nothing_either(visited: Running) -> None:
    if not shutil.which("strings"):
        pytest.skip("no strings: apt-get install binutils")
    held = b"\0".join(_read_files(visited).values())
    for encoding in ("s", "S", "l", "b"):
        command = ["strings", "-n", "4", "-e", encoding]
        done = subprocess.run(command, input=held, capture_output=True, check=True)
        assert done.stdout or encoding in "lb"  # of texts of one byte a letter there are some
        assert not find_leaks(done.stdout)


@pytest.mark.parametrize("canary", CANARIES)
def test_the_search_finds_what_is_planted(canary: str) -> None:
    for coding in codings(canary):
        assert canary in find_leaks(b"\xff\0padding" + coding + b"\0\xff")


def test_an_outbox_that_waits_holds_nothing_readable(service: Running, tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    bundle = service.data / "dev" / "keyholder" / "keyring" / "keyring.bundle"
    place = ("--outbox", str(outbox), "--keyring", str(bundle), "--offline")
    service.run(
        "heliograph", "report", "--area", "Quokkaville", "--text", "zebrafinch orchid",
        "--channel", "app", *place,
    )  # fmt: skip
    waiting = [path for path in outbox.rglob("*") if path.is_file()]
    assert any(path.suffix == ".envelope" for path in waiting)
    assert not find_leaks(b"".join(path.read_bytes() for path in waiting))
