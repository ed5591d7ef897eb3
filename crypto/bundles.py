"""Keyring bundles: all files of a keyring in one, to travel as a file and by POST.

One CBOR map (RFC 8949, core deterministic encoding) from file name to bytes, at most 1 MiB.
"""

from collections.abc import Mapping

import cbor2

from crypto.errors import KeyringError

MAX_BUNDLE = 1024 * 1024
"""Bytes."""
MAX_FILES = 256
MAX_FILE_NAME = 200
"""Bytes of UTF-8."""

_BYTES, _TEXT, _MAP = 2, 3, 5


def write_bundle(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a bundle; the same files give the same bytes.

    Raises KeyringError keyring-bundle-too-big.
    """
    bundle = cbor2.dumps(dict(files), canonical=True)
    if len(bundle) > MAX_BUNDLE:
        raise KeyringError("keyring-bundle-too-big")
    return bundle


def read_bundle(data: bytes) -> dict[str, bytes]:
    """Unpack a bundle, from file name to bytes. Nothing in it is trusted by that.

    Raises KeyringError: keyring-bundle-too-big, keyring-bundle-form.
    """
    if len(data) > MAX_BUNDLE:
        raise KeyringError("keyring-bundle-too-big")
    files = _Reader(data).read_files()
    # One encoding alone is allowed: no duplicates, no long forms, names in order, nothing after the
    # end.
    if cbor2.dumps(files, canonical=True) != data:
        raise KeyringError("keyring-bundle-form")
    return files


class _Reader:
    """Reads a map of text to bytes and nothing else.

    A general CBOR reader builds tags (big fractions, dates) before one can refuse them, which costs
    a hostile file little and its reader much.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read_files(self) -> dict[str, bytes]:
        count = self._read_head(_MAP)
        if count > MAX_FILES:
            raise KeyringError("keyring-bundle-form")
        files: dict[str, bytes] = {}
        for _ in range(count):
            name = self._read_string(_TEXT, MAX_FILE_NAME)
            try:
                files[name.decode("utf-8")] = self._read_string(_BYTES, MAX_BUNDLE)
            except UnicodeDecodeError:
                raise KeyringError("keyring-bundle-form") from None
        return files

    def _take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) != count:
            raise KeyringError("keyring-bundle-form")
        self._at += count
        return taken

    def _read_head(self, major: int) -> int:
        head = self._take(1)[0]
        argument = head & 0x1F
        # 24 to 26: the number is in the next 1, 2 or 4 bytes. More than 4 cannot be inside 1 MiB.
        if head >> 5 != major or argument > 26:
            raise KeyringError("keyring-bundle-form")
        return (
            argument if argument < 24 else int.from_bytes(self._take(1 << (argument - 24)), "big")
        )

    def _read_string(self, major: int, longest: int) -> bytes:
        size = self._read_head(major)
        if size > longest:
            raise KeyringError("keyring-bundle-form")
        return self._take(size)
