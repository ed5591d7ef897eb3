"""The log as keyholders see it: what is removed, altered, withheld or forked is named."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from crypto.checkpoints import cosigner_key, make_log_signer
from crypto.log import find_root, hash_leaf
from crypto.notes import is_signed, read_note, read_signatures, write_key
from keyholder.errors import FINDINGS
from keyholder.held import read_held
from keyholder.known import Known
from keyholder.log import Told, check_held, check_told
from tests.keyholder.conftest import NOW, DeskForTests
from tests.keyholder.fake_service import FakeService, flip_last


def fill(desk: DeskForTests, service: FakeService, count: int) -> None:
    service.store(*(desk.seal({"chan": "app-sms", "text": f"number {n}"}) for n in range(count)))


def find_codes(result: Any) -> list[tuple[str, int, int]]:
    findings = result.json.get("log", result.json)["findings"]
    return [(one["code"], one["first"], one["last"]) for one in findings]


def sync(desk: DeskForTests) -> list[tuple[str, int, int]]:
    """What a sync finds. Exit status 1 if and only if it finds something."""
    result = desk.run("sync", "--json")
    found = find_codes(result)
    assert result.status == (1 if found else 0), result.err
    return found


def verify(desk: DeskForTests) -> list[tuple[str, int, int]]:
    result = desk.run("verify", "--json")
    found = find_codes(result)
    assert result.status == (1 if found else 0), result.err
    return found


def change_home(desk: DeskForTests, statement: str, *values: object) -> None:
    with sqlite3.connect(desk.home.envelopes) as database:
        assert database.execute(statement, values).rowcount
    database.close()


class TestAnHonestLog:
    def test_is_confirmed_and_cosigned(self, coalition: DeskForTests, service: FakeService) -> None:
        for size in (3, 7):
            fill(coalition, service, size - len(service.items))
            told = coalition.done("sync", "--json").json
            root = find_root(hash_leaf(item[1]) for item in service.items)
            confirmed = {"size": size, "root": root.hex()}
            assert told["log"] == {
                "confirmed": confirmed,
                "cosigners": [],
                "findings": [],
                "cosigned": True,
            }
        checked = coalition.done("verify", "--json").json
        assert checked == {
            "leaves": 7,
            "checkpoints": 2,
            "purged": [],
            "copies": 0,
            "confirmed": confirmed,
            "cosigners": [],
            "findings": [],
        }
        out = coalition.done("verify").out
        assert "7 leaves, 2 checkpoints." in out
        assert f"whole up to 7 leaves. Cosigned by 0 holders. Root: {root.hex()}" in out

    def test_the_cosignature_is_the_holders_and_tells_the_day_alone(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 2)
        coalition.done("sync")
        (holder,) = read_held(coalition.home).keyring.holders
        note = read_note(service.tell_log("checkpoint"))
        (signature,) = read_signatures(service.cosignatures[0])
        cosigned = type(note)(note.text, (signature,))
        assert is_signed(cosigned, cosigner_key(holder.id, holder.key))
        assert int.from_bytes(signature.value[:8], "big") == NOW - NOW % 86_400

    @pytest.mark.parametrize(("status", "words"), [(409, ""), (503, "was not cosigned")])
    def test_a_cosignature_that_is_not_taken_costs_nothing(
        self, coalition: DeskForTests, service: FakeService, status: int, words: str
    ) -> None:
        service.cosigning = status
        result = coalition.done("sync", "--json")
        assert result.json["log"]["cosigned"] is False
        assert words in result.err

    def test_what_came_altered_is_not_cosigned(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 2)
        service.items[1][2] = flip_last(service.items[1][2])
        assert coalition.run("sync", "--json").json["log"]["cosigned"] is False
        assert service.cosignatures == []

    def test_an_empty_one_is_confirmed(self, coalition: DeskForTests) -> None:
        assert (sync(coalition), verify(coalition)) == ([], [])

    def test_before_the_first_checkpoint(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.note = b""  # 404
        result = coalition.done("sync")
        assert "No checkpoint of the log was confirmed yet." in result.out
        assert service.cosignatures == []

    @pytest.mark.parametrize("leaf", [b"\x02" + bytes(32), b"\xff"])
    def test_leaves_of_keyrings_and_unknown_ones_are_no_envelopes(
        self, coalition: DeskForTests, service: FakeService, leaf: bytes
    ) -> None:
        service.items.append([0, leaf, None])
        fill(coalition, service, 2)
        told = coalition.done("sync", "--json").json
        assert (told["new"], told["held"], told["purged"]) == (2, 2, 0)
        assert coalition.done("open", "--json").json == {
            "opened": 2,
            "records": 0,
            "unopened": [],
        }
        assert verify(coalition) == []

    def test_a_home_without_an_identity_is_told(self, desk: DeskForTests) -> None:
        assert "keyholder init" in desk.run("verify").err


class TestWhatTheServiceDoes:
    def test_a_removed_an_altered_and_a_forked_one_are_each_named(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 9)
        service.items[2][2] = None
        service.items[4][2] = flip_last(service.items[4][2])
        assert sync(coalition) == [("body-removed", 2, 2)]
        assert verify(coalition) == [("body-removed", 2, 2), ("body-altered", 4, 4)]
        other = [item[1] for item in service.items]
        other[7] = flip_last(other[7])
        service.note = service.sign(other)
        # What was removed is named by each sync, not only by the one that first missed it.
        assert find_codes(coalition.run("sync", "--json")) == [
            ("log-forked", 0, 8),
            ("body-removed", 2, 2),
        ]
        assert verify(coalition) == [
            ("log-forked", 0, 8),
            ("body-removed", 2, 2),
            ("body-altered", 4, 4),
        ]
        told = coalition.run("verify")
        for code in ("log-forked", "body-removed", "body-altered"):
            assert FINDINGS[code] in told.err
        assert "Index 2: " in told.err
        assert "Indexes 0 to 8: " in told.err
        assert "compare with the other keyholders" in told.err

    def test_a_fork_behind_what_was_checked(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 4)
        assert sync(coalition) == []
        fill(coalition, service, 3)
        service.note = service.sign([b"other"] * 7)
        for _again in range(2):
            assert sync(coalition) == [("log-forked", 4, 6)]
        fill(coalition, service, 1)
        service.note = service.sign([b"other"] * 8)
        assert sync(coalition) == [("log-forked", 4, 7)]
        assert verify(coalition) == [("log-forked", 4, 6)]
        assert len(service.cosignatures) == 1

    def test_a_log_that_shrinks(self, coalition: DeskForTests, service: FakeService) -> None:
        fill(coalition, service, 5)
        assert sync(coalition) == []
        service.note = service.sign([item[1] for item in service.items[:3]])
        assert sync(coalition) == [("log-shrunk", 3, 4)]
        service.note = b""
        assert sync(coalition) == [("log-shrunk", 0, 4)]
        service.note = None
        assert sync(coalition) == []

    def test_leaves_that_are_withheld(self, coalition: DeskForTests, service: FakeService) -> None:
        fill(coalition, service, 5)
        service.note = service.tell_log("checkpoint")
        kept = service.items.pop()
        assert sync(coalition) == [("log-withheld", 4, 4)]
        assert verify(coalition) == [("log-withheld", 4, 4)]
        service.items.append(kept)
        assert (sync(coalition), verify(coalition)) == ([], [])

    @pytest.mark.parametrize(("left_out", "found"), [([1, 2], (1, 2)), ([0], (0, 0))])
    def test_leaves_that_are_left_out(
        self,
        coalition: DeskForTests,
        service: FakeService,
        left_out: list[int],
        found: tuple[int, int],
    ) -> None:
        fill(coalition, service, 5)
        service.note = service.tell_log("checkpoint")
        service.items = [item for item in service.items if item[0] not in left_out]
        assert find_codes(coalition.run("sync", "--json")) == [("leaf-missing", *found)]
        assert verify(coalition) == [("leaf-missing", *found)]

    def test_another_key_is_told(self, coalition: DeskForTests, service: FakeService) -> None:
        fill(coalition, service, 2)
        assert sync(coalition) == []
        service.log_seed = bytes(32)
        assert sync(coalition) == [("log-key-changed", 0, 1)]
        assert verify(coalition) == []  # what was seen before still holds

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda note: b"nothing that was signed",
            lambda note: note.replace(b"\n2\n", b"\n3\n"),
            lambda note: note.partition(b"\n\n")[0] + b"\n",
        ],
    )
    def test_a_false_checkpoint_is_no_checkpoint(
        self, coalition: DeskForTests, service: FakeService, spoil: Callable[[bytes], bytes]
    ) -> None:
        fill(coalition, service, 2)
        service.note = spoil(service.tell_log("checkpoint"))
        assert sync(coalition) == [("log-key-changed", 0, 0)]

    def test_a_first_key_that_is_none_is_refused(
        self, coalition: DeskForTests, service: FakeService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        honest = service.tell_log
        for key in (b"nonsense", b"\xff", b""):
            monkeypatch.setattr(
                service, "tell_log", lambda name, key=key: key if name == "key" else honest(name)
            )
            result = coalition.run("sync")
            assert (result.status, "makes no sense" in result.err) == (1, True)


class TestTheKeyrings:
    def test_log_keys_go_before_the_first_one_seen(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        assert sync(coalition) == []
        newer = bytes(32)
        key = write_key(make_log_signer(newer).key)
        told = coalition.done("coalition", "change", "--log-key", key, "--publish", "--json").json
        assert told == {"keyring": 3, "log_keys": [key]}
        assert key in coalition.done("coalition", "show").out
        assert sync(coalition) == [("log-key-changed", 0, 0)]
        service.log_seed = newer
        assert (sync(coalition), verify(coalition)) == ([], [])
        told = coalition.done("coalition", "change", "--log-key", key)
        assert told.out == "Keyring 4 lists log keys: 1.\nNext: keyholder coalition publish\n"

    @pytest.mark.parametrize("key", ["", "nonsense", "a+00000000+AAAA"])
    def test_what_is_no_log_key_is_refused(self, coalition: DeskForTests, key: str) -> None:
        result = coalition.run("coalition", "change", "--log-key", key)
        assert (result.status, "not the key of a log" in result.err) == (1, True)

    def test_a_cosigners_key_is_no_log_key(self, coalition: DeskForTests) -> None:
        key = write_key(cosigner_key("0" * 16, bytes(32)))
        assert coalition.run("coalition", "change", "--log-key", key).status == 1


class TestTheFirstKey:
    def test_one_that_signed_nothing_is_not_kept(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 1)
        honest, service.log_seed = service.log_seed, bytes(32)
        service.note = service.tell_log("checkpoint")
        service.log_seed = honest
        assert sync(coalition) == [("log-key-changed", 0, 0)]
        service.note = None
        assert sync(coalition) == []

    def test_a_cosigners_is_none(
        self, coalition: DeskForTests, service: FakeService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = write_key(cosigner_key("0" * 16, bytes(32))).encode()
        honest = service.tell_log
        monkeypatch.setattr(
            service, "tell_log", lambda name: key if name == "key" else honest(name)
        )
        assert "makes no sense" in coalition.run("sync").err

    def test_a_keyring_that_lists_none_any_more(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        """The key of what was seen counts then, not whatever the service says."""
        fill(coalition, service, 1)
        key = write_key(make_log_signer(service.log_seed).key)
        coalition.done("coalition", "change", "--log-key", key, "--publish")
        assert sync(coalition) == []
        told = Told(service.sign([b"other"] * 2), None)
        service.log_seed = bytes(32)
        other = Told(
            service.sign([b"other"] * 2), write_key(make_log_signer(bytes(32)).key).encode()
        )
        database = sqlite3.connect(coalition.home.envelopes)
        for one, code in ((other, "log-key-changed"), (told, "log-withheld")):
            (finding,) = check_told(database, [], one, coalition.now).findings
            assert finding.code == code
        database.close()


def test_progress_counts_every_row(coalition: DeskForTests, service: FakeService) -> None:
    fill(coalition, service, 3)
    coalition.done("sync")
    counted: list[int] = []
    database = sqlite3.connect(coalition.home.envelopes)
    assert check_held(database, counted.append, Known()).leaves == 3
    database.close()
    assert counted == [3]
