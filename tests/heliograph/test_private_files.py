"""A private file is there whole, under its name, and for its owner alone."""

import os
import stat
from pathlib import Path

import pytest

from heliograph.private_files import keep_secret, write_private


def test_a_file_and_its_name_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this order: the bytes, and the folder once it has the name."""
    synced: list[tuple[bool, bool]] = []
    path, sync = tmp_path / "folder" / "log.key", os.fsync

    def note(handle: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(handle).st_mode), path.exists()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", note)
    write_private(path, b"secret")
    assert synced == [(False, False), (True, True)]
    assert path.read_bytes() == b"secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["log.key"]


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    first = keep_secret(tmp_path / "key", 32)
    assert len(first) == 32
    assert keep_secret(tmp_path / "key", 32) == first
