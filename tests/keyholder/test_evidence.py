"""A bundle of evidence: what is in it, and that no byte of it changes unseen."""

import hashlib
import json
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crypto.attestations import attest
from crypto.officers import public_key
from keyholder.errors import EvidenceError, KeyholderError
from keyholder.evidence import paths
from keyholder.evidence.catalogue import EVIDENCE_FINDINGS
from keyholder.evidence.custody import LABEL, Custodian, add_lines, read_log
from keyholder.evidence.manifest import MANIFEST, read_manifest
from keyholder.evidence.sources import open_bundle
from keyholder.evidence.verification import Verdict, verify_bundle
from keyholder.words import write_words
from tests.coalition import make_seed
from tests.conftest import ROOT
from tests.keyholder.bundles import list_log_key, make_bundle, stock
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.test_reading import APP


@pytest.fixture
def stocked(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    stock(coalition, service)
    return coalition


@pytest.fixture
def bundle(stocked: DeskForTests) -> Path:
    return make_bundle(stocked, "case.zip", "--country", "MM")


@pytest.fixture
def root(stocked: DeskForTests) -> bytes:
    return stocked.home.root.read_bytes()


def check(path: Path, root: bytes | None = None) -> Verdict:
    with open_bundle(path) as source:
        return verify_bundle(source, root)


def unpack(path: Path) -> Path:
    folder = path.with_suffix("")
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder)
    return folder


class TestMaking:
    def test_says_what_is_in_it(self, stocked: DeskForTests, tmp_path: Path) -> None:
        file = tmp_path / "case.zip"
        result = stocked.done("evidence", file, "--country", "MM")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "5 envelopes and 5 reports" in result.out
        assert "do not say what they agree to" in result.out
        assert "NOT encrypted" in result.err

    def test_is_a_zip_file_for_every_program(self, bundle: Path) -> None:
        with zipfile.ZipFile(bundle) as packed:
            assert packed.testzip() is None
            names = packed.namelist()
            assert names == sorted(names)
            assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            readme = packed.read(paths.README).decode("ascii")
        assert "what they say is true" in readme
        assert sum(name.endswith(".envelope") for name in names) == 5
        if shutil.which("unzip"):
            subprocess.run(["unzip", "-tq", bundle], check=True, stdout=subprocess.DEVNULL)

    def test_the_same_input_gives_the_same_bytes(self, stocked: DeskForTests, bundle: Path) -> None:
        assert make_bundle(stocked, "again.zip", "--country", "MM").read_bytes() == (
            bundle.read_bytes()
        )

    def test_a_folder_holds_the_same(self, stocked: DeskForTests, bundle: Path) -> None:
        folder = make_bundle(stocked, "case-folder", "--country", "MM")
        with zipfile.ZipFile(bundle) as packed:
            for name in packed.namelist():
                assert (folder / name).read_bytes() == packed.read(name)
                assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert not list(folder.parent.glob(".case-folder*"))

    def test_takes_ids_of_reports_and_of_envelopes(
        self, stocked: DeskForTests, service: FakeService
    ) -> None:
        listed = stocked.done("list", "--json").json["reports"]
        garbage = service.items[2][1][7:].hex()
        file = make_bundle(stocked, "few.zip", listed[0]["id"], listed[1]["id"][:10], garbage)
        with zipfile.ZipFile(file) as packed:
            manifest = json.loads(packed.read("manifest.json"))
        contents = {one["envelope"]: one["content_sha256"] for one in manifest["originals"]}
        assert len(contents) == 3
        assert listed[0]["envelopes"][0]["id"] in contents
        assert check(file).findings == {}

    def test_the_working_copy_is_what_show_prints(
        self, stocked: DeskForTests, bundle: Path
    ) -> None:
        shown = stocked.done("list", "--country", "MM", "--json").json["reports"][0]
        with zipfile.ZipFile(bundle) as packed:
            copied = json.loads(packed.read(paths.name_report(shown["id"], 1)))
        assert copied == shown

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            ((), "evidence-nothing"),
            (("--country", "FR"), "evidence-nothing"),
            (("abcdef012345",), "report-unknown"),
        ],
    )
    def test_refuses_what_makes_no_sense(
        self, stocked: DeskForTests, tmp_path: Path, options: tuple[str, ...], code: str
    ) -> None:
        result = stocked.run("evidence", tmp_path / "x.zip", *options)
        assert (result.status, str(KeyholderError(code)) in result.err) == (1, True)
        assert not (tmp_path / "x.zip").exists()

    def test_ids_and_a_filter_together_are_no_question(
        self, stocked: DeskForTests, tmp_path: Path
    ) -> None:
        assert stocked.run("evidence", tmp_path / "x", "abcd", "--country", "MM").status == 2
        assert stocked.run("evidence", tmp_path / "x", "abc").status == 2

    def test_needs_the_logs_key_in_the_keyring(
        self, coalition: DeskForTests, service: FakeService, tmp_path: Path
    ) -> None:
        service.store(coalition.seal(APP))
        coalition.done("sync")
        result = coalition.run("evidence", tmp_path / "x.zip", "--country", "MM")
        assert "lists no key of the log" in result.err
        list_log_key(coalition, service)
        coalition.done("evidence", tmp_path / "x.zip", "--country", "MM")

    def test_needs_a_checkpoint_that_covers_it(
        self, coalition: DeskForTests, service: FakeService, tmp_path: Path
    ) -> None:
        list_log_key(coalition, service)
        service.store(coalition.seal(APP), coalition.seal(APP))
        service.note = service.sign([service.items[0][1]])
        coalition.done("sync")
        result = coalition.run("evidence", tmp_path / "x.zip", "--country", "MM")
        assert "No signed checkpoint" in result.err
        service.note = None
        coalition.done("sync")
        coalition.done("evidence", tmp_path / "x.zip", "--country", "MM")

    def test_says_that_an_original_is_gone(
        self, coalition: DeskForTests, service: FakeService, tmp_path: Path
    ) -> None:
        list_log_key(coalition, service)
        service.store(coalition.seal(APP))
        service.items[0][2] = None
        coalition.run("sync")
        result = coalition.run("evidence", tmp_path / "x.zip", service.items[0][1][7:].hex())
        assert "was purged, removed or altered" in result.err

    def test_an_identity_that_is_no_holder_cannot_sign(
        self, stocked: DeskForTests, tmp_path: Path
    ) -> None:
        other = DeskForTests(tmp_path / "other", stocked.capture)
        other.done("init")
        shutil.copy(stocked.home.root, other.home.root)
        shutil.copytree(stocked.home.keyring.parent, other.home.keyring.parent, dirs_exist_ok=True)
        result = other.run("evidence", tmp_path / "x.zip", "--country", "MM")
        assert "does not list this identity" in result.err


class TestChecking:
    def test_a_true_one_is_whole(self, stocked: DeskForTests, bundle: Path, root: bytes) -> None:
        verdict = check(bundle, root)
        assert verdict.findings == {}
        assert (verdict.proven, verdict.root_given) == (5, True)
        assert [act.action for act in verdict.acts] == ["collected", "proven", "opened", "bundled"]
        assert check(unpack(bundle), root).findings == {}

    def test_says_it_in_words_and_as_json(
        self, stocked: DeskForTests, bundle: Path, tmp_path: Path
    ) -> None:
        told = stocked.done("verify-bundle", bundle, "--root", stocked.home.root)
        assert "The bundle is whole" in told.out
        assert "not that what they say is true" in told.out
        alone = stocked.done("verify-bundle", bundle)
        assert "which anybody could have made" in alone.out
        told_root = stocked.done("coalition", "root", tmp_path / "root.json")
        for out in (told.out, alone.out):
            assert set(told_root.out.splitlines()[-1:]) <= set(out.splitlines()), "twelve words"
            assert "Compare the words with an officer" in out
        document = stocked.done("verify-bundle", bundle, "--json").json
        assert document["whole"] is True
        assert (document["envelopes"], document["proven"], document["opened"]) == (5, 5, 5)
        assert document["root_given"] is False
        digest = hashlib.sha256(stocked.home.root.read_bytes()).digest()
        assert document["root_sha256"] == digest.hex()
        assert document["root_words"] == write_words(digest)

    def test_needs_no_home_and_no_network(self, bundle: Path, tmp_path: Path) -> None:
        """In a process of its own that has neither, and may open no socket."""
        program = (
            "import sys\n"
            "def refuse(event, _):\n"
            "    if event.startswith('socket.'): raise SystemExit(9)\n"
            "sys.addaudithook(refuse)\n"
            "from keyholder.command import main\n"
            "sys.argv = ['keyholder', '--home', sys.argv[1], 'verify-bundle', sys.argv[2]]\n"
            "main()\n"
        )
        home = tmp_path / "no-home"
        done = subprocess.run(
            [sys.executable, "-c", program, home, bundle],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, home.exists()) == (0, False), done.stderr
        assert "is whole" in done.stdout

    def test_keys_of_the_epoch_open_it_to_the_same(
        self, stocked: DeskForTests, bundle: Path
    ) -> None:
        assert "open 5 of its originals" in stocked.done("verify-bundle", bundle, "--open").out
        assert stocked.done("verify-bundle", bundle, "--open", "--json").json["reopened"] == 5

    def test_another_coalitions_root_is_refused(
        self, stocked: DeskForTests, bundle: Path, tmp_path: Path
    ) -> None:
        other = DeskForTests(tmp_path / "other", stocked.capture)
        other.done("init")
        other.done("coalition", "create", "--address", "https://reports.example.org")
        result = stocked.run("verify-bundle", bundle, "--root", other.home.root)
        assert result.status == 1
        assert "keyring-refused" in result.err
        (tmp_path / "no-root").write_text("{}", encoding="utf-8")
        for file in (tmp_path / "no-root", tmp_path / "nothing"):
            assert (
                "root file cannot be read"
                in stocked.run("verify-bundle", bundle, "--root", file).err
            )

    def test_cosignatures_are_counted(self, stocked: DeskForTests, service: FakeService) -> None:
        service.note = service.sign([item[1] for item in service.items])
        service.note += service.cosignatures[-1].encode()
        stocked.done("sync")
        verdict = check(make_bundle(stocked, "cosigned.zip", "--country", "MM"))
        assert len(verdict.cosigners) == 1
        assert verdict.findings == {}


class TestKept:
    def test_what_is_kept_beyond_its_keys_is_evidence_still(
        self, stocked: DeskForTests, bundle: Path, root: bytes
    ) -> None:
        stocked.done("keep", "--country", "MM")
        stocked.done("epoch", "destroy", 1, "--early", "--yes")
        assert check(make_bundle(stocked, "kept.zip", "--country", "MM"), root).findings == {}
        with (
            zipfile.ZipFile(bundle) as before,
            zipfile.ZipFile(bundle.with_name("kept.zip")) as after,
        ):
            names = [name for name in before.namelist() if name.startswith("working/")]
            assert len(names) == 10
            assert [before.read(name) for name in names] == [after.read(name) for name in names]
        assert stocked.done("verify-bundle", bundle, "--open", "--json").json["reopened"] == 0


class TestChanging:
    def test_each_file_changed_anywhere_is_named(self, stocked: DeskForTests, root: bytes) -> None:
        """In a folder, in which a file's own bytes are all there is."""
        folder = make_bundle(stocked, "small", "--country", "IR")
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            name = file.relative_to(folder).as_posix()
            data = file.read_bytes()
            for at in {len(data) // 2, len(data) - 1}:
                file.write_bytes(flip(data, at, 0x20))
                found = {one.item for one in check(folder, root).findings}
                assert name in found, (name, at)
            file.write_bytes(data + b"\n")
            assert name in {one.item for one in check(folder, root).findings}
            file.unlink()
            assert name in {one.item for one in check(folder, root).findings}
            file.write_bytes(data)
        assert check(folder, root).findings == {}

    def test_no_byte_of_the_zip_changes_unseen(self, bundle: Path, root: bytes) -> None:
        data = bundle.read_bytes()
        with zipfile.ZipFile(bundle) as packed:
            directory = packed.start_dir

        @settings(
            max_examples=100,
            deadline=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture],
        )
        @given(
            st.one_of(
                st.integers(0, len(data) - 1),
                st.integers(directory, len(data) - 1),
            ),
            st.integers(0, 7),
        )
        def change(at: int, bit: int) -> None:
            bundle.write_bytes(flip(data, at, 1 << bit))
            assert find_codes(bundle, root)

        change()

    def test_the_signature_file_and_the_manifest_are_told_apart(
        self, bundle: Path, root: bytes
    ) -> None:
        folder = unpack(bundle)
        for name in ("manifest.json", "manifest.sig"):
            data = (folder / name).read_bytes()
            for at in range(0, min(len(data), 400), 31):
                (folder / name).write_bytes(flip(data, at, 1))
                found = {one.item for one in check(folder, root).findings}
                assert name in found
                if name == "manifest.sig":
                    assert "manifest.json" not in found
            (folder / name).write_bytes(data)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda told: told["originals"].append(told["originals"][0]),
            lambda told: told["items"].append({**told["items"][0], "size": 1}),
            lambda told: told["made"].update(time="2026-01-31T12:15:00Z" * 2),
            lambda told: told["made"].update(version="1 \x1b[31m"),
            lambda told: told["made"].update(version={"a": 1}),
        ],
    )
    def test_a_manifest_that_says_one_thing_twice_or_at_length_is_none(
        self, bundle: Path, spoil: Callable[[dict[str, Any]], None]
    ) -> None:
        """Its signer may lie: one envelope named 10,000 times was 10,000 in the log."""
        with zipfile.ZipFile(bundle) as packed:
            told = json.loads(packed.read(MANIFEST))
        assert read_manifest(json.dumps(told).encode()) is not None
        spoil(told)
        assert read_manifest(json.dumps(told).encode()) is None

    @pytest.mark.parametrize("time", [1, None, "", "x", "2026-01-31T12:15:00Z" * 2])
    def test_a_custody_log_with_another_time_is_broken(self, time: Any) -> None:
        seed = make_seed("custodian")
        holders = [("0" * 16, public_key(seed))]
        log = add_lines(b"", Custodian("0" * 16, seed, 0, "1"), [("opened", {})])
        assert read_log(log, holders)
        entry = {**json.loads(log)["entry"], "time": time}
        signature = attest(LABEL, json.dumps(entry).encode(), seed).hex()
        line = json.dumps({"entry": entry, "signature": signature}).encode() + b"\n"
        assert read_log(line, holders) is None

    def test_what_was_added_is_named(self, bundle: Path, root: bytes, tmp_path: Path) -> None:
        folder = unpack(bundle)
        (folder / "originals" / "More \x1b[31m.txt").write_text("x", encoding="utf-8")
        (folder / "link").symlink_to(tmp_path)
        found = check(folder, root).findings
        assert {one.code for one in found} == {"item-unlisted"}
        assert len(found) == 2

    def test_hostile_names_reach_no_terminal(self, stocked: DeskForTests, bundle: Path) -> None:
        folder = unpack(bundle)
        (folder / "a\x1b]0;x\x07").write_text("x", encoding="utf-8")
        result = stocked.run("verify-bundle", folder)
        assert result.status == 1
        assert "\x1b" not in result.err + result.out

    def test_a_link_in_the_place_of_a_file_is_not_followed(
        self, bundle: Path, root: bytes, tmp_path: Path
    ) -> None:
        folder = unpack(bundle)
        (tmp_path / "elsewhere").write_bytes((folder / paths.README).read_bytes())
        (folder / paths.README).unlink()
        (folder / paths.README).symlink_to(tmp_path / "elsewhere")
        assert check(folder, root).findings

    def test_names_are_listed_once_and_not_for_every_file(self, bundle: Path) -> None:
        """60,000 names times 30,000 files to take would be an hour."""
        with open_bundle(bundle) as source:
            assert source.list_sizes() is source.list_sizes()

    def test_every_finding_has_words(self) -> None:
        assert all(words and not words[0].isupper() for words in EVIDENCE_FINDINGS.values())


def flip(data: bytes, at: int, bits: int) -> bytes:
    return data[:at] + bytes((data[at] ^ bits,)) + data[at + 1 :]


def find_codes(path: Path, root: bytes | None) -> set[str]:
    """Codes of what is found, or of the refusal."""
    try:
        return {one.code for one in check(path, root).findings}
    except EvidenceError as error:
        return {error.code}
