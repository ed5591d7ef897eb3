"""From an SMSC through Debian's Kannel into the service, opened at the end; and nothing of it is
left in what Kannel writes, with our sample configuration.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.kannel.boxes import Kannel, running_kannel, wait_for
from tests.kannel.service import Service
from tests.long.test_at_rest import CANARIES, codings
from tests.smsc import running_smsc, write_body

WORDS, AREA, ARABIC = "zebrafinch orchid", "Quokkaville", "قناري حاضر"
SENDER = "9995550199"
LONG = f"NET D3 {WORDS} " + "and so on " * 40

GSM = b"NET D3 zebrafinch orchid \x1b\x28MPT\x1b\x29 \x1b\x3c\x1b\x3d\x1b\x3e \x1b\x40 \x1b\x2f "
PHONE, STOP = "\U0001f4f5", "\U0001f6d1"
UCS_2, EIGHT_BITS = {"coding": 8}, {"coding": 4}
TEXTS: dict[str, tuple[bytes, dict[str, Any]]] = {
    f"NET D3 {WORDS} {{MPT}} [~] | \\ ^ € é@_$": (GSM + b"\x1b\x14 \x1b\x65 \x05\x00\x11\x02", {}),
    f"coupé à {AREA}": (f"coupé à {AREA}".encode("latin-1"), {"coding": 3}),
    f"{AREA} IA5": (f"{AREA} IA5".encode(), {"coding": 1}),
    f"{ARABIC} نت": (f"{ARABIC} نت".encode("utf-16-be"), UCS_2),
    f"{AREA} {PHONE}{STOP}": (f"{AREA} {PHONE}{STOP}".encode("utf-16-be"), UCS_2),
    PHONE: (PHONE.encode("utf-16-be"), UCS_2),
    f"{AREA} in eight bits": (f"{AREA} in eight bits".encode(), EIGHT_BITS),
    "binary:" + b"\xff\x00zebrafinch orchid".hex(): (b"\xff\x00" + WORDS.encode(), EIGHT_BITS),
    LONG: (LONG.encode(), {"short": False}),
    "": (b"", {}),
}
"""What is to be opened, and how it is sent."""

PIECES = [f"{AREA} piece {n} of a long text. " for n in range(1, 5)]
ORDER = (4, 2, 1, 3)


@dataclass
class Visited:
    kannel: Kannel
    reports: list[dict[str, Any]]


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """The service after all texts; while the last ones came it was away."""
    service = Service(tmp_path_factory.mktemp("kannel"))
    with (
        running_smsc() as smsc,
        running_kannel(
            service.folder / "kannel", smsc, gateway=service.url, path_secret=service.secret
        ) as kannel,
    ):
        for data, how in TEXTS.values():
            smsc.send(write_body(data, sender=SENDER, **how))
        smsc.wait_accepted()
        wait_for(lambda: service.count() == len(TEXTS))
        service.kill()
        for number in ORDER:
            header = b"\x06\x08\x04\x01\x09\x04" + bytes([number])
            piece = header + PIECES[number - 1].encode()
            smsc.send(write_body(piece, esm_class=0x40, sender=SENDER))
        smsc.wait_accepted()
        service.run()
        wait_for(lambda: service.count() == len(TEXTS) + len(PIECES))
        yield Visited(kannel, service.open())
    service.running.stop()


def test_every_text_is_opened(visited: Visited) -> None:
    found = [one["report"]["raw"] for one in visited.reports]
    assert sorted(found) == sorted([*TEXTS, "".join(PIECES)])


def test_parts_are_sealed_one_by_one_and_joined_when_opened(visited: Visited) -> None:
    (long,) = [one for one in visited.reports if one["report"]["raw"] == "".join(PIECES)]
    assert sorted(envelope["part"] for envelope in long["envelopes"]) == [1, 2, 3, 4]


def test_nothing_is_left_in_what_kannel_writes(visited: Visited) -> None:
    written = visited.kannel.read_all()
    assert b"kannel.conf" in written
    assert not [word for word in CANARIES if any(coding in written for coding in codings(word))]
    pieces = [f"piece {n}" for n in range(1, 5)]
    assert not [word for word in pieces if any(coding in written for coding in codings(word))]


@pytest.mark.parametrize("canary", [WORDS, SENDER, AREA, ARABIC])
def test_the_search_finds_what_is_planted(visited: Visited, canary: str) -> None:
    for coding in codings(canary):
        planted = visited.kannel.folder / "planted.log"
        planted.write_bytes(b"at 12:00 " + coding + b" came")
        found = visited.kannel.read_all()
        planted.unlink()
        assert coding in found
