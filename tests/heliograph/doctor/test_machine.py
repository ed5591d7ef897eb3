"""What the doctor says of a machine, from the texts in which the kernel tells it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from heliograph.data_lock import NAME, lock_data
from heliograph.doctor import running
from heliograph.doctor.clock import judge_clock
from heliograph.doctor.deployment import Deployment
from heliograph.doctor.disk import find_filesystem, judge_filesystem, judge_room
from heliograph.doctor.machine import (
    find_swaps,
    judge_core_limit,
    judge_core_pattern,
    judge_open_files,
    judge_swaps,
)
from tests.app.running import NOW, Place
from tests.heliograph.doctor.deployments import change, find_codes

SWAPS = (
    "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
    "/dev/sda2                               partition\t2097148\t\t0\t\t-2\n"
    "/swap\\040file                          file\t\t1048572\t\t512\t\t-3\n"
)
LIMITS = (
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max cpu time              unlimited            unlimited            seconds   \n"
    "Max core file size        {core}                    {core}                    bytes     \n"
    "Max open files            1024                 4096                 files     \n"
)
MOUNTS = r"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 27 0:40 / /srv/with\040space rw - nfs4 host:/export rw
31 27 0:41 / /srv rw - xfs /dev/vdb rw
32 31 0:42 / /srv/a/b rw - tmpfs tmpfs rw
33 31 0:43 / /srv/a/b rw - btrfs /dev/vdc rw
broken line
"""
HARDENING = """
from heliograph.doctor.machine import check_hardening
from heliograph.hardening import harden_process
print([finding.code for finding in check_hardening(None)])
harden_process()
print([finding.code for finding in check_hardening(None)])
"""
DAY = 86_400


@pytest.fixture
def place(sqlite_place: Place) -> Place:
    """One database is enough: nothing here depends on which it is."""
    return sqlite_place


def test_swaps() -> None:
    assert find_swaps(SWAPS) == ["/dev/sda2", r"/swap\040file"]
    assert find_swaps(SWAPS.splitlines()[0]) == []
    assert judge_swaps(["/dev/sda2"], kept_out=False).code == "swap-active"
    assert judge_swaps(["/dev/sda2"], kept_out=True).verdict == "ok"
    assert judge_swaps([], kept_out=False).verdict == "ok"


@pytest.mark.parametrize("pattern", ["", "\n", "|/bin/false\n", "| /usr/bin/true %p"])
def test_core_dumps_that_nobody_keeps(pattern: str) -> None:
    assert judge_core_pattern(pattern).verdict == "ok"


@pytest.mark.parametrize("pattern", ["core", "/var/core/%p", "|/usr/lib/systemd/systemd-coredump"])
def test_core_dumps_that_are_kept(pattern: str) -> None:
    assert judge_core_pattern(pattern).code == "core-pattern"


def test_the_core_limit() -> None:
    assert judge_core_limit(LIMITS.format(core="0")).verdict == "ok"
    assert judge_core_limit(LIMITS.format(core="unlimited")).code == "core-limit"
    assert judge_core_limit("").verdict == "skipped"


def test_open_files() -> None:
    limits = LIMITS.format(core="0")
    assert judge_open_files(limits, 2048, 32).verdict == "ok"
    assert judge_open_files(limits, 4096, 32).code == "open-files"
    assert judge_open_files(limits.replace("4096", "unlimited"), 1 << 30, 32).verdict == "ok"
    assert judge_open_files("", 1, 1).verdict == "skipped"


def test_hardening_is_seen_and_missed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HARDENING], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["['hardening-refused']", "['']"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib", "ext4"),
        ("/srv/with space/x", "nfs4"),
        ("/srv/with", "xfs"),
        ("/srv/a/b/c", "btrfs"),
        ("/proc/1", "proc"),
    ],
)
def test_the_file_system_of_a_path(path: str, kind: str) -> None:
    assert find_filesystem(MOUNTS, Path(path)) == kind
    assert find_filesystem("", Path(path)) == ""


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("ext4", ""),
        ("xfs", ""),
        ("nfs", "disk-network"),
        ("nfs4", "disk-network"),
        ("cifs", "disk-network"),
        ("9p", "disk-network"),
        ("fuse.sshfs", "disk-network"),
        ("tmpfs", "disk-memory"),
        ("overlay", "disk-layer"),
        ("btrfs", "disk-keeps-old"),
    ],
)
def test_file_systems(kind: str, code: str) -> None:
    assert judge_filesystem(kind, sqlite=True).code == code
    assert judge_filesystem(kind, sqlite=False).code == ("" if code == "disk-network" else code)


def test_room() -> None:
    assert judge_room(1 << 40, 1 << 26).verdict == "ok"
    assert judge_room(1 << 27, 1 << 26).code == "disk-nearly-full"
    assert judge_room((1 << 26) - 1, 1 << 26).code == "disk-full"


def test_the_room_of_this_deployment(deployment: Deployment) -> None:
    assert find_codes(deployment, "disk.room") == []
    limits = type(deployment.settings.limits)(reserve_bytes=1 << 60)
    assert find_codes(change(deployment, limits=limits), "disk.room") == ["disk-full"]


def test_a_clock_is_compared_with_what_is_at_hand() -> None:
    good = {"signed_at": NOW, "newest_day": NOW // DAY, "newest_file": float(NOW)}
    assert judge_clock(NOW, **good).verdict == "ok"  # type: ignore[arg-type]
    assert judge_clock(NOW - 2 * DAY, **good).code == "clock-behind"  # type: ignore[arg-type]
    unsigned = {**good, "signed_at": None}
    assert judge_clock(NOW - 3 * DAY, **unsigned).code == "clock-before-log"  # type: ignore[arg-type]
    files = {**unsigned, "newest_day": None}
    assert judge_clock(NOW - 3 * DAY, **files).code == "clock-before-files"  # type: ignore[arg-type]
    nothing = {**files, "newest_file": None}
    assert judge_clock(0, **nothing).verdict == "ok"  # type: ignore[arg-type]


def test_the_clock_of_this_deployment(deployment: Deployment) -> None:
    for path in deployment.settings.data_dir.iterdir():
        os.utime(path, (NOW, NOW))
    assert set(find_codes(deployment, "machine.clock")) <= {"clock-alone"}
    deployment.now = NOW - 40 * DAY
    assert find_codes(deployment, "machine.clock")[0] == "clock-behind"


def test_the_service_is_seen_by_its_lock(tmp_path: Path) -> None:
    assert running.find_service(tmp_path) is None
    with lock_data(tmp_path):
        assert running.find_service(tmp_path) == os.getpid()
        (tmp_path / "other").mkdir()
        with lock_data(tmp_path / "other"):
            pass
        assert running.find_service(tmp_path / "other") is None
    assert (tmp_path / NAME).exists()
    assert running.find_service(tmp_path) is None


def test_locks_of_others_are_not_the_service() -> None:
    locks = (
        "1: POSIX  ADVISORY  WRITE 70 08:01:99 0 EOF\n2: FLOCK  ADVISORY  WRITE 71 08:01:98 0 EOF\n"
    )
    assert running.find_holder(locks, os.makedev(8, 1), 99) is None
    assert running.find_holder(locks, os.makedev(8, 1), 98) == 71
    assert running.find_holder(locks, os.makedev(8, 2), 98) is None
