"""`heliograph report` from the outside: flags, files, texts, the outbox, no plaintext on disk."""

import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cbor2
import httpx2
import pytest
import typer
from rich.console import Console
from rich.progress import Progress
from typer.testing import CliRunner

from crypto.opening import Opened
from crypto.sealed_sms import Part, Single, join, read_text
from heliograph import outbox
from heliograph.errors import DevelopmentRefused, OperatorError
from heliograph.report import command, work
from heliograph.report.command import add_to
from heliograph.report.flags import list_flags
from reports.codec import decode
from reports.report import Report
from reports.table import load_table
from tests.coalition import Coalition, make_coalition

CANARY = "canary: the net is cut at the old mill"
"""A text that must be found nowhere on the disk."""


class Service:
    """A service in this process. `up` false: the network is down."""

    def __init__(self, coalition: Coalition) -> None:
        self.coalition = coalition
        self.up = True
        self.envelopes: list[bytes] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if not self.up:
            raise httpx2.ConnectError("down")
        if request.url.path == "/v1/keyring":
            return httpx2.Response(200, content=self.coalition.bundle)
        stream, results = io.BytesIO(request.content), []
        while stream.tell() < len(request.content):
            self.envelopes.append(cbor2.load(stream))
            results.append({"status": "stored"})
        return httpx2.Response(200, json={"results": results})

    def open_client(self, address: str) -> httpx2.Client:
        assert address == "http://127.0.0.1:8000"
        return httpx2.Client(base_url=address, transport=httpx2.MockTransport(self))

    def open_all(self) -> list[tuple[Opened, Report]]:
        opener = self.coalition.opener
        starts = {epoch.number: epoch.seal_from for epoch in self.coalition.keyring.epochs}
        opened = [opener.open(envelope) for envelope in self.envelopes]
        return [(one, decode(one.content, starts[one.epoch])) for one in opened]

    def reports(self) -> list[Report]:
        return [report for _, report in self.open_all()]


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    service = Service(make_coalition(now=int(time.time()) - 86_400, fallback=True))
    (tmp_path / "root.json").write_bytes(service.coalition.root)
    monkeypatch.setattr(work.Place, "__init__", _with_client(service, work.Place.__init__))
    for name, value in {
        "HELIOGRAPH_DEVELOPMENT": "on",
        "HELIOGRAPH_SERVICE": "http://127.0.0.1:8000",
        "HELIOGRAPH_ROOT_FILE": str(tmp_path / "root.json"),
        "HELIOGRAPH_OUTBOX": str(tmp_path / "outbox"),
    }.items():
        monkeypatch.setenv(name, value)
    return service


def _with_client(service: Service, init: Callable[..., None]) -> Callable[..., None]:
    def make(self: work.Place, **given: Any) -> None:
        init(self, **given, open_client=service.open_client)

    return make


def run(*words: str, typed: str | None = None) -> Any:
    app = typer.Typer()
    add_to(app)
    return CliRunner().invoke(app, list(words), input=typed)


def refused(result: Any) -> str:
    assert isinstance(result.exception, OperatorError), result.exception
    return result.exception.code


def files_of(folder: Path) -> Mapping[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Typing(io.BytesIO):
    """A terminal somebody types into; `shown` says whether progress is drawn meanwhile."""

    shown = False

    def isatty(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        assert not self.shown, "drawn over what is typed"
        return super().read(size)

    def readline(self, size: int | None = -1, /) -> bytes:
        assert not self.shown, "drawn over what is typed"
        return super().readline(size)

    read1 = read


FLAGS = (
    "--country", "Myanmar", "--region", "mm-13", "--area", "old mill", "--scope", "town",
    "--operator", "MPT", "--operator", "41405", "--net", "data=down,sms=ok", "--net", "power=ok",
    "--kind", "full", "--platform", "facebook", "--platform", "telegram",
    "--since", "2026-01-02T03:10+01:00", "--until", "2026-01-03", "--status", "ended",
    "--cause", "election", "--impact", "health,news", "--text", CANARY, "--lang", "en",
    "--link", "https://news.example/a", "--evidence", "photo", "--government", "no",
    "--works", "signal=yes", "--asn", "64500",
)  # fmt: skip


def test_one_report_from_flags_is_sealed_sent_and_opened(service: Service, tmp_path: Path) -> None:
    result = run(*FLAGS)
    assert (result.exit_code, result.stdout) == (0, "Sealed 1, sent 1.\n"), result.stderr
    ((opened, report),) = service.open_all()
    assert len(opened.report_id) == 8
    written = report.pop("written")
    assert written % 900 == 0
    assert report == {
        "chan": "app", "cc": "MM", "region": "MM-13", "area": "old mill", "scope": "town",
        "op": ["MPT", "41405"], "net": {"data": "down", "sms": "ok", "power": "ok"},
        "kind": ["full"], "plat": ["facebook", "telegram"],
        "since": 1767319200, "since_precision": "exact",
        "until": 1767398400, "until_precision": "day", "status": "ended", "cause": "election",
        "impact": ["health", "news"], "text": CANARY, "lang": "en", "gov": "no", "asn": 64500,
        "evidence": {"kinds": ["photo"], "links": ["https://news.example/a"]},
        "plat_works": {"signal": "yes"},
    }  # fmt: skip
    assert outbox.waiting(tmp_path / "outbox") == []


def test_every_field_that_a_person_knows_has_a_flag() -> None:
    fields = {flag.record or flag.field.name for flag in list_flags()}
    asked = {field.name for field in load_table().fields if {"person", "app"} & set(field.set_by)}
    assert asked - fields == {"chan", "written", "reply"}
    assert len({flag.name for flag in list_flags()}) == len(list_flags())


def test_offline_it_waits_sealed_and_goes_later(service: Service, tmp_path: Path) -> None:
    assert (
        run("--keyring", _bundle(service, tmp_path), "--offline", "--text", "first").exit_code == 0
    )
    service.up = False
    result = run("--text", CANARY)
    assert (result.exit_code, result.stdout) == (0, "Sealed 1, sent 0.\n")
    assert "2 waiting; run `heliograph report --send`" in result.stderr
    assert run("--send").exit_code == 1
    service.up = True
    result = run("--send", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["stored"] == 2
    assert sorted(report["text"] for report in service.reports()) == [CANARY, "first"]
    assert run("--send").stdout == "Sealed 0, sent 0.\n"


def test_nothing_readable_is_ever_on_disk(service: Service, tmp_path: Path) -> None:
    run("--offline", "--keyring", _bundle(service, tmp_path), *FLAGS)
    run("--offline", "--jsonl", "-", typed=json.dumps({"text": CANARY, "area": "old mill"}))
    files = files_of(tmp_path)
    assert len([name for name in files if name.endswith(".envelope")]) == 2
    for data in files.values():
        for word in (CANARY.encode(), b"old mill", CANARY.encode("utf-16-le"), b"news.example"):
            assert word not in data


def test_a_text_from_standard_input(service: Service) -> None:
    assert run("--text", "-", typed=CANARY).exit_code == 0
    assert service.reports()[0]["text"] == CANARY


def test_relative_times_count_back(service: Service) -> None:
    run("--since", "6h", "--until", "30m")
    (report,) = service.reports()
    now = time.time()
    assert now - 6 * 3600 - 1800 < report["since"] <= now - 6 * 3600
    assert report["since_precision"] == report["until_precision"] == "hour"
    run("--country", "MM", "--since", "2d", "--since-precision", "part")
    report = service.reports()[-1]
    assert report["since"] % 86_400 == 0
    assert report["since_precision"] == "part"


@pytest.mark.parametrize(
    "flags",
    [
        ("--since", "yesterday"), ("--since", "2026-13-01"), ("--since", "9999999d"),
        ("--country", "Atlantis"), ("--region", "MM-13"),
        ("--country", "MM", "--region", "nowhere"),
        ("--net", "datum"), ("--net", "data=broken"), ("--net", "carrier=down"),
        ("--kind", "partial"), ("--cause", "?9"), ("--asn", "many"),
    ],
)  # fmt: skip
def test_a_flag_that_is_not_understood_is_named(service: Service, flags: Sequence[str]) -> None:
    result = run(*flags)
    assert refused(result) == "flag-value"
    assert flags[-2] in str(result.exception)
    assert flags[-1] not in str(result.exception)
    assert service.envelopes == []


def test_a_value_that_only_the_codec_refuses_is_told(service: Service) -> None:
    result = run("--operator", "1", "--operator", "2", "--operator", "3", "--operator", "4")
    assert result.exit_code == 1
    assert "field-too-many" in result.stderr
    assert service.envelopes == []


@pytest.mark.parametrize(
    "words",
    [
        (), ("--send", "--text", "x"), ("--csv", "a", "--jsonl", "b"),
        ("--csv", "a", "--text", "x"), ("--send", "--sms"),
    ],
)  # fmt: skip
def test_one_source_at_a_time(service: Service, words: Sequence[str]) -> None:
    assert refused(run(*words)) == "report-source"


def test_channels(service: Service) -> None:
    run("--text", "a", "--channel", "import")
    run("--jsonl", "-", "--channel", "app", typed='{"chan": "sms", "text": "b"}')
    assert [report["chan"] for report in service.reports()] == ["import", "app"]
    assert refused(run("--text", "a", "--channel", "ussd")) == "channel-unknown"


def test_sms_prints_sealed_texts_and_sends_nothing(service: Service, tmp_path: Path) -> None:
    result = run("--sms", "--country", "MM", "--net", "data=down", "--since", "6h")
    assert result.exit_code == 0
    (text,) = result.stdout.splitlines()
    single = read_text(text)
    assert isinstance(single, Single)
    assert service.envelopes == []
    assert outbox.waiting(tmp_path / "outbox") == []
    service.envelopes.append(single.envelope)
    (report,) = service.reports()
    assert (report["chan"], report["cc"]) == ("app-sms", "MM")


def test_a_longer_report_takes_several_texts(service: Service) -> None:
    result = run("--sms", "--text", CANARY * 8, "--json")
    (texts,) = json.loads(result.stdout)["texts"]
    parts = [read_text(text) for text in texts]
    assert len(parts) > 1
    slices = [[part.slice] for part in parts if isinstance(part, Part)]
    assert isinstance(parts[0], Part)
    service.envelopes += join(parts[0].ref, slices)
    assert service.reports()[0]["text"] == CANARY * 8


def test_a_report_too_long_for_texts_is_told(service: Service) -> None:
    result = run("--sms", "--text", "x" * 3000)
    assert result.exit_code == 1
    assert "envelope-content-too-long" in result.stderr


def _bundle(service: Service, tmp_path: Path) -> str:
    (tmp_path / "given.bundle").write_bytes(service.coalition.bundle)
    return str(tmp_path / "given.bundle")


class TestRefusals:
    def test_no_root(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HELIOGRAPH_ROOT_FILE", "missing.json")
        assert refused(run("--text", "x")) == "root-missing"

    def test_a_root_that_is_none(self, service: Service, tmp_path: Path) -> None:
        (tmp_path / "root.json").write_bytes(b"{}")
        assert refused(run("--text", "x")).startswith("keyring-root-")

    @pytest.mark.parametrize(
        ("name", "value"),
        [("HELIOGRAPH_DEVELOPMENT", "off"), ("HELIOGRAPH_SERVICE", "https://service.example")],
    )
    def test_a_development_root_elsewhere(
        self, service: Service, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(name, value)
        assert isinstance(run("--text", "x").exception, DevelopmentRefused)
        assert isinstance(run("--send").exception, DevelopmentRefused)

    def test_a_file_that_is_not_there(self, service: Service) -> None:
        assert refused(run("--csv", "missing.csv")) == "file-unreadable"


class TestFiles:
    def test_a_csv_file_goes_and_its_bad_rows_are_told(
        self, service: Service, tmp_path: Path
    ) -> None:
        path = tmp_path / "reports.csv"
        path.write_text(f"cc,text\nMM,{CANARY}\nAtlantis,second\nFR,third\n", encoding="utf-8")
        result = run("--csv", str(path), "--skip-bad")
        assert (result.exit_code, result.stdout) == (1, "Sealed 2, sent 2.\n")
        assert "Row 2 was not sealed: row-value." in result.stderr
        assert "Atlantis" not in result.stderr
        assert [report["cc"] for report in service.reports()] in (["MM", "FR"], ["FR", "MM"])
        assert {report["chan"] for report in service.reports()} == {"import"}

    @pytest.mark.parametrize("form", ["csv", "jsonl"])
    def test_a_file_given_again_after_a_bad_row_is_there_once(
        self, service: Service, tmp_path: Path, form: str
    ) -> None:
        header, rows = {
            "csv": ("text\n", ["one\n", '"two\n', "three\n"]),
            "jsonl": ("", ['{"text": "one"}\n', "{\n", '{"text": "three"}\n']),
        }[form]
        path, outbox_folder = tmp_path / "file", tmp_path / "outbox"
        path.write_text(header + "".join(rows))
        service.up = True
        for _ in range(2):
            result = run(f"--{form}", str(path))
            assert (result.exit_code, result.stdout) == (1, "Sealed 0, sent 0.\n")
            assert "Nothing was sealed. Bad rows: 1." in result.stderr
            assert outbox.waiting(outbox_folder) == []
            assert service.envelopes == []
        path.write_text(header + "".join([rows[0], rows[0].replace("one", "two"), rows[2]]))
        assert run(f"--{form}", str(path)).stdout == "Sealed 3, sent 3.\n"
        assert sorted(report["text"] for report in service.reports()) == ["one", "three", "two"]

    def test_standard_input_as_json(self, service: Service) -> None:
        lines = '{"text": "a"}\nnot json\n{"text": "b"}\n'
        result = run("--jsonl", "-", "--json", "--skip-bad", typed=lines)
        told = json.loads(result.stdout)
        assert (result.exit_code, told["sealed"], told["stored"]) == (1, 2, 2)
        assert told["bad_rows"] == [{"row": 2, "code": "line-not-json"}]

    def test_refused_and_damaged_envelopes_are_told(
        self, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run("--offline", "--keyring", _bundle(service, tmp_path), "--text", "a")
        (tmp_path / "outbox" / f"{bytes(32).hex()}.envelope").write_bytes(b"damaged")

        def refuse(request: httpx2.Request) -> httpx2.Response:
            results = [{"status": "problem", "code": "envelope-suite"}]
            return httpx2.Response(200, json={"results": results})

        monkeypatch.setattr(Service, "__call__", lambda _self, request: refuse(request))
        result = run("--send")
        assert result.exit_code == 1
        assert "damaged and cannot be sent: 1." in result.stderr
        assert "for good (envelope-suite), and left in the outbox: 1." in result.stderr
        assert len(outbox.waiting(tmp_path / "outbox")) == 2


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (("--country", "MM", "--text", "-"), CANARY),
        (("--jsonl", "-"), json.dumps({"cc": "MM", "text": CANARY}) + "\n"),
        (("--csv", "-"), f"cc,text\nMM,{CANARY}\n"),
    ],
)
def test_nothing_is_drawn_over_what_is_typed(
    service: Service, monkeypatch: pytest.MonkeyPatch, words: Sequence[str], typed: str
) -> None:
    stream = Typing(typed.encode())
    drawn: list[bool] = []

    class Drawing(Progress):
        def start(self) -> None:
            stream.shown = not self.disable
            drawn.append(stream.shown)

    monkeypatch.setattr(command, "Progress", Drawing)
    monkeypatch.setattr(command, "Console", lambda **_: Console(force_terminal=True, stderr=True))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream, "utf-8"))
    app = typer.Typer()
    add_to(app)
    app(list(words), standalone_mode=False)
    assert [one["text"] for one in service.reports()] == [CANARY]
    assert drawn == ["--text" in words], "a text is typed before the work, a file's rows during it"
