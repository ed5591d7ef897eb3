"""The ceremony: every step is looked at, never believed; and the rehearsal runs by itself."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from keyholder import vault
from keyholder.ceremony.rehearsal import PASSPHRASE as SPOKEN
from tests.conftest import ROOT
from tests.keyholder.conftest import PASSPHRASE, DeskForTests
from tests.keyholder.dual_control import found_pair
from tests.keyholder.fake_service import FakeService
from tests.keyholder.homes import write_seeds


def read_steps(desk: DeskForTests, *options: object) -> tuple[dict[str, bool], str | None]:
    told = desk.done("ceremony", *options, "--json").json
    return {step["name"]: step["done"] for step in told["steps"]}, told["next"]


def test_it_begins_with_nothing(desk: DeskForTests) -> None:
    told = desk.done("ceremony")
    assert "keyholder ceremony --rehearse" in told.out
    assert "keyholder init" in told.out
    assert "--role" in told.out
    assert desk.done("ceremony", "--json").json["next"] == "identity"
    assert "--role" not in desk.done("ceremony", "--role", "officer").out
    assert not desk.folder.exists(), "looking makes nothing"


def test_a_coalition_of_one_is_told_what_it_lacks(
    desk: DeskForTests, service: FakeService, tmp_path: Path
) -> None:
    desk.done("init")
    assert read_steps(desk)[1] == "card"
    assert read_steps(desk, "--role", "first-officer")[1] == "card"
    desk.done("card", "--output", tmp_path / "my.card", "--epochs", 2)
    assert read_steps(desk)[1] == "coalition"
    for role, command in [
        ("first-officer", "coalition create"),
        ("officer", "coalition sign"),
        ("lock-a", "coalition pin"),
        ("lock-b", "coalition pin"),
    ]:
        assert f"keyholder {command}" in desk.done("ceremony", "--role", role).out
    desk.done("coalition", "create", "--address", service.address)
    steps, following = read_steps(desk)
    assert following == "threshold"
    assert steps["listed"]
    assert not steps["epoch"]
    desk.done("epoch", "new", "--alone")
    steps, _ = read_steps(desk)
    assert steps["epoch"]
    assert (steps["holders"], steps["seeds"], steps["fallback"]) == (False, True, False)
    desk.done("epoch", "new", "--fallback", "--alone")
    service.root = desk.home.root.read_bytes()
    desk.done("coalition", "publish")
    assert not read_steps(desk)[0]["published"]
    desk.done("sync")
    assert read_steps(desk)[0]["published"]
    shown = desk.done("ceremony").out
    assert "only its maker: 1A, 2A" in shown
    assert "1 of 1" in shown
    assert "The root's words: " in shown
    # What has passed is no epoch any more.
    desk.now += 400 * 86_400
    steps, _ = read_steps(desk)
    assert (steps["epoch"], steps["fallback"], steps["seeds"]) == (False, False, False)


def test_a_backup_is_looked_at(coalition: DeskForTests, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    assert not read_steps(coalition, "--backup", copy)[0]["backup"]
    shutil.copytree(coalition.folder, copy)
    assert read_steps(coalition, "--backup", copy)[0]["backup"]
    assert not read_steps(coalition)[0]["backup"], "only what was looked at counts"
    (copy / "seeds.box").write_bytes(b"")
    assert not read_steps(coalition, "--backup", copy)[0]["backup"]
    assert "it differs" in coalition.done("ceremony", "--backup", copy).out


def test_whoever_holds_both_locks_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = found_pair(tmp_path, capsys)
    steps, following = read_steps(pair.outer)
    assert (steps["seeds"], following) == (True, "threshold")
    assert "keyholder epoch new --lock B" in next_command(pair.inner, "fallback", "lock-b")
    assert "--lock A --fallback" in next_command(pair.outer, "fallback", "lock-a")
    assert "epoch add" in next_command(pair.outer, "fallback", "officer")
    identity = vault.unlock(pair.outer.home, PASSPHRASE)
    both = [vault.Seed(*name, seed) for name, seed in pair.coalition.lock_seeds.items()]
    write_seeds(pair.outer.home, identity, both)
    assert not read_steps(pair.outer)[0]["seeds"]
    assert "BOTH locks of 1" in pair.outer.done("ceremony").out
    write_seeds(pair.outer.home, identity, [])
    assert not read_steps(pair.outer)[0]["seeds"]
    assert read_steps(pair.outer, "--role", "officer")[0]["seeds"]


def test_an_officer_who_reads_nothing_is_done_without_seeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By itself, without --role, and her card is asked of her before the coalition is."""
    ana, ben = (DeskForTests(tmp_path / name, capsys) for name in ("ana", "ben"))
    card = tmp_path / "ben.card"
    for desk in (ana, ben):
        desk.done("init")
    assert read_steps(ben, "--role", "officer")[1] == "card"
    ben.done("card", "--output", card, "--epochs", 0)
    assert read_steps(ben, "--role", "officer")[1] == "coalition"
    proposal = tmp_path / "proposal"
    who = ("--officer", card, "--member", card, "--threshold", 2)
    ana.done("coalition", "create", *who, "--yes", "--propose", proposal)
    assert read_steps(ana)[1] == "coalition", "what waits is next, card or no card"
    ben.done("coalition", "sign", proposal, "--yes")
    assert read_steps(ben)[0]["seeds"]


def next_command(desk: DeskForTests, name: str, role: str) -> str:
    steps: list[dict[str, Any]] = desk.done("ceremony", "--role", role, "--json").json["steps"]
    return str(next(step["command"] for step in steps if step["name"] == name))


def test_a_proposal_that_waits_is_named(desk: DeskForTests, tmp_path: Path, capsys: Any) -> None:
    other = DeskForTests(tmp_path / "other", capsys)
    for one in (desk, other):
        one.done("init")
    card, proposal = tmp_path / "other.card", tmp_path / "founding.proposal"
    other.done("card", "--output", card, "--epochs", 0)
    told = desk.done(
        "coalition", "create", "--address", "https://reports.example", "--officer", card,
        "--threshold", 2, "--propose", proposal, "--yes", "--json",
    ).json  # fmt: skip
    shown = desk.done("ceremony", "--role", "first-officer").out
    assert "proposed here, 1 signature lacking" in shown
    assert f"The words of the proposal: {told['words']}" in shown
    (desk.home.proposals / "keyring-1.proposal").write_bytes(b"spoiled")
    assert "none yet" in desk.done("ceremony", "--role", "first-officer").out


def test_the_rehearsal_runs_and_leaves_nothing(
    desk: DeskForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    # As in a shell that has the settings of a real home: none of them has a part in the play.
    monkeypatch.setenv("KEYHOLDER_SERVICE", "https://reports.example")
    monkeypatch.setenv("KEYHOLDER_PASSPHRASE_FILE", str(tmp_path / "none"))
    desk.by_file = True
    shown = desk.done("ceremony", "--rehearse").out
    assert list(folder.iterdir()) == []
    assert not desk.folder.exists()
    assert SPOKEN in shown
    for line in [
        "ada$ keyholder coalition create --development",
        "ben$ keyholder coalition sign table/founding.proposal",
        "gus$ keyholder epoch new --lock B --like table/week-a.offer",
        "dina$ keyholder peel --output table/stick.peeled",
        "DEVELOPMENT: it protects nobody",
        "3  reports",
        "Your keys of epoch 1 are destroyed.",
    ]:
        assert line in shown, line
    assert str(folder) not in shown
    assert os.environ["KEYHOLDER_SERVICE"] == "https://reports.example", "put back"


def test_a_rehearsal_that_fails_leaves_nothing_either(
    desk: DeskForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setattr("keyholder.ceremony.rehearsal.SWITCH", "SOMETHING_ELSE")
    result = desk.run("ceremony", "--rehearse")
    assert result.status == 1
    assert "development coalition" in result.out
    assert "A command of the rehearsal failed" in result.err
    assert list(folder.iterdir()) == []


def test_the_page_has_every_step_in_its_order(coalition: DeskForTests) -> None:
    page = (ROOT / "docs" / "ceremony.md").read_text(encoding="utf-8")
    steps = coalition.done("ceremony", "--json").json["steps"]
    places = [page.index(f"| {step['title']} |") for step in steps]
    assert places == sorted(places)
