"""The outbox folder: whole or absent, closed to others, and silent about times."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.envelope import envelope_id
from heliograph import outbox
from heliograph.errors import OperatorError

NOW = 1_790_000_000.0


def test_what_is_put_waits_and_is_read_back(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "outbox"
    ids = outbox.put(folder, [b"one", b"two"], now=NOW)
    assert ids == [envelope_id(b"one"), envelope_id(b"two")]
    assert outbox.waiting(folder) == sorted(ids)
    assert outbox.read(folder, ids[1]) == b"two"
    assert outbox.holds(folder, ids[0])


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert outbox.waiting(tmp_path / "none") == []
    assert outbox.read(tmp_path / "none", bytes(32)) is None
    assert not outbox.holds(tmp_path / "none", bytes(32))


@given(st.lists(st.binary(max_size=64), max_size=6))
def test_putting_twice_and_removing_twice_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, envelopes: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("outbox")
    ids = outbox.put(folder, envelopes, now=NOW)
    assert outbox.put(folder, envelopes, now=NOW) == ids
    assert outbox.waiting(folder) == sorted(set(ids))
    outbox.remove(folder, ids)
    outbox.remove(folder, ids)
    assert outbox.waiting(folder) == []
    assert list(folder.iterdir()) == []


def test_files_are_closed_to_others_and_tell_no_time(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    (id,) = outbox.put(folder, [b"sealed"], now=NOW)
    outbox.read(folder, id)
    (path,) = folder.iterdir()
    for each, mode in ((path, 0o600), (folder, 0o700)):
        status = each.stat()
        assert stat.S_IMODE(status.st_mode) == mode
        assert status.st_mtime == outbox.FIXED_TIME_SECONDS
    assert path.stat().st_atime == outbox.FIXED_TIME_SECONDS
    assert path.name == envelope_id(b"sealed").hex() + ".envelope"


def test_a_damaged_file_is_never_read_as_an_envelope(tmp_path: Path) -> None:
    (id,) = outbox.put(tmp_path, [b"sealed"], now=NOW)
    (tmp_path / f"{id.hex()}.envelope").write_bytes(b"seal")
    assert outbox.read(tmp_path, id) is None
    assert outbox.holds(tmp_path, id)


def test_other_files_in_the_folder_are_let_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "not-an-id.envelope").write_text("mine")
    outbox.put(tmp_path, [b"sealed"], now=NOW)
    assert len(outbox.waiting(tmp_path)) == 1
    assert (tmp_path / "notes.txt").exists()


def test_what_a_crash_left_is_swept_later_and_a_living_part_is_not(tmp_path: Path) -> None:
    part = tmp_path / ".0011223344556677.part"
    part.write_bytes(b"hal")
    os.utime(part, (outbox.FIXED_TIME_SECONDS, outbox.FIXED_TIME_SECONDS))
    changed = part.stat().st_ctime
    outbox.put(tmp_path, [], now=changed + outbox.UNFINISHED_SECONDS)
    assert part.exists()
    assert outbox.waiting(tmp_path) == []
    outbox.put(tmp_path, [], now=changed + outbox.UNFINISHED_SECONDS + 1)
    assert not part.exists()


def test_the_bytes_are_on_disk_before_the_name_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """fsync of the file, the rename, fsync of the folder: the order that a power cut needs."""
    done: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(handle: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        real_sync(handle)

    def replace(path: Path, target: Path) -> Path:
        done.append("name")
        return real_replace(path, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    outbox.put(tmp_path, [b"one", b"two"], now=NOW)
    assert done == ["file", "name", "file", "name", "folder"]


def test_a_full_disk_keeps_what_was_there_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = outbox.put(tmp_path, [b"first"], now=NOW)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OperatorError) as caught:
        outbox.put(tmp_path, [b"second"], now=NOW)
    assert caught.value.code == "outbox-unwritable"
    assert [path.name for path in tmp_path.iterdir()] == [f"{first.hex()}.envelope"]


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(OperatorError) as caught:
        outbox.put(tmp_path / "outbox", [b"sealed"], now=NOW)
    assert caught.value.code == "outbox-unwritable"
