"""What waited on a phone, carried to a network in a file: there once, whoever brings it and however
often the carrying breaks off.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cbor2
import httpx2
import pytest
from sqlalchemy import NullPool, create_engine, text

from crypto.blob_lengths import blob_length
from crypto.envelope import Suite, write_header
from crypto.qr_text import write_qr_text
from heliograph import outbox
from tests.conftest import ROOT
from tests.image_making import make_png
from tests.road.files import report_files, seal_files
from tests.road.relay import Relay, open_relay
from tests.road.running import BIN, Running, running_service, start

NODE = shutil.which("node")
TOOL = ROOT / "client" / "test" / "bundle-tool.js"
CANARY = "canary: the mast behind the mill is dark"
MIB = 1024 * 1024
needs_node = pytest.mark.skipif(NODE is None, reason="no node: apt-get install nodejs")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("carried") / "var") as running:
        yield running


@pytest.fixture
def relay(running: Running) -> Iterator[Relay]:
    with open_relay(Relay(("127.0.0.1", int(running.url.rpartition(":")[2])))) as relay:
        yield relay


def make_envelopes(count: int) -> list[bytes]:
    """By their form alone: these open for nobody."""
    return [write_header(Suite.SEALED_BOX, 7) + os.urandom(560) for _ in range(count)]


def write_bundle(path: Path, *items: bytes) -> Path:
    with path.open("wb") as file:
        for item in items:
            file.write(cbor2.dumps(item))
    return path


def node(*words: object) -> str:
    assert NODE is not None
    done = subprocess.run(
        [NODE, "--no-warnings", TOOL, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def carry(
    running: Running, folder: Path, *words: object, service: str = "", status: int = 0
) -> dict[str, Any]:
    """`heliograph report --json` of a carrier whose outbox is `folder`; what it says."""
    done = running.run(*_words(running, folder, words, service), check=False)
    assert done.returncode == status, (done.stdout, done.stderr)
    assert CANARY not in done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _words(running: Running, folder: Path, words: Sequence[object], service: str) -> list[str]:
    place = ["--outbox", str(folder), "--service", service or running.url, "--json"]
    return ["heliograph", "report", *place, *map(str, words)]


def held(running: Running) -> tuple[set[bytes], int]:
    """Ids of the blobs that the service has, and how many envelopes."""
    engine = create_engine(f"sqlite:///{running.data / 'store.db'}", poolclass=NullPool)
    with engine.connect() as database:
        blobs = set(database.execute(text("SELECT id FROM blob")).scalars())
        # What has no place in the log yet is on the disk all the same; while places are given, in
        # steps, some stand in both tables.
        counts = "SELECT count(*) FROM (SELECT body FROM body UNION SELECT body FROM pending)"
        return blobs, int(database.execute(text(counts)).scalar_one())


@needs_node
def test_a_browser_s_file_carried_by_two_is_there_once(running: Running, tmp_path: Path) -> None:
    phone, blobs = tmp_path / "phone", []
    lines = tmp_path / "reports.jsonl"
    lines.write_text("".join(json.dumps({"text": f"{CANARY} {n}"}) + "\n" for n in range(50)))
    carry(running, phone, "--offline", "--keyring", _keyring(running, tmp_path), "--jsonl", lines)
    for size in (1000, 3 * MIB):
        blob = os.urandom(blob_length(size))
        blobs.append(hashlib.sha256(blob).digest())
        (phone / f"{size}.blob").write_bytes(blob)
    file = tmp_path / "file"
    node("write", file, phone)
    assert CANARY.encode() not in file.read_bytes()

    told = carry(running, tmp_path / "one", "--bundle", file, "--offline", status=1)
    assert told["carried"] == {
        "envelopes": 50, "blobs": 2, "blobs_sent": 0, "blobs_stopped": "offline", "refused": [],
    }  # fmt: skip
    assert (told["waiting"], told["stopped"]) == (50, "offline")
    _, before = held(running)
    told = carry(running, tmp_path / "one", "--bundle", file)
    assert (told["stored"], told["known"], told["waiting"]) == (50, 0, 0)
    assert told["carried"]["blobs_sent"] == 2
    told = carry(running, tmp_path / "two", "--bundle", file)
    assert (told["stored"], told["known"], told["carried"]["blobs_sent"]) == (0, 50, 2)
    found, after = held(running)
    assert set(blobs) <= found
    assert after - before == 50
    assert not list((tmp_path / "one").glob("*.upload"))
    running.settle()
    listed = json.loads(running.run("keyholder", "list", "--json").stdout)["reports"]
    texts = sorted(one["report"]["text"] for one in listed)
    assert texts == sorted(f"{CANARY} {n}" for n in range(50))


def _keyring(running: Running, tmp_path: Path) -> Path:
    path = tmp_path / "keyring.bundle"
    path.write_bytes(httpx2.get(f"{running.url}/v1/keyring").content)
    return path


@needs_node
def test_python_s_file_is_read_by_the_browser_s_library(tmp_path: Path) -> None:
    items = [*make_envelopes(20), os.urandom(blob_length(100_000)), b"no", *make_envelopes(1)]
    file = write_bundle(tmp_path / "file", *items)
    digests = [hashlib.sha256(item).hexdigest() for item in items]
    assert node("read", file).split("\n")[:-1] == [
        *(f"envelope {one}" for one in digests[:20]), f"blob {digests[20]}",
        "refused envelope-too-short", f"envelope {digests[22]}",
    ]  # fmt: skip


def test_what_is_broken_costs_itself_alone(running: Running, tmp_path: Path) -> None:
    good = make_envelopes(3)
    one = write_bundle(tmp_path / "one", good[0], b"no", good[1])
    two = write_bundle(tmp_path / "two", good[2], good[0])
    two.write_bytes(two.read_bytes()[:-1])
    three = tmp_path / "three"
    three.write_text(f"this is no such file, and it says {CANARY}")
    words = [word for path in (one, two, three) for word in ("--bundle", path)]
    told = carry(running, tmp_path / "outbox", *words, status=1)
    assert told["carried"]["refused"] == [
        {"file": 1, "item": 2, "code": "envelope-too-short"},
        {"file": 2, "item": 2, "code": "bundle-cut-off"},
        {"file": 3, "item": 1, "code": "bundle-item-type"},
        {"file": 3, "item": 2, "code": "bundle-form"},
    ]
    assert (told["carried"]["envelopes"], told["stored"]) == (3, 3)


def test_standard_input_and_the_texts_of_codes(running: Running, tmp_path: Path) -> None:
    envelopes = make_envelopes(3)
    file = write_bundle(tmp_path / "file", envelopes[0], os.urandom(blob_length(5)))
    command = _words(running, tmp_path / "outbox", ("--bundle", "-"), "")
    command[0] = str(BIN / command[0])
    piped = subprocess.run(
        command, input=file.read_bytes(), env=running.environ, capture_output=True, check=False
    )
    told = json.loads(piped.stdout)
    assert (piped.returncode, told["stored"]) == (1, 1)
    assert told["carried"]["refused"] == [{"file": 1, "item": 2, "code": "blob-in-pipe"}]
    with file.open("rb") as stream:
        given = subprocess.run(
            command, stdin=stream, env=running.environ, capture_output=True, check=False
        )
    told = json.loads(given.stdout)
    assert (given.returncode, told["known"], told["carried"]["blobs_sent"]) == (0, 1, 1)
    texts = tmp_path / "texts"
    lines = [write_qr_text(one) for one in envelopes[1:]]
    texts.write_text(f"{lines[0]}\r\n\n{lines[1].lower()}\n{lines[1]}")
    told = carry(running, tmp_path / "outbox", "--qr", texts, status=1)
    assert told["carried"]["refused"] == [{"file": 1, "item": 3, "code": "qr-text-alphabet"}]
    assert told["stored"] == 2


def test_killed_while_it_takes_in_and_run_again(running: Running, tmp_path: Path) -> None:
    envelopes, folder = make_envelopes(4000), tmp_path / "outbox"
    file = write_bundle(tmp_path / "file", *envelopes)
    process = _begin(running, folder, "--bundle", file, "--offline")
    while len(outbox.waiting(folder)) < 300:
        assert process.poll() is None
        time.sleep(0.01)
    _kill(process)
    assert len(outbox.waiting(folder)) < 4000
    _, before = held(running)
    told = carry(running, folder, "--bundle", file)
    assert (told["carried"]["envelopes"], told["stored"], told["known"]) == (4000, 4000, 0)
    assert held(running)[1] - before == 4000
    told = carry(running, folder, "--bundle", file)
    assert (told["stored"], told["known"]) == (0, 4000)


def test_killed_while_a_blob_goes_up_and_run_again(
    running: Running, relay: Relay, tmp_path: Path
) -> None:
    small, big = os.urandom(blob_length(1)), os.urandom(blob_length(12 * MIB))
    file, folder = write_bundle(tmp_path / "file", small, big), tmp_path / "outbox"
    relay.hold_after = len(small) + len(big) // 2
    process = _begin(running, folder, "--bundle", file, service=relay.url)
    assert relay.held.wait(60)
    assert len(list(folder.glob("*.upload"))) == 2
    _kill(process)
    relay.hold_after, relay.up = None, 0
    told = carry(running, folder, "--bundle", file, service=relay.url)
    assert told["carried"]["blobs_sent"] == 2
    assert relay.up < len(big) // 2 + 2 * MIB  # nothing of what had come was sent again
    assert {hashlib.sha256(one).digest() for one in (small, big)} <= held(running)[0]
    assert not list(folder.glob("*.upload"))


def _begin(
    running: Running, folder: Path, *words: object, service: str = ""
) -> "subprocess.Popen[bytes]":
    command = _words(running, folder, words, service)
    return subprocess.Popen(
        [str(BIN / command[0]), *command[1:]],
        env=running.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=20)


def test_no_network_then_one(tmp_path: Path) -> None:
    file = write_bundle(tmp_path / "file", *make_envelopes(5), os.urandom(blob_length(9)))
    folder = tmp_path / "outbox"
    first = start(tmp_path / "var")
    first.stop()
    first.output.unlink()
    told = carry(first, folder, "--bundle", file, status=1)
    assert (told["waiting"], told["stopped"]) == (5, "network-down")
    assert told["carried"]["blobs_stopped"] == "network-down"
    again = start(tmp_path / "var", int(first.url.rpartition(":")[2]))
    try:
        assert carry(again, folder, "--send")["stored"] == 5
        told = carry(again, folder, "--bundle", file)
        assert (told["known"], told["carried"]["blobs_sent"]) == (5, 1)
    finally:
        again.stop()


@needs_node
def test_files_of_a_report_are_opened_by_its_keyholder(running: Running, tmp_path: Path) -> None:
    picture, film = make_png(300, 200), b"\0\0\0\x18ftypisom" + os.urandom(3 * MIB)
    named = seal_files(tmp_path, picture, film, b"never sent")
    blobs = [one["blob"].read_bytes() for one in named[:2]]
    carry(running, tmp_path / "outbox", "--bundle", write_bundle(tmp_path / "file", *blobs))
    id = report_files(running, named)
    running.run("keyholder", "sync")
    words = ("keyholder", "attachments", id, "--fetch")
    done = running.run(*words, "--save", str(tmp_path / "out"), check=False)
    assert done.returncode == 1
    assert "attachment-not-fetched" in done.stderr or "attachment-not-there" in done.stderr
    saved = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert saved == {f"{id}-01.png": picture, f"{id}-02.mp4": film}

    # On the service's disk the photo is altered, and a piece of the film is gone.
    home = Path(running.environ["KEYHOLDER_HOME"]) / "blobs"
    for blob in blobs:
        (home / hashlib.sha256(blob).hexdigest()).unlink()
    for path in (running.data / "blobs").rglob("*"):
        if path.is_file() and path.stat().st_size == len(blobs[0]):
            path.write_bytes(bytes(len(blobs[0])))
        elif path.is_file() and path.read_bytes() in blobs[1]:
            path.unlink()
    done = running.run(*words, "--json", check=False)
    assert done.returncode == 1
    told = [one["state"] for one in json.loads(done.stdout)["attachments"]]
    assert told == ["attachment-hash", "attachment-cut-off", "attachment-not-there"]
    assert not list(home.glob(f"{named[0]['id']}*"))
