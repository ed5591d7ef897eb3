"""Long reports on top of what has room are cut, none is left out, and it is said."""

import subprocess
import sys

import pytest

from keyholder import room
from keyholder.collection import collect
from keyholder.opening import Opened
from keyholder.room import Room, cut, weigh
from keyholder.workbench.rows import make_sheet
from keyholder.workbench.standing import Standing
from reports.codec import decode, encode
from reports.report import Report
from tests.conftest import ROOT
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.homes import EMPTY

_START = 1_789_999_200
USUAL: Report = {"chan": "app", "cc": "MM", "text": "the internet is down in our town since six"}
LONG: dict[str, Report] = {
    "letters": {"chan": "app", "cc": "MM", "text": "a b " * 2_000, "raw": "c d " * 2_000},
    "one picture": {"chan": "app", "text": "\U0001f4f5" + "ab " * 2_700},
    "many marks": {"chan": "app", "text": "\ufdfa" * 2_700},
    "unknown lists": {
        "chan": "app",
        "unknown": {9_000 + k: [[n << 32] for n in range(200)] for k in range(4)},
    },
    "links": {"chan": "app", "evidence": {"links": ["https://x.example/" + "y" * 740] * 12}},
}


def open_one(number: int, report: Report) -> Opened:
    id = number.to_bytes(32, "big")
    return Opened(number, id, 20_718, 2, 1, id[24:], decode(encode(report, _START), _START))


@pytest.mark.parametrize("name", LONG)
def test_long_ones_are_whole_while_there_is_room(name: str) -> None:
    one = open_one(1, LONG[name])
    assert weigh(one.report) > room.USUAL
    assert Room().fit(one) is one
    assert Room(None).fit(one) is one
    full = Room(weigh(one.report) - 1)
    left = full.fit(one)
    assert full.cut == {one.envelope_id}
    assert weigh(left.report) < room.USUAL
    assert left.report.get("cc") == one.report.get("cc")
    assert one.report.get("text", "").startswith(left.report.get("text", ""))


def test_a_cut_one_names_its_attachments_still() -> None:
    blob = {"key": b"k" * 32, "hash": b"i" * 32, "size": 4_096}
    links = ["https://x.example/" + "y" * 740] * 12
    one = open_one(1, {"chan": "app", "evidence": {"links": links, "blobs": [blob] * 16}})
    assert len(one.report["evidence"]["blobs"]) == 16
    left = Room(0).fit(one)
    assert left.report["evidence"] == {"blobs": one.report["evidence"]["blobs"]}
    assert weigh(left.report) < room.USUAL + 16 * 1_024


def test_usual_ones_are_never_cut() -> None:
    none = Room(0)
    one = open_one(1, USUAL)
    assert none.fit(one) is one
    burmese = open_one(2, {**USUAL, "text": "\u1021\u1004\u103a\u1010\u102c" * 40})
    assert none.fit(burmese) is burmese
    assert none.cut == set()


def test_room_is_used_up() -> None:
    one = open_one(1, LONG["letters"])
    some = Room(3 * weigh(one.report) + 10)
    fitted = [some.fit(open_one(number, LONG["letters"])) for number in range(5)]
    assert [len(each.report["text"]) for each in fitted] == [8_000] * 3 + [160] * 2


def test_a_cut_copy_contradicts_no_whole_one() -> None:
    whole = open_one(1, LONG["letters"])
    short = whole._replace(place=2, envelope_id=bytes(32), report=cut(whole.report))
    (merged,) = collect([whole, short]).reports
    assert merged.conflicts == ()
    assert merged.report == whole.report


def test_commands_say_it_and_give_one_whole(
    coalition: DeskForTests, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        service.store(coalition.seal({**USUAL, "text": f"{number} " + "long " * 1_000}))
    service.store(coalition.seal(USUAL))
    coalition.done("sync")
    assert coalition.done("list", "--json").json["cut"] == 0
    monkeypatch.setattr("keyholder.commands.opening.ROOM", 0)
    monkeypatch.setattr("keyholder.findings.Room", lambda: Room(0))
    told = coalition.done("list", "--json")
    assert told.json["cut"] == 3
    assert "3 long reports cut short" in told.err
    assert len(told.json["reports"]) == 4
    id = told.json["reports"][-1]["id"]
    assert "long " * 999 in coalition.done("show", id, "--json").json["report"]["text"]
    file = coalition.folder.parent / "all.json"
    assert "cut short" not in coalition.done("export", "--format", "json", "--output", file).err
    assert file.read_text(encoding="utf-8").count("long " * 999) == 3


_FILL = """
import hashlib, sys
from keyholder.collection import collect
from keyholder.findings import Findings
from keyholder.opening import Opened
from keyholder.room import Room
from reports.codec import decode
kinds = [bytes.fromhex(one) for one in sys.stdin.read().split()]
def measure(name):  # not ru_maxrss, which a process takes over from its parent
    with open("/proc/self/status") as told:
        return int(next(line for line in told if line.startswith(name)).split()[1])
before = measure("VmRSS")
found = Findings(room=Room(int(sys.argv[2])))
for number in range(int(sys.argv[1])):
    id = hashlib.sha256(str(number).encode()).digest()
    report = decode(kinds[number % len(kinds)], 0)
    found.take(Opened(number, id, 0, 2, 1, id[:8], report))
collect(found.reports, found.room.cut)
print(measure("VmHWM") - before, len(found.room.cut))
"""


@pytest.mark.parametrize(("limit", "bounded"), [(4 << 20, True), (1 << 40, False)])
def test_memory_is_bounded_whatever_comes(limit: int, bounded: bool) -> None:
    """In a process of its own."""
    count = 1_200
    done = subprocess.run(
        [sys.executable, "-c", _FILL, str(count), str(limit)],
        input="\n".join(encode(one, 0).hex() for one in LONG.values()),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    grown, short = map(int, done.stdout.split())
    assert (short > 0) is bounded
    assert (grown * 1_024 < (4 << 20) + count * 8_192 + (8 << 20)) is bounded, grown


def test_the_workbench_says_of_a_report_that_it_was_cut() -> None:
    whole, other = open_one(1, LONG["letters"]), open_one(2, LONG["letters"])
    some = Room(weigh(whole.report))
    collection = collect([some.fit(whole), some.fit(other)], some.cut)
    standing = Standing(collection, EMPTY)
    told = {one.report_id: make_sheet(standing, one)["shortened"] for one in collection.reports}
    assert told == {whole.report_id: False, other.report_id: True}
