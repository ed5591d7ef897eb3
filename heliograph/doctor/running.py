"""The service that runs on this data folder, as the kernel tells of it; nothing is locked."""

import os
from pathlib import Path

from heliograph.data_lock import NAME

PROC = Path("/proc")


def find_service(folder: Path) -> int | None:
    """Process id of the service that holds the data folder's lock; None where none is seen.

    A service in another container or of a machine that shares the folder is not seen.
    """
    try:
        file = (folder / NAME).stat()
        locks = (PROC / "locks").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return find_holder(locks, file.st_dev, file.st_ino)


def find_holder(locks: str, device: int, inode: int) -> int | None:
    """Process id that holds a flock on a file, by the text of /proc/locks."""
    wanted = f"{os.major(device):02x}:{os.minor(device):02x}:{inode}"
    for line in locks.splitlines():
        words = line.split()
        if len(words) == 8 and words[1] == "FLOCK" and words[5] == wanted and int(words[4]) > 0:
            return int(words[4])
    return None


def read_process(process: int | None, name: str) -> str:
    """A file of /proc about the service, else about this process; "" where it cannot be read."""
    try:
        path = PROC / (str(process) if process else "self") / name
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def find_limit(limits: str, name: str) -> tuple[int | None, int | None] | None:
    """Soft and hard limit by its name in /proc/PID/limits; None in the pair means unlimited."""
    for line in limits.splitlines():
        if line.startswith(name):
            soft, hard = line[len(name) :].split()[:2]
            return _number(soft), _number(hard)
    return None


def _number(word: str) -> int | None:
    return None if word == "unlimited" else int(word)
