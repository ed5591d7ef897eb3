"""What the data lies on: the kind of file system, and how much room it has."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from heliograph.doctor.deployment import Deployment
from heliograph.doctor.findings import Finding, ok, skipped, warning, wrong

NETWORK = re.compile(
    r"nfs|cifs|smb|9p|fuse|afs|ceph|gluster|lustre|ocfs|gfs2|davfs|beegfs|orangefs"
)
"""File systems whose locks and syncs SQLite cannot rely on (https://www.sqlite.org/howtocorrupt.html,
sections 2.1 and 3). Shared folders of virtual machines and FUSE are among them.
"""
MEMORY = frozenset({"tmpfs", "ramfs", "devtmpfs"})
LAYERED = frozenset({"overlay", "aufs"})
KEEPS_OLD = frozenset({"bcachefs", "btrfs", "f2fs", "nilfs2", "zfs"})
"""They write elsewhere than before, so what was deleted stays on the disk."""
AMPLE = 16  # times the reserve
MIB = 1024 * 1024


def find_filesystem(mounts: str, path: Path) -> str:
    """The type of the file system that holds an absolute path, by /proc/self/mountinfo; "" if none
    does. Of two mounts in one place, the later one lies on top.
    """
    found, depth = "", -1
    for line in mounts.splitlines():
        mount, _dash, source = line.partition(" - ")
        words = mount.split()
        if len(words) < 5 or not source:
            continue
        point = Path(_unescape(words[4]))
        if path.is_relative_to(point) and len(point.parts) >= depth:
            found, depth = source.split()[0], len(point.parts)
    return found


def judge_filesystem(kind: str, *, sqlite: bool) -> Finding:
    """A verdict on a type of file system, for a SQLite store or for keys and blobs alone."""
    if kind in MEMORY:
        return wrong(
            "disk-memory",
            f"The data folder is in memory ({kind}): all of it is gone at the next start.",
            "Put it on a disk: HELIOGRAPH_DATA_DIR.",
        )
    if sqlite and NETWORK.match(kind):
        return wrong(
            "disk-network",
            f"The store is on {kind}, where SQLite's locks and syncs cannot be relied on.",
            "Put it on a local disk (ext4 or XFS), or use PostgreSQL.",
        )
    if kind in LAYERED:
        return warning(
            "disk-layer",
            f"The data folder is in a container's own layer ({kind}), and goes with the container.",
            "Mount a volume there.",
        )
    if kind in KEEPS_OLD:
        return warning(
            "disk-keeps-old",
            f"The data folder is on {kind}, which keeps what was overwritten.",
            "Use ext4 or XFS, without snapshots.",
        )
    return ok(f"The data folder is on {kind or 'a file system of unknown type'}.")


def check_filesystem(deployment: Deployment) -> Iterator[Finding]:
    """The file system of the store's file, else of the data folder."""
    folder = _find_folder(deployment)
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        yield skipped("This machine does not tell its file systems (/proc/self/mountinfo).")
        return
    kind = find_filesystem(mounts, folder)
    yield judge_filesystem(kind, sqlite=deployment.sqlite_file is not None)


def judge_room(free: int, reserve: int) -> Finding:
    """A verdict on the bytes that are free beside the reserve (limits.reserve_bytes)."""
    if free < reserve:
        return wrong(
            "disk-full",
            f"{free // MIB:,} MiB are free, and intake stops below {reserve // MIB:,} MiB.",
            "Make room: grow the file system, or move away what is not ours. Never delete "
            "store.db-wal.",
        )
    if free < AMPLE * reserve:
        return warning(
            "disk-nearly-full",
            f"{free // MIB:,} MiB are free; intake stops below {reserve // MIB:,} MiB.",
            "Make room now: a network that comes back brings everything at once.",
        )
    return ok(f"{free // MIB:,} MiB are free; intake stops below {reserve // MIB:,} MiB.")


def check_room(deployment: Deployment) -> Iterator[Finding]:
    """Free room where the store's file, else the data folder, lies."""
    room = os.statvfs(_find_folder(deployment))
    yield judge_room(room.f_bavail * room.f_frsize, deployment.settings.limits.reserve_bytes)


def _find_folder(deployment: Deployment) -> Path:
    """The store's folder, or the nearest one above that exists."""
    path = deployment.sqlite_file or deployment.settings.data_dir / "store"
    folder = path.parent.resolve()
    while not folder.exists():
        folder = folder.parent
    return folder


def _unescape(written: str) -> str:
    """Mount points have space, tab, newline and backslash as octal digits (proc(5))."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), written)
