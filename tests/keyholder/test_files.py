"""Files come whole or not at all, and a command that is ended half-way leaves no plaintext."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from keyholder import files
from tests.conftest import LOADING
from tests.keyholder.conftest import DeskForTests

_EXPORT = """
import os, signal, sys
from collections.abc import Iterable
from keyholder import command
from keyholder.exports import formats

NAMELESS, *words = sys.argv[1:]
if NAMELESS == "no" and hasattr(os, "O_TMPFILE"):
    del os.O_TMPFILE

def write_csv(_reports: object) -> Iterable[bytes]:
    yield b"canary-in-clear" * 100_000
    print("writing", flush=True)
    sys.stdin.read()  # until the signal comes

formats.write_csv = write_csv
sys.argv[1:] = words
command.main()
"""


@pytest.fixture(params=[True, False], ids=["nameless", "beside"])
def nameless(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Both ways of writing; the first only where this file system can."""
    if not request.param:
        monkeypatch.delattr("os.O_TMPFILE", raising=False)
    return bool(request.param)


def can_be_nameless(folder: Path) -> bool:
    handle = files._open_nameless(folder)
    if handle is not None:
        os.close(handle)
    return handle is not None


def test_a_file_is_made_and_replaced_whole(tmp_path: Path, nameless: bool) -> None:
    file = tmp_path / "out"
    for content in (b"first", b"second"):
        files.write_whole(file, [content[:2], content[2:]])
        assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("out", content)]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.stat().st_nlink == 1


def test_a_failure_leaves_the_old_one(tmp_path: Path, nameless: bool) -> None:
    def cut() -> object:
        yield b"half"
        raise SystemExit(143)

    file = tmp_path / "out"
    file.write_bytes(b"old")
    with pytest.raises(SystemExit):
        files.write_whole(file, cut())  # type: ignore[arg-type]
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        files.write_whole(tmp_path / "folder", [b"new"])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["folder", "out"]
    assert file.read_bytes() == b"old"


def test_a_file_system_without_links_gets_the_whole_file_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refuse)
    files.write_whole(tmp_path / "out", [b"one", b"two"])
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"onetwo"]


def end_export(desk: DeskForTests, folder: Path, number: int, *, nameless: bool) -> int:
    """Send a signal to an export that has written its first megabyte; gives the exit status."""
    words = ["--home", str(desk.folder), "--passphrase-file", f"{desk.folder}.passphrase"]
    words += ["export", "--format", "csv", "--output", str(folder / "out.csv")]
    with subprocess.Popen(
        [sys.executable, "-c", _EXPORT, "yes" if nameless else "no", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | LOADING,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(number)
        return process.wait()


@pytest.mark.skipif(os.name != "posix", reason="Windows ends processes without a signal")
class TestEnding:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "exports"
        folder.mkdir()
        return folder

    @pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
    def test_an_ended_export_leaves_nothing(
        self, coalition: DeskForTests, folder: Path, name: str, nameless: bool
    ) -> None:
        number = signal.Signals[name]
        assert end_export(coalition, folder, number, nameless=nameless) == 128 + number
        assert list(folder.iterdir()) == []

    def test_a_killed_export_leaves_nothing(self, coalition: DeskForTests, folder: Path) -> None:
        if not can_be_nameless(folder):
            pytest.skip("this file system has no files without a name")
        assert end_export(coalition, folder, signal.SIGKILL, nameless=True) == -signal.SIGKILL
        assert list(folder.iterdir()) == []
