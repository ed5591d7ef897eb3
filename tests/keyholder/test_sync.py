"""sync: what is new comes once, what does not match is named, what is cut off goes on."""

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Callable
from typing import Any

import cbor2
import pytest

from crypto.choosing import sealing_key
from crypto.keyring import first
from keyholder.envelopes import find_fault, open_envelopes
from keyholder.held import accept, read_held
from keyholder.repository import read_documents, read_roots
from keyholder.sequence import Item
from keyholder.service import TRIES
from keyholder.vault import unlock
from tests.keyholder.conftest import PASSPHRASE, DeskForTests
from tests.keyholder.fake_service import FakeService, flip_last
from tests.keyholder.one_officer import make_keyring
from tests.keyholder.test_log import find_codes


def seal_some(desk: DeskForTests, count: int) -> list[bytes]:
    return [desk.seal({"chan": "app-sms", "text": f"number {n}"}) for n in range(count)]


def read_bodies(desk: DeskForTests) -> list[bytes | None]:
    with open_envelopes(desk.home) as database:
        return [row[0] for row in database.execute("SELECT body FROM envelopes ORDER BY idx")]


class TestDownload:
    def test_brings_what_is_new_once(self, coalition: DeskForTests, service: FakeService) -> None:
        bodies = seal_some(coalition, 5)
        service.store(*bodies[:3])
        assert coalition.done("sync").out.startswith("3 new envelopes; 3 held.")
        service.store(*bodies[3:])
        told = coalition.done("sync", "--json").json
        assert (told["new"], told["held"], told["mismatches"]) == (2, 5, [])
        assert read_bodies(coalition) == bodies
        assert coalition.done("sync", "--json").json["new"] == 0

    def test_goes_on_over_several_answers(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.store(*seal_some(coalition, 7))
        service.page = 3
        assert coalition.done("sync", "--json").json["new"] == 7

    @pytest.mark.parametrize("kept", [0, 1, 500, 700, 1300])
    def test_goes_on_where_it_was_cut_off(
        self, coalition: DeskForTests, service: FakeService, kept: int
    ) -> None:
        bodies = seal_some(coalition, 4)
        service.store(*bodies)
        service.cut = lambda whole: whole[:kept]
        assert coalition.done("sync", "--json").json["new"] == 4
        assert coalition.pauses == [1.0]
        assert read_bodies(coalition) == bodies

    def test_holds_ciphertext_alone(self, coalition: DeskForTests, service: FakeService) -> None:
        service.store(coalition.seal({"chan": "app", "text": "canary-in-the-text"}))
        coalition.done("sync")
        assert "canary-in-the-text" in coalition.done("list").out
        for path in coalition.folder.rglob("*"):
            assert path.is_dir() or b"canary-in-the-text" not in path.read_bytes()
            assert path.is_dir() or path.stat().st_mode & 0o077 == 0

    def test_a_service_that_is_away_is_tried_again_and_said_so(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        result = coalition.run("sync", "--service", "http://127.0.0.1:1")
        assert result.status == 1
        assert "The service does not answer." in result.err
        assert len(coalition.pauses) == TRIES - 1

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (503, "busy"),
            (429, "busy"),
            (401, "does not take"),
            (500, "no sense"),
            (302, "no sense"),
        ],
    )
    def test_answers_are_explained(
        self, coalition: DeskForTests, service: FakeService, status: int, words: str
    ) -> None:
        service.status = status
        result = coalition.run("sync")
        assert (result.status, words in result.err) == (1, True)

    def test_a_holder_who_is_not_in_the_keyring_is_told(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        coalition.home.identity.unlink()
        coalition.done("init")
        result = coalition.run("sync")
        assert (result.status, "does not take this holder's signature" in result.err) == (1, True)

    @pytest.mark.parametrize("address", ["http://reports.example", "ftp://127.0.0.1", "nonsense"])
    def test_a_service_in_clear_elsewhere_is_refused(
        self, coalition: DeskForTests, address: str
    ) -> None:
        result = coalition.run("sync", "--service", address)
        assert (result.status, "https://host" in result.err) == (1, True)

    def test_a_full_disk_is_said_so(
        self, coalition: DeskForTests, service: FakeService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service.store(*seal_some(coalition, 1))

        def fail(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr("keyholder.syncing.add", fail)
        result = coalition.run("sync")
        assert (result.status, "free space" in result.err) == (1, True)


def change(item: list[Any], place: int, value: bytes) -> list[Any]:
    return [*item[:place], value, *item[place + 1 :]]


MISMATCHES: dict[str, Callable[[list[Any]], list[Any]]] = {
    "id-mismatch": lambda item: change(item, 2, item[2][:-1] + bytes([item[2][-1] ^ 1])),
    "leaf-invalid": lambda item: change(item, 1, b"\x07" + item[1][1:]),
    "header-mismatch": lambda item: change(item, 1, item[1][:3] + b"\x09" + item[1][4:]),
}


class TestMismatches:
    @pytest.mark.parametrize("code", MISMATCHES)
    def test_what_does_not_match_is_named_and_the_rest_goes_on(
        self, coalition: DeskForTests, service: FakeService, code: str
    ) -> None:
        service.store(*seal_some(coalition, 3))
        service.items[1] = MISMATCHES[code](service.items[1])
        result = coalition.run("sync", "--json")
        assert result.status == 1
        assert result.json["mismatches"] == [{"index": 1, "code": code}]
        assert result.json["held"] == 3
        opened = coalition.done("open", "--json").json
        assert opened == {
            "opened": 2,
            "records": 0,
            "unopened": [{"outcome": "damaged", "detail": code, "count": 1}],
        }
        assert "Index 1" not in coalition.done("sync").err

    def test_the_index_is_named_on_the_terminal(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.store(*seal_some(coalition, 30))
        service.items = [MISMATCHES["id-mismatch"](item) for item in service.items]
        result = coalition.run("sync")
        assert "Index 19: id-mismatch" in result.err
        assert "10 more" in result.err

    def test_left_out_indexes_are_named(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.store(*seal_some(coalition, 5))
        del service.items[1:3]
        result = coalition.run("sync")
        assert (result.status, "Indexes 1 to 2" in result.err) == (1, True)
        assert "3 held" in result.out

    @pytest.mark.parametrize("indexes", [[0, 0], [1, 0], [2**60], [2**64 - 1]])
    def test_an_index_that_cannot_be_is_refused(
        self, coalition: DeskForTests, service: FakeService, indexes: list[int]
    ) -> None:
        service.store(*seal_some(coalition, len(indexes)))
        service.items = [
            [index, *item[1:]] for index, item in zip(indexes, service.items, strict=True)
        ]
        result = coalition.run("sync")
        assert (result.status, "makes no sense" in result.err) == (1, True)

    def test_garbage_is_refused(self, coalition: DeskForTests, service: FakeService) -> None:
        service.items = [[0, "a text", os.urandom(40)]]
        assert coalition.run("sync").status == 1

    def test_missing_bodies_keep_their_place(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.store(*seal_some(coalition, 3))
        service.items[1][2] = None
        told = coalition.run("sync", "--json")  # no keyring lists it: see test_purge.py
        assert (told.json["new"], told.json["purged"]) == (3, 0)
        assert find_codes(told) == [("body-removed", 1, 1)]
        assert coalition.done("open", "--json").json["unopened"] == [
            {"outcome": "removed", "detail": "", "count": 1}
        ]

    def test_what_is_missing_is_named_each_time_until_it_comes(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.store(*seal_some(coalition, 3))
        body, service.items[1][2] = service.items[1][2], None
        for _time in range(2):
            told = coalition.run("sync", "--json")
            assert told.status == 1
            assert find_codes(told) == [("body-removed", 1, 1)]
            assert told.json["log"]["cosigned"] is False
        shown = coalition.run("open")
        assert "1  removed, and no keyring says so: see `keyholder verify`" in shown.out
        service.items[1][2] = flip_last(body)  # another body does not heal it
        assert coalition.run("sync").status == 1
        assert coalition.done("open", "--json").json["opened"] == 2
        service.items[1][2] = body
        told = coalition.done("sync")
        assert "1 that the service had not given before came now." in told.out
        assert coalition.done("open", "--json").json == {"opened": 3, "records": 0, "unopened": []}
        coalition.done("verify")

    def test_a_body_that_is_no_envelope_is_a_fault(self, coalition: DeskForTests) -> None:
        (body,) = seal_some(coalition, 1)
        fake = FakeService()
        fake.store(body)
        _, leaf, _ = fake.items[0]
        junk = b"\x05" + body[1:]
        digest = hashlib.sha256(junk).digest()
        assert find_fault(Item(0, leaf[:7] + digest, junk)) == "envelope-invalid"


class TestOtherLeaves:
    """Leaves of types that this version does not know (spec/service-v1.md)."""

    LEAF = b"\x02" + bytes(32)  # a keyring version's hash

    def test_are_kept_and_ignored(self, coalition: DeskForTests, service: FakeService) -> None:
        service.store(*seal_some(coalition, 2))
        service.items.insert(1, [1, self.LEAF, None])
        service.items[2][0] = 2
        service.items += [[3, b"\xff", None]]
        told = coalition.done("sync", "--json").json
        assert {name: told[name] for name in ("new", "held", "purged", "mismatches", "gaps")} == {
            "new": 2,
            "held": 2,
            "purged": 0,
            "mismatches": [],
            "gaps": [],
        }
        assert coalition.done("open", "--json").json == {"opened": 2, "records": 0, "unopened": []}
        with open_envelopes(coalition.home) as database:
            kept = database.execute("SELECT leaf FROM envelopes ORDER BY idx").fetchall()
        assert (kept[1], kept[3]) == ((self.LEAF,), (b"\xff",))

    def test_a_page_of_them_alone_is_no_end(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.items = [[0, self.LEAF, None], [1, self.LEAF, None]]
        service.store(*seal_some(coalition, 1))
        service.page = 2
        assert coalition.done("sync", "--json").json["new"] == 1

    def test_no_type_at_all_is_a_fault(self) -> None:
        assert find_fault(Item(0, b"", None)) == "leaf-invalid"
        assert find_fault(Item(0, b"\x01", None)) == "leaf-invalid"


class TestKeyring:
    def next_keyring(self, desk: DeskForTests, **changes: Any) -> dict[str, bytes]:
        keyring = read_held(desk.home).keyring
        documents = read_documents(keyring)
        documents["reporter.json"].update(changes)
        seed = unlock(desk.home, PASSPHRASE).officer_seed
        return make_keyring(read_roots(keyring), keyring.version + 1, seed, documents, desk.now)

    def test_the_newest_is_fetched_and_kept(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.files = self.next_keyring(coalition, sms_numbers=["+15550100009"])
        coalition.done("sync")
        held = read_held(coalition.home).keyring
        assert (held.version, held.sms_numbers) == (3, ("+15550100009",))
        assert sealing_key(held, "app", coalition.now).epoch == 1

    def test_a_rolled_back_keyring_is_refused_and_the_envelopes_come_all_the_same(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.store(*seal_some(coalition, 2))
        coalition.done("epoch", "new", "--alone")
        result = coalition.run("sync", "--json")
        assert result.status == 1
        assert result.json["keyring"] == {"version": 3, "refused": "keyring-rollback"}
        assert result.json["new"] == 2
        assert "older than the one in use" in result.err
        assert read_held(coalition.home).keyring.version == 3

    def test_another_keyring_of_the_same_version_is_refused(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.files = self.next_keyring(coalition, sms_numbers=["+15550100009"])
        held = read_held(coalition.home)
        accept(coalition.home, held, self.next_keyring(coalition, sms_numbers=["+15550100008"]))
        result = coalition.run("sync", "--json")
        assert result.status == 1
        assert result.json["keyring"]["refused"] == "keyring-fork"
        assert read_held(coalition.home).keyring.sms_numbers == ("+15550100008",)

    def test_a_keyring_that_nobody_signed_is_refused(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        files = self.next_keyring(coalition)
        name = "3.targets.json"
        files[name] = files[name].replace(b'"version":3', b'"version":4')
        assert files[name] != service.files.get(name)
        service.files = {**service.files, **files, name: files[name]}
        with pytest.raises(Exception, match=r"officers|version"):
            first(service.root, service.files)
        before = coalition.home.keyring.read_bytes()
        result = coalition.run("sync")
        assert result.status == 1
        assert coalition.home.keyring.read_bytes() == before

    def test_a_service_without_a_keyring_is_told_from_others(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.files = {}
        result = coalition.run("sync")
        assert (result.status, "coalition publish" in result.err) == (1, True)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"[]",
            b'{"signed":{"meta":{"snapshot.json":{"version":"../../etc"}}}}',
            b'{"signed":{"meta":{"snapshot.json":{"version":-1}}}}',
            b"[" * 100_000,
            b" " * 1_100_000,
        ],
    )
    def test_names_from_outside_are_never_followed(
        self, coalition: DeskForTests, service: FakeService, data: bytes
    ) -> None:
        service.files["timestamp.json"] = data
        result = coalition.run("sync")
        assert (result.status, "makes no sense" in result.err) == (1, True)

    def test_target_names_from_outside_are_never_followed(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        names = ("../../secret", "a//b.json", "a/../b.json", "/b.json", "a/b/c/d.json", "x" * 300)
        for name in (*names, "b.json?x", "b.json#x", "%2e.json", "b\n.json"):
            targets = {"signed": {"targets": {name: {"hashes": {"sha256": "00" * 32}}}}}
            service.files["2.targets.json"] = json.dumps(targets).encode()
            service.requests.clear()
            result = coalition.run("sync")
            assert (result.status, "makes no sense" in result.err) == (1, True)
            assert not any("00" * 32 in request for request in service.requests)

    @pytest.mark.parametrize("digest", ["00", "../" * 21 + "a", "A" * 64, 7, None])
    def test_digests_from_outside_are_never_followed(
        self, coalition: DeskForTests, service: FakeService, digest: object
    ) -> None:
        targets = {"signed": {"targets": {"reporter.json": {"hashes": {"sha256": digest}}}}}
        service.files["2.targets.json"] = json.dumps(targets).encode()
        result = coalition.run("sync")
        assert (result.status, "makes no sense" in result.err) == (1, True)
        assert not any("reporter" in request for request in service.requests)

    def list_wraps(self, desk: DeskForTests) -> dict[str, bytes]:
        keyring = read_held(desk.home).keyring
        documents = {**read_documents(keyring), "wraps/1-a.json": {"wraps": []}}
        seed = unlock(desk.home, PASSPHRASE).officer_seed
        return make_keyring(read_roots(keyring), keyring.version + 1, seed, documents, desk.now)

    def test_wraps_are_fetched_and_carried_on_unread(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.files = self.list_wraps(coalition)
        (wraps,) = (name for name in service.files if name.startswith("wraps/"))
        assert re.fullmatch(r"wraps/[0-9a-f]{64}\.1-a\.json", wraps)
        assert coalition.done("sync", "--json").json["keyring"] == {"version": 3, "refused": None}
        assert read_held(coalition.home).keyring.files[wraps] == service.files[wraps]
        coalition.done("epoch", "new", "--alone")
        assert read_documents(read_held(coalition.home).keyring)["wraps/1-a.json"] == {"wraps": []}

    def test_a_service_may_lack_what_this_version_does_not_read(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.files = {
            name: data
            for name, data in self.list_wraps(coalition).items()
            if not name.startswith("wraps/")
        }
        assert coalition.done("sync", "--json").json["keyring"] == {"version": 3, "refused": None}

    def test_cbor_of_the_fake_is_what_the_service_sends(self, service: FakeService) -> None:
        service.items = [[0, b"leaf", None]]
        assert service.download(-1) == cbor2.dumps([0, b"leaf", None])
