"""keyholder purge, and what sync and verify make of what was purged: on purpose, or removed."""

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from crypto.envelope import envelope_id
from crypto.keyring import first
from crypto.purged import MAX_PURGED, Purged, find_purged
from keyholder.held import read_held
from keyholder.purging import describe_purged
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService, flip_last
from tests.keyholder.test_log import fill, find_codes, sync, verify

OTHER = hashlib.sha256(b"never seen").hexdigest()


def read_list(desk: DeskForTests) -> Purged:
    return find_purged(read_held(desk.home).keyring)


def list_ids(service: FakeService, *places: int) -> list[str]:
    return [envelope_id(service.items[place][2]).hex() for place in places]


def take_away(service: FakeService, *places: int) -> None:
    """As the service does, by keyring or not."""
    for place in places:
        service.items[place][2] = None


@pytest.fixture
def synced(coalition: DeskForTests, service: FakeService) -> DeskForTests:
    """A home that holds five envelopes."""
    fill(coalition, service, 5)
    assert sync(coalition) == []
    return coalition


class TestTheCommand:
    def test_lists_signs_and_publishes(self, synced: DeskForTests, service: FakeService) -> None:
        ids = list_ids(service, 3, 1)
        told = synced.done("purge", *ids, OTHER, "--yes", "--publish", "--json").json
        assert told == {
            "keyring": 3,
            "added": 3,
            "held": 2,
            "opened": 2,
            "envelopes": 3,
            "blobs": 0,
        }
        listed = tuple(sorted(map(bytes.fromhex, [*ids, OTHER])))
        assert read_list(synced) == Purged(listed)
        assert find_purged(first(service.root, service.files)) == Purged(listed)

    def test_tells_what_will_be_lost_before_it_asks(
        self, synced: DeskForTests, service: FakeService, tmp_path: Path
    ) -> None:
        service.store(synced.seal({"chan": "sms"}, content=b"nothing that reads"))
        assert sync(synced) == []
        ids = list_ids(service, 0, 5)
        synced.answers = ["no"]
        result = synced.run("purge", *ids, OTHER)
        assert (result.status, result.out) == (1, "")
        assert "To be purged: 3 envelopes." in result.err
        assert "2 of them are held here: 1 opens with your keys" in result.err
        assert "1 does not: as far as this home knows, nobody has read it" in result.err
        assert ids[1] in result.err
        assert ids[0] not in result.err
        assert "1 is not held here" in result.err
        assert "Nothing was done" in result.err
        assert synced.questions == ["Purge them for good?"]
        assert read_held(synced.home).keyring.version == 2
        file = tmp_path / "ids"
        file.write_text(f"{ids[0]}\n\n{ids[1]}\n", encoding="ascii")
        synced.answers = ["yes"]
        result = synced.done("purge", "--from-file", file)
        assert "Keyring 3 lists 2 envelopes and 0 blobs as purged; new ones: 2." in result.out
        assert "Next: keyholder coalition publish" in result.out

    def test_many_unread_ones_are_counted(self, synced: DeskForTests, service: FakeService) -> None:
        service.store(*(synced.seal({"chan": "sms"}, content=b"junk") for _ in range(22)))
        assert sync(synced) == []
        synced.answers = ["no"]
        assert "… and 2 more" in synced.run("purge", *list_ids(service, *range(5, 27))).err

    def test_adds_to_what_is_listed_and_signs_nothing_twice(
        self, synced: DeskForTests, service: FakeService
    ) -> None:
        (one, two) = list_ids(service, 0, 1)
        synced.done("purge", one, "--yes")
        synced.done("purge", OTHER, "--blob", "--yes")
        synced.done("epoch", "new", "--alone")  # every other change carries the list on
        result = synced.done("purge", one, "--yes")
        assert "listed already" in result.err
        assert read_held(synced.home).keyring.version == 5
        told = synced.done("purge", one, two, "--yes", "--json").json
        assert (told["added"], told["envelopes"], told["blobs"]) == (1, 2, 1)
        assert "Purged: 2 envelopes, 1 blob" in synced.done("coalition", "show").out

    @pytest.mark.parametrize("id", ["", "ab" * 31, "AB" * 32, "g" * 64, "ab" * 32 + "\n"])
    def test_what_is_no_id_is_refused(self, synced: DeskForTests, id: str) -> None:
        result = synced.run("purge", id, "--yes")
        assert (result.status, "whole ids alone" in result.err) == (1, True)
        assert synced.run("purge", "--yes").status == 1

    @pytest.mark.parametrize("data", [None, b"\xff", b"0" * ((1 << 20) + 1)])
    def test_a_file_that_is_none_is_refused(
        self, synced: DeskForTests, tmp_path: Path, data: bytes | None
    ) -> None:
        file = tmp_path / "ids"
        if data is not None:
            file.write_bytes(data)
        result = synced.run("purge", "--from-file", file, "--yes")
        assert (result.status, "file of ids" in result.err) == (1, True)

    def test_a_full_list_can_be_begun_anew(self, synced: DeskForTests, tmp_path: Path) -> None:
        file = tmp_path / "ids"
        file.write_text("\n".join(f"{n:064x}" for n in range(MAX_PURGED)), encoding="ascii")
        synced.done("purge", "--from-file", file, "--yes")
        result = synced.run("purge", OTHER, "--yes")
        assert (result.status, "--anew" in result.err) == (1, True)
        told = synced.done("purge", OTHER, "--anew", "--yes", "--json").json
        assert (told["added"], told["envelopes"]) == (1, 1)

    def test_others_do_not_sign(self, synced: DeskForTests, tmp_path: Path) -> None:
        other = DeskForTests(tmp_path / "other", synced.capture)
        other.done("init")
        assert "coalition create" in other.run("purge", OTHER, "--yes").err
        for file in (synced.home.root, synced.home.keyring):
            target = other.folder / file.relative_to(synced.folder)
            target.write_bytes(file.read_bytes())
        result = other.run("purge", OTHER, "--yes")
        assert (result.status, "does not sign" in result.err) == (1, True)

    def test_fields_of_later_formats_are_carried_on(self) -> None:
        assert describe_purged({"later": 1, "blobs": [OTHER]}, "envelopes", ()) == {
            "format": "heliograph/purged/v1",
            "envelopes": [],
            "blobs": [OTHER],
            "later": 1,
        }


class TestSyncAndVerify:
    def test_purged_on_purpose_is_counted_and_removed_is_named(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 6)
        coalition.done("purge", *list_ids(service, 1, 4), OTHER, "--yes", "--publish")
        take_away(service, 1, 3, 4)
        result = coalition.run("sync", "--json")
        assert (result.status, result.json["purged"]) == (1, 2)
        assert [one["first"] for one in result.json["log"]["findings"]] == [3]
        assert result.json["log"]["cosigned"] is False
        result = coalition.run("verify", "--json")
        assert result.json["purged"] == [{"keyring": 3, "count": 2}]
        assert find_codes(result) == [("body-removed", 3, 3)]
        assert "2 purged by keyring 3." in coalition.run("verify").out

    def test_purged_ones_alone_are_no_finding(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 3)
        coalition.done("purge", *list_ids(service, 0, 2), "--yes", "--publish")
        take_away(service, 0, 2)
        result = coalition.done("sync")
        assert "3 new envelopes, 2 of them purged; 3 held. Keyring 3." in result.out
        assert verify(coalition) == []
        assert len(service.cosignatures) == 1

    def test_deleted_first_and_listed_afterwards(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 3)
        ids = list_ids(service, 1)
        take_away(service, 1)
        assert sync(coalition) == [("body-removed", 1, 1)]
        assert verify(coalition) == [("body-removed", 1, 1)]
        coalition.done("purge", *ids, "--yes", "--publish")
        assert (sync(coalition), verify(coalition)) == ([], [])

    def test_a_keyring_that_comes_while_the_download_goes_on(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        """The first look at the keyring was too early: what is missing is judged by a second."""
        fill(coalition, service, 3)
        before = (coalition.home.keyring.read_bytes(), dict(service.files))
        coalition.done("purge", *list_ids(service, 1), "--yes", "--publish")
        newer = service.files
        coalition.home.keyring.write_bytes(before[0])
        service.files = before[1]
        take_away(service, 1)

        def publish_now(whole: bytes) -> bytes:
            service.files = newer
            return whole

        service.cut = publish_now
        told = coalition.done("sync", "--json").json
        assert (told["purged"], told["keyring"]["version"]) == (1, 3)

    def test_what_a_later_keyring_left_out_stays_purged(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 4)
        one, two = list_ids(service, 1, 2)
        coalition.done("purge", one, "--yes")
        coalition.done("purge", two, "--anew", "--yes", "--publish")
        take_away(service, 1, 2)
        assert (sync(coalition), verify(coalition)) == ([], [])
        told = coalition.done("verify", "--json").json
        assert told["purged"] == [{"keyring": 3, "count": 1}, {"keyring": 4, "count": 1}]
        (former,) = coalition.home.former.iterdir()
        former.write_bytes(former.read_bytes()[:-1])
        assert "keyring in this home is damaged" in coalition.run("verify").err
        former.unlink()  # nobody can excuse a missing body by what is not signed
        assert verify(coalition) == [("body-removed", 1, 1)]

    def test_a_service_that_keeps_back_the_list_is_refused(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 2)
        before = coalition.home.keyring.read_bytes()
        coalition.done("purge", *list_ids(service, 1), "--yes", "--publish")
        coalition.home.keyring.write_bytes(before)
        service.files = {n: d for n, d in service.files.items() if "purged" not in n}
        result = coalition.run("sync", "--json")
        assert result.status == 1
        assert result.json["keyring"] == {"version": 2, "refused": "keyring-file-missing"}

    def test_without_a_keyring_nothing_is_purged(
        self, synced: DeskForTests, service: FakeService
    ) -> None:
        synced.home.root.unlink()
        told: Any = synced.done("verify", "--json").json
        assert (told["purged"], told["copies"], told["cosigners"]) == ([], 0, [])


class TestCopies:
    def test_own_copies_are_told_and_deleted_when_asked(
        self, synced: DeskForTests, service: FakeService
    ) -> None:
        synced.done("purge", *list_ids(service, 1, 2), "--yes", "--publish")
        bodies = [service.items[place][2] for place in (1, 2)]
        take_away(service, 1)
        assert synced.done("verify", "--json").json["copies"] == 2
        assert (
            "2 purged ones are still held here: keyholder purge --local"
            in synced.done("verify").out
        )
        synced.answers = ["no"]
        assert synced.run("purge", "--local").status == 1
        assert synced.done("verify", "--json").json["copies"] == 2
        synced.answers = ["yes"]
        assert "2 copies were deleted." in synced.done("purge", "--local").out
        assert synced.done("purge", "--local", "--json").json == {"deleted": 0}
        told = synced.done("verify", "--json").json
        assert (told["purged"], told["copies"]) == ([{"keyring": 3, "count": 2}], 0)
        files = b"".join(path.read_bytes() for path in synced.folder.glob("envelopes.db*"))
        assert service.items[3][2][100:164] in files
        assert not any(body[100:164] in files for body in bodies)

    def test_a_copy_that_was_altered_is_kept_as_evidence(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 2)
        coalition.done("purge", *list_ids(service, 1), "--yes", "--publish")
        service.items[1][2] = flip_last(service.items[1][2])
        coalition.run("sync")
        assert coalition.done("purge", "--local", "--json").json == {"deleted": 0}
        with sqlite3.connect(coalition.home.envelopes) as database:
            row = database.execute("SELECT body FROM envelopes WHERE idx = 1").fetchone()
        database.close()
        assert row[0] is not None

    @pytest.mark.parametrize("more", [[OTHER], ["--blob"], ["--anew"], ["--publish"]])
    def test_it_signs_nothing(self, synced: DeskForTests, more: list[str]) -> None:
        assert synced.run("purge", "--local", *more).status == 2
