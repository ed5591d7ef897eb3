"""Destroying and keeping: what is lost, what stays, and what a home gives afterwards."""

import sqlite3
from pathlib import Path
from typing import Any

import cbor2
import pytest

from crypto import passphrase
from crypto.errors import PassphraseError
from keyholder import vault
from keyholder.keys import keeping
from keyholder.keys.keeping import open_store
from keyholder.opening import Opened, Unopened
from keyholder.vault import unlock
from tests.keyholder.conftest import PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.homes import read_kept
from tests.keyholder.keys.conftest import Desks

DAY = 86_400
REPORTS: list[dict[str, Any]] = [
    {"chan": "web", "cc": "MM", "text": "first"},
    {"chan": "web", "cc": "MM", "text": "second"},
    {"chan": "web", "cc": "BD", "text": "third"},
]


@pytest.fixture
def synced(desks: Desks, service: FakeService) -> DeskForTests:
    """ada, with three reports to epoch 1 and one to epoch 2; bob has the seeds of both as well."""
    ada, bob, _cat = desks.values()
    ada.done("epoch", "new")
    service.store(*(ada.seal(report) for report in REPORTS))
    ada.now += 8 * DAY
    ada.done("epoch", "new", "--publish")
    service.store(ada.seal({"chan": "web", "cc": "MM", "text": "later"}))
    for desk in (ada, bob):
        desk.done("sync")
    return ada


def list_texts(desk: DeskForTests) -> list[str]:
    lines = desk.done("list", "--json").out.splitlines()
    return sorted(
        text
        for text in ("first", "second", "third", "later")
        if any(text in line for line in lines)
    )


def find_id(desk: DeskForTests, text: str) -> str:
    document = desk.done("list", "--text", text, "--json").json
    return str(document["reports"][0]["id"])


class TestDestroying:
    def test_tells_what_is_lost_and_destroys_it(self, synced: DeskForTests) -> None:
        synced.done("keep", find_id(synced, "second"))
        synced.now += 400 * DAY
        synced.answers = ["yes"]
        result = synced.done("epoch", "destroy", 1, "--json")
        assert result.json == {
            "epoch": 1,
            "destroyed": True,
            "kept": 1,
            "lost": 2,
            "records": 0,
            "closed": 0,
            "waiting": 0,
        }
        assert "3 envelopes" in result.err
        assert synced.questions == ["Destroy your keys of it for good?"]
        assert list_texts(synced) == ["later", "second"]
        again = synced.done("epoch", "destroy", 1, "--json").json
        assert (again["destroyed"], again["lost"]) == (False, 0)
        assert "nothing of epoch 1" in synced.done("epoch", "destroy", 1).out

    def test_a_no_leaves_everything(self, synced: DeskForTests) -> None:
        synced.now += 400 * DAY
        before = synced.home.identity.read_bytes(), synced.home.seeds.read_bytes()
        synced.answers = ["no"]
        assert "Nothing was done" in synced.run("epoch", "destroy", 1).err
        assert (synced.home.identity.read_bytes(), synced.home.seeds.read_bytes()) == before

    def test_before_its_time_it_must_be_said(self, synced: DeskForTests) -> None:
        assert "has not come" in synced.run("epoch", "destroy", 1, "--yes").err
        assert "has not come" in synced.run("epoch", "destroy", 6, "--yes").err  # offered on a card
        assert "are destroyed" in synced.done("epoch", "destroy", 1, "--early", "--yes").out

    def test_sync_brings_nothing_of_it_back(self, desks: Desks, synced: DeskForTests) -> None:
        bob = desks["bob"]
        assert bob.done("open", "--json").json["opened"] == 4
        bob.done("epoch", "destroy", 1, "--early", "--yes")
        assert bob.done("sync", "--json").json["wraps"]["taken"] == []
        told = bob.done("open", "--json").json
        assert told["opened"] == 1
        assert told["unopened"] == [{"outcome": "no-key", "detail": "1", "count": 3}]

    def test_what_another_lock_is_needed_for_was_never_opened(
        self, desks: Desks, service: FakeService, offer: Any
    ) -> None:
        ada, bob, _cat = desks.values()
        lock_a = offer(ada, "a", "--lock", "A", "--alone")
        ada.done(
            "epoch", "add", lock_a, offer(bob, "b", "--lock", "B", "--like", lock_a), "--alone",
            "--publish",
        )  # fmt: skip
        service.store(ada.seal(REPORTS[0]))
        ada.done("sync")
        told = ada.done("epoch", "destroy", 1, "--early", "--yes", "--json").json
        assert (told["lost"], told["closed"]) == (0, 1)

    def test_with_every_passphrase_known_the_home_holds_no_seed_of_it(
        self, synced: DeskForTests
    ) -> None:
        identity = unlock(synced.home, PASSPHRASE)
        secrets = vault.read_secrets(synced.home, identity)
        synced.done("keep", "--country", "BD")
        gone = [one.seed for one in (*secrets.seeds, *secrets.wrap_keys) if one.epoch == 1]
        assert len(gone) == 2
        assert gone[0] in b"".join(unlock_all(synced.folder))  # the search can find one
        synced.done("epoch", "destroy", 1, "--early", "--yes")
        seen = b"".join(unlock_all(synced.folder))
        assert not any(seed in seen or seed.hex().encode() in seen for seed in gone)
        assert secrets.wrap_keys[-1].seed in seen  # of an epoch that is still to come

    def test_an_old_copy_of_both_files_opens_it_and_one_of_them_does_not(
        self, synced: DeskForTests
    ) -> None:
        """As docs/threat-model.md says."""
        old = {file: file.read_bytes() for file in (synced.home.identity, synced.home.seeds)}
        synced.done("epoch", "destroy", 1, "--early", "--yes")
        new = {file: file.read_bytes() for file in old}
        for file in old:
            file.write_bytes(old[file])
            assert "missing or damaged" in synced.run("open").err
            file.write_bytes(new[file])
        for file in old:
            file.write_bytes(old[file])
        assert len(list_texts(synced)) == 4


def unlock_all(folder: Path) -> list[bytes]:
    """Every file of a home as whoever knows the passphrase reads it: as it is, and each box that
    opens with any key that any other gave."""
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    found = list(files)
    keys = [bytes(32)]
    boxes = [file.removeprefix(b"heliograph/identity/v2\n") for file in files]
    with sqlite3.connect(folder / "kept.db") as database:
        boxes += [row[0] for row in database.execute("SELECT box FROM kept")]
    for box in boxes:
        try:
            content = passphrase.unlock(PASSPHRASE, box)
        except PassphraseError:
            continue
        found.append(content)
        keys += [value for value in cbor2.loads(content).values() if isinstance(value, bytes)]
    for box in boxes:
        for key in keys:
            try:
                found.append(passphrase.unlock_with_key(key, box))
            except PassphraseError:
                continue
    return found


class TestKeeping:
    def test_keeps_what_the_filters_ask_for_once(self, synced: DeskForTests) -> None:
        told = synced.done("keep", "--country", "MM", "--epoch", 1, "--json").json
        assert told == {"reports": 2, "kept": 2, "already": 0}
        told = synced.done("keep", "--country", "MM", "--json").json
        assert told == {"reports": 3, "kept": 1, "already": 2}
        assert (
            "3 reports are kept: 0 envelopes, 3 before"
            in synced.done("keep", "--country", "MM").out
        )
        assert len(list_texts(synced)) == 4  # what opens by itself is not told twice

    def test_what_is_kept_is_told_as_it_was(self, synced: DeskForTests, tmp_path: Path) -> None:
        id = find_id(synced, "first")
        before = synced.done("show", id, "--json").out
        synced.done("keep", id)
        synced.done("epoch", "destroy", 1, "--early", "--yes")
        assert synced.done("show", id, "--json").out == before
        synced.done("export", "--format", "json", "--output", tmp_path / "out.json")
        assert "first" in (tmp_path / "out.json").read_text()
        synced.home.envelopes.unlink()
        assert synced.done("show", id, "--json").out == before
        assert synced.done("open", "--json").json["opened"] == 1
        (kept,) = read_kept(synced.home, unlock(synced.home, PASSPHRASE))
        assert isinstance(kept, Opened)
        assert kept.report["text"] == "first"

    @pytest.mark.parametrize(
        ("words", "problem"),
        [
            ([], "Nothing that opens"),
            (["--country", "FR"], "Nothing that opens"),
            (["abc"], "4 hex digits"),
            (["ffffffffffffffff"], "No opened report"),
        ],
    )
    def test_what_means_nothing_is_refused(
        self, synced: DeskForTests, words: list[str], problem: str
    ) -> None:
        result = synced.run("keep", *words)
        assert result.status != 0
        assert problem in result.err

    def test_an_id_that_means_two_is_refused(
        self, synced: DeskForTests, service: FakeService
    ) -> None:
        for report in REPORTS:
            service.store(synced.seal(report, b"twins" + bytes((len(service.items), 0, 0))))
        synced.done("sync")
        assert "Several reports" in synced.run("keep", b"twins".hex()).err

    def test_rows_are_sealed_and_do_not_tell_which(self, synced: DeskForTests) -> None:
        synced.done("keep", "--country", "BD")
        raw = synced.home.kept.read_bytes()
        with sqlite3.connect(synced.home.envelopes) as database:
            rows = database.execute("SELECT id, body FROM envelopes").fetchall()
        for id, body in rows:
            assert id not in raw
            assert id[:16] not in raw
            assert body not in raw
        assert b"third" not in raw
        assert synced.home.kept.stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("how", ["bit", "cut", "number", "swapped", "content", "format"])
    def test_a_damaged_row_is_named_and_the_rest_goes_on(
        self, synced: DeskForTests, how: str
    ) -> None:
        synced.done("keep", "--epoch", 1)
        synced.done("epoch", "destroy", 1, "--early", "--yes")
        identity = unlock(synced.home, PASSPHRASE)
        with open_store(synced.home, identity) as store:
            (name, box), (_, other), *_ = store.database.execute(
                "SELECT name, box FROM kept"
            ).fetchall()
            content = cbor2.loads(passphrase.unlock_with_key(store.sealing, box))
            broken = {**content, "content": b"\xff"}
            strange = {**content, "format": "x"}
            worse: object = {
                "bit": box[:-1] + bytes((box[-1] ^ 1,)),
                "cut": box[:20],
                "number": 7,
                "swapped": other,
                "content": passphrase.lock_with_key(store.sealing, cbor2.dumps(broken)),
                "format": passphrase.lock_with_key(store.sealing, cbor2.dumps(strange)),
            }[how]
            store.database.execute("UPDATE kept SET box = ? WHERE name = ?", (worse, name))
        told = synced.done("open", "--json").json
        assert told["opened"] == 3
        assert told["unopened"] == [{"outcome": "damaged", "detail": "kept-damaged", "count": 1}]
        synced.home.envelopes.unlink()
        assert [
            one.detail for one in read_kept(synced.home, identity) if isinstance(one, Unopened)
        ] == ["kept-damaged"]

    def test_nothing_is_kept_halfway(
        self, synced: DeskForTests, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(report: Any, start: int) -> bytes:
            if report["text"] == "second":
                raise RuntimeError
            return bytes(1)

        monkeypatch.setattr(keeping, "encode", fail)
        assert synced.run("keep", "--epoch", 1).status == 1
        assert list(read_kept(synced.home, unlock(synced.home, PASSPHRASE))) == []

    def test_another_vaults_items_are_not_taken_for_ones_own(
        self, desks: Desks, synced: DeskForTests
    ) -> None:
        bob = desks["bob"]
        bob.done("keep", "--epoch", 1)
        synced.home.kept.write_bytes(bob.home.kept.read_bytes())
        told = synced.done("open", "--json").json
        assert told["opened"] == 4
        assert told["unopened"] == [{"outcome": "damaged", "detail": "kept-damaged", "count": 3}]

    def test_a_file_that_is_no_database_is_said_so(self, synced: DeskForTests) -> None:
        synced.home.kept.write_bytes(b"no database" * 100)
        for command in (["open"], ["purge", "--local"]):
            assert "cannot be read or written" in synced.run(*command).err

    def test_own_copies_of_what_was_purged_go_with_the_others(self, synced: DeskForTests) -> None:
        synced.done("keep", "--epoch", 1)
        with sqlite3.connect(synced.home.envelopes) as database:
            (id,) = database.execute("SELECT id FROM envelopes WHERE idx = 0").fetchone()
        synced.done("purge", id.hex(), "--yes")
        assert len(list_texts(synced)) == 4
        assert synced.done("purge", "--local", "--yes", "--json").json == {
            "deleted": 2
        }  # and the kept one
        assert len(list_texts(synced)) == 3
        assert len(list(read_kept(synced.home, unlock(synced.home, PASSPHRASE)))) == 2
