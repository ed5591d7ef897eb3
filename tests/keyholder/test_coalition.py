"""init, coalition and epoch: what an officer makes, and what is never overwritten or lost."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from crypto.keyring import first, is_development, read_bundle
from keyholder import vault
from keyholder.epochs import DAY, keep_epochs
from keyholder.errors import CoalitionError
from keyholder.held import read_held
from keyholder.home import hold
from keyholder.opening import choose_keys
from tests.conftest import LOADING
from tests.keyholder.conftest import NOW, PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import FakeService


def unlock(desk: DeskForTests) -> vault.Identity:
    return vault.unlock(desk.home, PASSPHRASE)


class TestInit:
    def test_makes_a_closed_home_and_says_what_is_next(self, desk: DeskForTests) -> None:
        result = desk.done("init")
        assert "keyholder coalition create" in result.out
        assert "keyholder coalition pin" in result.out  # what most people do
        assert stat.S_IMODE(desk.folder.stat().st_mode) == 0o700
        files = [path for path in desk.folder.rglob("*") if path.is_file()]
        assert {"identity.box", "seeds.box"} <= {path.name for path in files}
        assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in files)

    def test_json_gives_the_holder(self, desk: DeskForTests) -> None:
        told = desk.done("init", "--json").json
        assert len(bytes.fromhex(told["holder"])) == 8
        assert told["holder"] == unlock(desk).holder_id

    def test_never_overwrites(self, desk: DeskForTests) -> None:
        desk.done("init")
        before = desk.home.identity.read_bytes()
        result = desk.run("init")
        assert result.status == 1
        assert result.err.startswith("keyholder: This home already holds an identity")
        assert desk.home.identity.read_bytes() == before

    def test_asks_twice(self, desk: DeskForTests) -> None:
        desk.by_file = False
        desk.answers = [PASSPHRASE, "something else"]
        assert "differ" in desk.run("init").err
        desk.answers = [PASSPHRASE, PASSPHRASE]
        desk.done("init")
        assert unlock(desk).holder_id

    @pytest.mark.parametrize("words", ["short", ""])
    def test_refuses_a_short_passphrase(self, desk: DeskForTests, words: str) -> None:
        desk.by_file = False
        desk.answers = [words, words]
        result = desk.run("init")
        assert (result.status, desk.home.identity.exists()) == (1, False)
        assert "shorter than 8" in result.err

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe passphrase", b"x" * 5000, b"\nlater"])
    def test_refuses_a_useless_passphrase_file(self, desk: DeskForTests, content: bytes) -> None:
        file = desk.folder.parent / "words"
        file.write_bytes(content)
        desk.by_file = False
        result = desk.run("--passphrase-file", file, "init")
        assert result.status == 1
        assert "passphrase file" in result.err

    def test_a_wrong_passphrase_is_said_so(self, desk: DeskForTests) -> None:
        desk.done("init")
        desk.by_file = False
        desk.answers = ["another passphrase"]
        result = desk.run("coalition", "create")
        assert result.status == 1
        assert "passphrase is wrong" in result.err

    def test_a_damaged_vault_is_never_taken_for_an_empty_one(self, coalition: DeskForTests) -> None:
        coalition.home.seeds.write_bytes(b"\x02" + bytes(60))
        result = coalition.run("epoch", "new", "--alone")
        assert "vault is missing or damaged" in result.err
        coalition.home.seeds.unlink()
        assert coalition.run("epoch", "new", "--alone").status == 1
        assert coalition.run("list").status == 1
        assert not coalition.home.seeds.exists()

    def test_a_cut_while_writing_leaves_the_old_seeds(
        self, coalition: DeskForTests, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = coalition.home.seeds.read_bytes()

        def fail(_handle: int) -> None:
            raise OSError(28, "no space")

        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", fail)
            result = coalition.run("epoch", "new", "--alone")
        assert result.status == 1
        assert "cannot be read or written" in result.err
        assert coalition.home.seeds.read_bytes() == before
        assert not list(coalition.folder.glob(".seeds*"))
        assert read_held(coalition.home).keyring.version == 2
        coalition.done("epoch", "new", "--alone")

    def test_lists_that_are_given_take_the_place_of_the_old_ones(
        self, coalition: DeskForTests
    ) -> None:
        before = coalition.done("coalition", "show", "--json").json
        addresses = ["https://one.example", "http://" + 56 * "a" + ".onion"]
        words = [word for address in addresses for word in ("--address", address)]
        told = coalition.done("coalition", "change", *words, "--ussd-code", "*1#", "--json").json
        assert told["addresses"] == addresses
        after = coalition.done("coalition", "show", "--json").json
        assert (after["addresses"], after["ussd_codes"]) == (addresses, ["*1#"])
        assert after["version"] == before["version"] + 1
        assert after["sms_numbers"] == before["sms_numbers"]
        assert after["epochs"] == before["epochs"]

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ([], "coalition-unchanged"),
            (["--address", "http://plain.example"], "coalition-address"),
            (["--sms-number", "\u0663"], "coalition-text"),
            (["--log-key", "a+b+c"], "coalition-log-key"),
        ],
    )
    def test_a_list_that_cannot_be_signed_changes_nothing(
        self, coalition: DeskForTests, words: list[str], code: str
    ) -> None:
        before = coalition.done("coalition", "show").out
        result = coalition.run("coalition", "change", *words)
        assert result.status == 1
        assert str(CoalitionError(code)).split(".")[0] in result.err
        assert coalition.done("coalition", "show").out == before

    def test_two_commands_do_not_change_a_home_at_once(self, coalition: DeskForTests) -> None:
        with hold(coalition.home):
            result = coalition.run("epoch", "new", "--alone")
        assert result.status == 1
        assert "Another keyholder command" in result.err

    def test_needs_a_home(self, desk: DeskForTests) -> None:
        for command in (
            ["sync"],
            ["open"],
            ["list"],
            ["epoch", "new", "--alone"],
            ["coalition", "show"],
        ):
            result = desk.run(*command)
            assert (result.status, "keyholder init" in result.err) == (1, True), command

    def test_needs_a_coalition(self, desk: DeskForTests) -> None:
        desk.done("init")
        for command in (["sync"], ["open"], ["epoch", "new", "--alone"], ["coalition", "publish"]):
            result = desk.run(*command)
            assert (result.status, "coalition create" in result.err) == (1, True), command


class TestCoalition:
    def test_create_makes_a_keyring_that_follows_from_its_root(self, desk: DeskForTests) -> None:
        holder = desk.done("init", "--json").json["holder"]
        told = desk.done(
            "coalition",
            "create",
            "--address",
            "https://reports.example/",
            "--sms-number",
            "+15550100001",
            "--ussd-code",
            "*384*1#",
            "--json",
        ).json
        root = Path(told["root"]).read_bytes()
        keyring = first(root, read_bundle(desk.home.keyring.read_bytes()))
        assert not is_development(root)
        assert keyring.addresses == ("https://reports.example",)
        assert keyring.sms_numbers == ("+15550100001",)
        assert keyring.ussd_codes == ("*384*1#",)
        assert [one.id for one in keyring.holders] == [holder]
        assert (keyring.version, keyring.epochs, keyring.signed_at) == (1, (), NOW)

    def test_create_prints_the_fingerprint_and_what_is_next(self, desk: DeskForTests) -> None:
        desk.done("init")
        out = desk.done("coalition", "create").out
        assert "root.json" in out
        assert "keyholder epoch new" in out
        assert len(out.split("(SHA-256): ")[1].split("\n")[0].split()) == 16

    def test_create_never_replaces_a_coalition(self, coalition: DeskForTests) -> None:
        root = coalition.home.root.read_bytes()
        result = coalition.run("coalition", "create")
        assert result.status == 1
        assert "already belongs" in result.err
        assert coalition.home.root.read_bytes() == root

    @pytest.mark.parametrize(
        "wrong",
        [
            ["--address", "http://reports.example"],
            ["--address", "https://reports.example/path"],
            ["--address", "ftp://reports.example"],
            ["--address", "https://name@reports.example"],
            ["--address", "https://[::1"],
            ["--address", ""],
            ["--sms-number", "+1555\u202e"],
            ["--ussd-code", "*" * 65],
        ],
    )
    def test_create_refuses_what_phones_could_not_use(
        self, desk: DeskForTests, wrong: list[str]
    ) -> None:
        desk.done("init")
        result = desk.run("coalition", "create", *wrong)
        assert result.status == 1
        assert not desk.home.root.exists()
        assert wrong[1] == "" or wrong[1] not in result.err

    def test_onion_addresses_need_no_tls(self, desk: DeskForTests) -> None:
        desk.done("init")
        desk.done("coalition", "create", "--address", f"http://{'a' * 56}.onion")

    def test_show_says_it_all_and_needs_no_passphrase(self, coalition: DeskForTests) -> None:
        coalition.by_file = False
        out = coalition.done("coalition", "show").out
        assert "Epoch 1: 2026-09-21T14:15:00Z" in out
        told = coalition.done("coalition", "show", "--json").json
        assert [epoch["epoch"] for epoch in told["epochs"]] == [1]
        assert told["version"] == 2

    def test_show_warns_when_expired(self, coalition: DeskForTests) -> None:
        assert coalition.done("coalition", "show").err == ""
        coalition.now += 91 * DAY
        assert "has expired" in coalition.done("coalition", "show").err

    def test_a_keyring_exchanged_on_the_disk_is_refused(self, coalition: DeskForTests) -> None:
        data = coalition.home.keyring.read_bytes()
        coalition.home.keyring.write_bytes(data.replace(b'"signed_at":1', b'"signed_at":2'))
        result = coalition.run("coalition", "show")
        assert result.status == 1
        assert "keyring in this home is damaged" in result.err

    def test_export_writes_a_bundle_that_others_can_read(
        self, coalition: DeskForTests, tmp_path: Path
    ) -> None:
        file = tmp_path / "keyring.bundle"
        coalition.done("coalition", "export", file)
        files = read_bundle(file.read_bytes())
        assert first(coalition.home.root.read_bytes(), files).version == 2
        assert "there already" in coalition.run("coalition", "export", file).err
        coalition.done("coalition", "export", file, "--force")
        assert coalition.run("coalition", "export", tmp_path / "none" / "file").status == 1

    def test_publish_gives_the_service_each_next_keyring(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        assert "2.targets.json" in service.files
        coalition.done("epoch", "new", "--alone", "--publish", "--service", service.address)
        assert "3.targets.json" in service.files

    def test_publish_says_when_the_service_refuses(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.root = b"{}"
        result = coalition.run("coalition", "publish")
        assert result.status == 1
        assert "refused this keyring" in result.err

    def test_publish_needs_an_address(self, desk: DeskForTests) -> None:
        desk.done("init")
        desk.done("coalition", "create")
        result = desk.run("coalition", "publish")
        assert (result.status, "--service" in result.err) == (1, True)


class TestEpoch:
    def test_epochs_follow_on(self, coalition: DeskForTests) -> None:
        second = coalition.done("epoch", "new", "--alone", "--json").json
        first_, second_ = read_held(coalition.home).keyring.epochs
        assert second["epoch"] == 2
        assert second_.seal_from == first_.seal_until
        assert second_.seal_until - second_.seal_from == 7 * DAY
        assert second_.destroy_after - second_.seal_until == 90 * DAY

    def test_an_epoch_after_a_pause_begins_now_at_a_whole_quarter(
        self, coalition: DeskForTests
    ) -> None:
        coalition.now += 30 * DAY + 17
        coalition.done("epoch", "new", "--alone", "--days", 3)
        last = read_held(coalition.home).keyring.epochs[-1]
        assert last.seal_from == coalition.now - coalition.now % 900
        assert last.seal_until == last.seal_from + 3 * DAY

    def test_from_decides(self, coalition: DeskForTests) -> None:
        coalition.done("epoch", "new", "--alone", "--from", "now")
        coalition.done("epoch", "new", "--alone", "--from", "2027-01-31T12:20")
        *_, now, later = read_held(coalition.home).keyring.epochs
        assert now.seal_from == NOW - NOW % 900
        assert later.seal_from == 1_801_397_700

    @pytest.mark.parametrize(
        "wrong", ["soon", "2027-13-01", "0001-01-01", "2027-01-01T00:00+05:00"]
    )
    def test_from_refuses_what_is_no_time(self, coalition: DeskForTests, wrong: str) -> None:
        result = coalition.run("epoch", "new", "--alone", "--from", wrong)
        assert result.status == 1
        assert "start of the epoch" in result.err

    def test_fallback_lasts_a_year_from_now(self, coalition: DeskForTests) -> None:
        coalition.done("epoch", "new", "--alone", "--fallback")
        coalition.done("epoch", "new", "--alone")
        week, fallback, next_week = read_held(coalition.home).keyring.epochs
        assert fallback.fallback
        assert fallback.seal_from == NOW - NOW % 900
        assert fallback.seal_until - fallback.seal_from == 365 * DAY
        assert next_week.seal_from == week.seal_until

    def test_suites_and_locks(self, coalition: DeskForTests) -> None:
        (epoch,) = read_held(coalition.home).keyring.epochs
        assert {name: int(suite) for name, suite in epoch.suites.items()} == {
            "app": 2, "web": 2, "app-sms": 1, "sms": 2, "ussd": 2, "relay": 2, "import": 2,
        }  # fmt: skip
        assert list(epoch.locks) == ["A"]
        assert sorted(int(suite) for suite in epoch.locks["A"]) == [1, 2]

    def test_every_seed_stays_in_the_vault(self, coalition: DeskForTests) -> None:
        coalition.done("epoch", "new", "--alone")
        seeds = vault.read_seeds(coalition.home, unlock(coalition))
        assert [(one.epoch, one.lock) for one in seeds] == [(1, "A"), (2, "A")]

    def test_a_seed_that_was_never_published_does_not_get_in_the_way(
        self, coalition: DeskForTests
    ) -> None:
        identity = unlock(coalition)
        seeds = vault.read_seeds(coalition.home, identity)
        orphan = vault.Seed(1, "A", bytes(32))
        for order in ((orphan, *seeds), (*seeds, orphan)):
            (keys,) = choose_keys(read_held(coalition.home).keyring, order)
            assert keys.seeds == {"A": seeds[0].seed}

    def test_only_an_officer_makes_epochs(self, coalition: DeskForTests) -> None:
        identity = unlock(coalition)
        coalition.home.identity.unlink()
        coalition.done("init")
        assert unlock(coalition).officer_seed != identity.officer_seed
        result = coalition.run("epoch", "new", "--alone")
        assert result.status == 1
        assert "does not sign" in result.err

    def test_the_oldest_epochs_make_room(self) -> None:
        listed = [{"epoch": n, "destroy_after": n} for n in range(1, 129)]
        assert keep_epochs(listed[:127], 0) == listed[:127]
        assert keep_epochs(listed, 5) == listed[1:]
        with pytest.raises(CoalitionError):
            keep_epochs(listed, 0)


class TestDevelopment:
    @pytest.fixture
    def development(self, desk: DeskForTests, service: FakeService) -> DeskForTests:
        desk.environment["HELIOGRAPH_DEVELOPMENT"] = "on"
        desk.done("init")
        desk.done("coalition", "create", "--development", "--address", service.address)
        desk.done("epoch", "new", "--alone")
        service.root = desk.home.root.read_bytes()
        desk.done("coalition", "publish")
        return desk

    def test_works_on_this_machine_when_switched_on(self, development: DeskForTests) -> None:
        assert is_development(development.home.root.read_bytes())
        development.done("sync")
        assert "DEVELOPMENT" in development.done("coalition", "show").out

    @pytest.mark.parametrize("value", [None, "", "1", "true", "ON"])
    def test_is_refused_without_the_switch(
        self, development: DeskForTests, service: FakeService, value: str | None
    ) -> None:
        development.environment.clear()
        if value is not None:
            development.environment["HELIOGRAPH_DEVELOPMENT"] = value
        service.requests.clear()
        for command in (
            ["sync"],
            ["open"],
            ["list"],
            ["show", "abcd"],
            ["export", "--format", "csv", "--output", "x.csv"],
            ["epoch", "new", "--alone"],
            ["coalition", "show"],
            ["coalition", "publish"],
            ["coalition", "export", "x"],
        ):
            result = development.run(*command)
            assert (result.status, "development coalition" in result.err) == (1, True), command
        assert service.requests == []

    @pytest.mark.parametrize(
        "address",
        [
            "https://reports.example",
            "http://10.0.0.1",
            "https://127.0.0.1.example",
            "https://0.0.0.0",
        ],
    )
    def test_is_refused_anywhere_else(self, development: DeskForTests, address: str) -> None:
        for command in (
            ["sync"],
            ["coalition", "publish"],
            ["epoch", "new", "--alone", "--publish"],
        ):
            result = development.run(*command, "--service", address)
            assert (result.status, "development coalition" in result.err) == (1, True)

    def test_is_not_made_for_another_address(self, desk: DeskForTests) -> None:
        desk.done("init")
        desk.environment["HELIOGRAPH_DEVELOPMENT"] = "on"
        result = desk.run("coalition", "create", "--development", "--address", "https://a.example")
        assert (result.status, desk.home.root.exists()) == (1, False)


def test_the_command_as_it_is_installed(tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text(PASSPHRASE, encoding="utf-8")
    environment = LOADING | {
        "KEYHOLDER_HOME": str(tmp_path / "home"),
        "KEYHOLDER_PASSPHRASE_FILE": str(words),
        "PATH": "",
    }
    start = "from keyholder.command import main; main()"

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", start, *arguments],
            env=environment,
            capture_output=True,
            text=True,
        )

    made = call("init", "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["home"] == str(tmp_path / "home")
    assert call("nonsense").returncode == 2
    assert call("init").returncode == 1
