"""open, list and show: everything that is held, merged, filtered, and safe to look at."""

from typing import Any

import pytest

from crypto.choosing import sealing_key
from crypto.envelope import Kind, Suite
from crypto.locks import derive_lock
from crypto.sealing import SealingKey, new_report_id, seal
from keyholder.held import read_held
from keyholder.merge import merge
from keyholder.opening import CONTENT_INVALID, Opened
from keyholder.rows import make_row, write_table
from keyholder.sheet import write_sheet
from reports.codec import encode
from tests.keyholder.conftest import NOW, DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.hostile import HOSTILE
from tests.keyholder.test_terminal import is_harmless

SINCE = NOW - NOW % 900 - 6 * 3600
APP = {
    "chan": "app",
    "cc": "MM",
    "region": "MM-01",
    "area": "Monywa",
    "net": {"data": "down", "sms": "down", "voice": "ok"},
    "kind": ["full"],
    "op": ["MPT"],
    "since": SINCE,
    "since_precision": "hour",
    "status": "ongoing",
    "obs": SINCE + 3600,
    "text": "No internet since the morning",
}
SMS = {
    "chan": "sms",
    "cc": "IR",
    "net": {"data": "slow"},
    "status": "ended",
    "text": "اینترنت قطع",
    "raw": "NET IR D2 اینترنت قطع",
    "parsed": ["cc", "net"],
    "auth": "checked",
    "tag": b"\x01\x02\x03\x04",
}


@pytest.fixture
def stocked(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    """A report by two channels, a text, and a USSD session of two screens."""
    report, session = new_report_id(), new_report_id()
    service.store(
        coalition.seal(APP, report),
        coalition.seal({**APP, "chan": "app-sms", "text": "No internet"}, report),
        coalition.seal(SMS),
        coalition.seal({"chan": "ussd", "cc": "SD", "seq": 1}, session),
        coalition.seal(
            {"chan": "ussd", "cc": "SD", "seq": 2, "net": {"data": "down"}, "kind": ["full"]},
            session,
        ),
    )
    coalition.done("sync")
    return coalition


def read_ids(desk: DeskForTests, *filters: object) -> list[str]:
    reports = desk.done("list", "--json", *filters).json["reports"]
    return [report["report"]["cc"] for report in reports]


class TestList:
    def test_prints_a_line_a_report_the_newest_first(self, stocked: DeskForTests) -> None:
        lines = stocked.done("list").out.splitlines()
        assert lines[0].split() == [
            "ID", "RECEIVED", "OBSERVED", "CC", "AREA", "CUT", "SINCE", "CHANNEL", "TEXT",
        ]  # fmt: skip
        assert [line.split()[2] for line in lines[1:3]] == ["SD", "IR"]
        app = lines[3]
        for expected in ("2026-09-21", "MM", "Monywa", "down data,sms ok voice", "app,app-sms"):
            assert expected in app
        assert "No internet since the m" in app
        assert lines[5].split() == ["3", "reports"]

    def test_json_is_the_documented_shape(self, stocked: DeskForTests) -> None:
        told = stocked.done("list", "--json").json
        assert told["format"] == "heliograph/report-export/v1"
        assert (told["matching"], told["unopened"]) == (3, [])
        ussd, sms, app = told["reports"]
        assert app["channels"] == ["app", "app-sms"]
        assert app["report"]["since"] == "2026-09-21T08:15:00Z"
        assert [one["index"] for one in app["envelopes"]] == [0, 1]
        assert [one["suite"] for one in app["envelopes"]] == ["02", "01"]
        assert sms["report"]["tag"] == "01020304"
        assert [one["seq"] for one in ussd["envelopes"]] == [1, 2]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            (["--country", "Myanmar"], ["MM"]),
            (["--country", "ir"], ["IR"]),
            (["--channel", "app-sms"], ["MM"]),
            (["--status", "ended"], ["IR"]),
            (["--kind", "full"], ["SD", "MM"]),
            (["--net", "data=down"], ["SD", "MM"]),
            (["--net", "data=down", "--net", "voice=ok"], ["MM"]),
            (["--text", "MORNING"], ["MM"]),
            (["--text", "قطع"], ["IR"]),
            (["--epoch", 1], ["SD", "IR", "MM"]),
            (["--epoch", 2], []),
            (["--since", "2026-09-22"], ["SD", "IR"]),
            (["--until", "2026-09-21"], ["MM"]),
            (["--limit", 1], ["SD"]),
        ],
    )
    def test_filters(
        self, stocked: DeskForTests, filters: list[object], expected: list[str]
    ) -> None:
        assert read_ids(stocked, *filters) == expected

    @pytest.mark.parametrize(
        "wrong",
        [
            ["--country", "Atlantis"],
            ["--since", "yesterday"],
            ["--until", "2026-02-30"],
            ["--channel", "pigeon"],
            ["--status", "bad"],
            ["--kind", "bad"],
            ["--net", "data"],
            ["--net", "data=gone"],
            ["--limit", "0"],
        ],
    )
    def test_a_filter_that_makes_no_sense_is_wrong_use(
        self, stocked: DeskForTests, wrong: list[str]
    ) -> None:
        assert stocked.run("list", *wrong).status == 2

    def test_an_empty_home_lists_nothing(self, coalition: DeskForTests) -> None:
        assert coalition.done("list").out.splitlines()[-1].split() == ["0", "reports"]
        assert coalition.done("list", "--json").json["reports"] == []

    def test_limit_says_how_many_there_are(self, stocked: DeskForTests) -> None:
        assert "3  reports, 1 shown" in stocked.done("list", "--limit", 1).out


class TestBadEnvelopes:
    @pytest.fixture
    def mixed(self, coalition: DeskForTests, service: FakeService) -> DeskForTests:
        """One good envelope among one of each bad sort."""
        key = sealing_key(read_held(coalition.home).keyring, "app-sms", coalition.now)
        content = encode({"chan": "app-sms"}, key.epoch_start)
        stranger = SealingKey(
            Suite.SEALED_BOX, 9, 0, (derive_lock(bytes(32), Suite.SEALED_BOX, "A").public,)
        )
        good = coalition.seal(APP)
        service.store(
            good,
            seal(stranger, Kind.REPORT, new_report_id(), content),
            seal(key, Kind.REPORT, new_report_id(), b"\xffgarbage"),
            seal(key, Kind.FOLLOW_UP, new_report_id(), content),
            seal(key, Kind.RECORD, new_report_id(), content),
            good[:-1] + bytes([good[-1] ^ 1]),
        )
        coalition.done("sync")
        return coalition

    def test_open_counts_them_and_goes_on(self, mixed: DeskForTests) -> None:
        assert mixed.done("open", "--json").json == {
            "opened": 1,
            "records": 0,
            "unopened": [
                {"outcome": "damaged", "detail": "box-not-opened", "count": 1},
                {"outcome": "damaged", "detail": CONTENT_INVALID, "count": 1},
                {"outcome": "no-key", "detail": "9", "count": 1},
                {"outcome": "other-kind", "detail": "follow-up", "count": 1},
                {"outcome": "record-refused", "detail": "record-size", "count": 1},
            ],
        }
        assert "1  no key: epoch 9" in mixed.done("open").out

    def test_list_counts_them_below_the_table(self, mixed: DeskForTests) -> None:
        out = mixed.done("list").out
        assert "1  report\n" in out
        assert "1  no key: epoch 9" in out
        assert len(mixed.done("list", "--json").json["unopened"]) == 5

    def test_show_says_why_one_did_not_open(
        self, mixed: DeskForTests, service: FakeService
    ) -> None:
        envelope_id = service.items[1][1][7:].hex()
        told = mixed.done("show", envelope_id[:12], "--json").json
        assert (told["id"], told["outcome"], told["detail"]) == (envelope_id, "no-key", "9")
        assert "no-key" in mixed.done("show", envelope_id).out


class TestShow:
    def test_prints_the_whole_report_with_its_envelopes(self, stocked: DeskForTests) -> None:
        report = stocked.done("list", "--json", "--country", "IR").json["reports"][0]
        out = stocked.done("show", report["id"][:6].upper()).out
        assert f"Report {report['id']}" in out
        assert " *cc                IR  Iran" in out
        assert " *net               slow data" in out
        assert "    | NET IR D2 اینترنت قطع" in out
        assert "index 2" in out
        assert "provider checked" in out
        assert report["envelopes"][0]["id"] in out

    def test_json_is_the_document_of_the_list(self, stocked: DeskForTests) -> None:
        (report,) = stocked.done("list", "--json", "--country", "MM").json["reports"]
        assert stocked.done("show", report["id"], "--json").json == report
        assert stocked.done("show", report["envelopes"][1]["id"][:10], "--json").json == report

    def test_unknown_and_short_ids(self, stocked: DeskForTests) -> None:
        assert "this id" in stocked.run("show", "ffffffffffffffffffff").err
        assert stocked.run("show", "abc").status == 2

    def test_an_ambiguous_id_is_not_guessed(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        for end in (b"a", b"b"):
            service.store(coalition.seal(APP, b"reports" + end))
        coalition.done("sync")
        result = coalition.run("show", b"report".hex())
        assert (result.status, "Give more of the id" in result.err) == (1, True)
        coalition.done("show", b"reporta".hex()[:-2] + b"sa".hex())

    def test_contradictions_and_missing_parts_are_shown(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        part = {"group": b"g", "number": 2, "total": 3}
        service.store(
            coalition.seal(APP, b"report01"),
            coalition.seal({**APP, "chan": "app-sms", "cc": "IR", "region": "IR-01"}, b"report01"),
            coalition.seal({"chan": "sms", "raw": "two", "part": part}, b"report02"),
        )
        coalition.done("sync")
        assert "CONTRADICTIONS    cc, region" in coalition.done("show", b"report01".hex()).out
        assert "MISSING PARTS     1, 3" in coalition.done("show", b"report02".hex()).out

    def test_everything_a_report_may_hold_can_be_shown(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        full: dict[str, Any] = {
            **APP,
            "until": SINCE + 900,
            "asn": 9988,
            "evidence": {
                "kinds": ["photo"],
                "blobs": [{"key": bytes(32), "hash": bytes(32), "size": 7}],
                "links": ["https://x.example/"],
            },
            "plat_works": {"signal": "yes"},
            "contact": "by radio",
            "reply": {"key": bytes(32), "address": bytes(32)},
            "unknown": {200: [1, {3: b"\x07"}]},
        }
        service.store(coalition.seal(full, b"report01"))
        coalition.done("sync")
        out = coalition.done("show", b"report01".hex()).out
        for expected in ("9988", "https://x.example/", "by radio", '"200": [1, {"3": "07"}]'):
            assert expected in out


def test_hostile_reports_are_harmless_to_look_at(
    coalition: DeskForTests, service: FakeService
) -> None:
    for number, text in enumerate(HOSTILE):
        report = {
            **APP,
            "area": text,
            "op": [text[:10]],
            "text": text,
            "raw": text,
            "evidence": {"links": [text]},
            "unknown": {300: text, 301: {1: [text]}},
        }
        service.store(coalition.seal(report, number.to_bytes(8, "big")))
    coalition.done("sync")
    listed = coalition.done("list")
    shown = coalition.done("show", bytes(8).hex())
    told = coalition.done("list", "--json")
    assert all(is_harmless(line) for line in (listed.out + shown.out).split("\n"))
    assert told.out.replace("\n", "").isprintable()
    assert told.out.isascii()
    assert [one["report"]["text"] for one in told.json["reports"]] == HOSTILE[::-1]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_report_is_harmless_to_look_at_in_full(text: str) -> None:
    report = {
        **dict.fromkeys(("area", "text", "raw", "contact", "plat_other", "op_other", "lang"), text),
        **dict.fromkeys(("cc", "region", "chan", "status", "auth"), text),
        "op": [text],
        "net": {text: text, "data": text},
        "evidence": {"links": [text], "blobs": [{"unknown": {1: text}}]},
        "unknown": {300: text, 301: {1: [text, {text: text}]}},
        "parsed": [text],
    }
    (merged,) = merge([Opened(0, bytes(32), 0, 1, 1, bytes(8), report)])
    row = make_row(merged, 50)
    lines = [*write_table([row]), *write_sheet(merged)]
    assert all(is_harmless(part) for line in lines for part in line.split("\n"))
    assert not any(part.startswith("Report ") for line in lines[3:] for part in line.split("\n"))
