"""The bundle's container: bombs, other zips and names that climb are refused."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.checkpoints import make_cosigner
from keyholder.errors import EvidenceError
from keyholder.evidence import archive, sources
from keyholder.evidence.archive import Archive, open_archive, write_archive
from keyholder.evidence.custody import Custodian, add_lines, read_log
from keyholder.evidence.manifest import read_manifest
from keyholder.evidence.sources import open_bundle
from keyholder.evidence.strict import read_object

FILES = {"a.txt": b"one", "b/c.json": b"", "b/d": bytes(range(256)) * 9}
NAMES = st.from_regex(archive.NAME, fullmatch=True)
HOLDER = Custodian("ab" * 8, bytes(32), 1_790_000_000, "0.1.0")


def pack(files: dict[str, bytes]) -> bytes:
    return b"".join(write_archive(sorted(files.items())))


def refuse(data: bytes) -> str:
    with pytest.raises(EvidenceError) as caught:
        open_archive(io.BytesIO(data))
    return caught.value.code


def try_open(data: bytes) -> Archive | None:
    try:
        return open_archive(io.BytesIO(data))
    except EvidenceError:
        return None


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(NAMES, st.binary(max_size=200), max_size=5))
def test_what_is_written_is_read_by_us_and_by_others(files: dict[str, bytes]) -> None:
    data = pack(files)
    read = open_archive(io.BytesIO(data))
    assert {name: b"".join(read.read(name)) for name in read.entries} == files
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == files


def test_any_other_zip_is_refused() -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as packed:
            packed.writestr("a.txt", bytes(100_000))
        data = stream.getvalue()
        read = try_open(data)  # a stored one has our places, and other heads: each is named
        assert read is None or read.list_altered(dict.fromkeys(read.entries, 0))


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", "a/../x", "C:/x", "a\\b", "A", "", "a//b", "x" * 101, "a/b/c/d/e"]
)
def test_names_that_climb_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="names are plain"):
        pack({name: b""})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr(zipfile.ZipInfo(name or "\x00"), b"x")
    assert refuse(stream.getvalue()) == "bundle-form"


def test_a_bomb_is_no_bundle() -> None:
    """42 KB that say they are gigabytes; and a directory that says it is."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a", bytes(50_000_000))
    assert refuse(stream.getvalue()) == "bundle-form"
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65_535, 65_535, 0xFFFFFF00, 0, 0)
    assert refuse(end) == "bundle-form"
    data = pack(FILES)
    assert refuse(data[:-22] + end) == "bundle-form"
    assert refuse(b"") == refuse(data[:-1]) == refuse(b"\0" + data) == "bundle-form"


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    read = try_open(data)
    assert read is None or read.entries == {}


def test_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = pack(FILES)
    monkeypatch.setattr(archive, "MAX_BYTES", 10)
    assert refuse(data) == "bundle-too-big"
    monkeypatch.setattr(archive, "MAX_FILES", 1)
    with pytest.raises(EvidenceError):
        pack(FILES)
    for name in ("a", "b", "c"):
        (tmp_path / name).write_bytes(b"x")
    monkeypatch.setattr(sources, "MAX_FILES", 2)
    with pytest.raises(EvidenceError) as caught, open_bundle(tmp_path):
        pass
    assert caught.value.code == "bundle-too-big"


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(EvidenceError) as caught, open_bundle(Path("/nowhere/x.zip")):
        pass
    assert caught.value.code == "bundle-unreadable"


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{", b'{"a": 1, "a": 2}', b'{"a": 1.5}', b'{"a": NaN}', b"\xff", b"[" * 100_000,
     b'{"a": 12345678901234567890123}'],
)  # fmt: skip
def test_json_is_read_strictly(data: bytes) -> None:
    assert read_object(data) is None
    assert read_manifest(data) is None


class TestCustody:
    KEYS = (("ab" * 8, make_cosigner("ab" * 8, bytes(32)).key.public),)

    def test_lines_are_added_by_whoever_acts(self) -> None:
        log = add_lines(b"", HOLDER, [("collected", {"n": 1}), ("opened", {})])
        more = add_lines(log, HOLDER, [("handed over", {"to": "a court"})])
        assert more.startswith(log)
        acts = read_log(more, self.KEYS)
        assert acts is not None
        assert [act.action for act in acts] == ["collected", "opened", "handed over"]

    def test_no_line_is_changed_moved_or_taken_out(self) -> None:
        log = add_lines(b"", HOLDER, [(word, {}) for word in ("one", "two", "three")])
        lines = log.splitlines(keepends=True)
        assert read_log(lines[0] + lines[2], self.KEYS) is None
        assert read_log(lines[1] + lines[0] + lines[2], self.KEYS) is None
        assert read_log(log, (("cd" * 8, self.KEYS[0][1]),)) is None
        for at in range(0, len(log), 3):
            changed = log[:at] + bytes((log[at] ^ 0x20,)) + log[at + 1 :]
            assert read_log(changed, self.KEYS) is None
        assert read_log(b"x" * (1 << 23), self.KEYS) is None
