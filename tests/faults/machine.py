"""What the experiments need of the machine, named here alone; and how they keep out of its way."""

import ctypes
import os
import shutil
import signal

import pytest

PACKAGES = {
    "cp": "coreutils",
    "faketime": "faketime",
    "losetup": "mount",
    "mkfs.ext4": "e2fsprogs",
    "mkfs.xfs": "xfsprogs",
    "mount": "mount",
    "strace": "strace",
}
"""Programs and the Debian packages that bring them."""

CLONE_NEWNS = 0x0002_0000  # linux/sched.h
MS_REC, MS_PRIVATE = 0x4000, 0x4_0000  # linux/mount.h
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def need(*programs: str, root: bool = False) -> None:
    """Skips, with the line that installs what is missing."""
    missing = {PACKAGES[name] for name in programs if shutil.which(name) is None}
    if missing:
        pytest.skip(f"apt-get install -y --no-install-recommends {' '.join(sorted(missing))}")
    if root and os.geteuid() != 0:
        pytest.skip("needs root for loop devices and mounts: sudo make test-faults")


def keep_mounts_to_ourselves() -> None:
    """A mount namespace of this process and its children: whatever ends us, our mounts go too.

    For root alone. Raises OSError where the kernel does not let it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if (
        libc.unshare(CLONE_NEWNS) != 0
        or libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None) != 0
    ):
        raise OSError(ctypes.get_errno(), "no mount namespace")


def end_with_parent() -> None:
    """For a child before it executes: it is killed when whoever started it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
