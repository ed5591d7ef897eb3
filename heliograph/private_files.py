"""Small files that only their owner may read: whole or absent."""

import os
import secrets
from pathlib import Path


def write_private(path: Path, data: bytes) -> None:
    """Write `data` to `path` (0600), replacing it in one step. Makes the folder (0700).

    On return it outlives a power cut, its name too: the log's key is used at once.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def keep_secret(path: Path, size: int) -> bytes:
    """The secret in `path`; `size` random bytes are written there (0600) where there is none yet.

    What is there is given as it is, whatever its length. Raises OSError.
    """
    if not path.exists():
        write_private(path, secrets.token_bytes(size))
    return path.read_bytes()
