"""What a process does first, so that little of it can be found later on a seized disk."""

import ctypes
import os
import resource
import sys

PR_SET_DUMPABLE = 4  # linux/prctl.h


def harden_process() -> None:
    """Make no core dumps, refuse to be traced by others, keep new files to ourselves.

    Swap is the machine's matter and stands in docs/operating.md. Python cannot wipe memory; this
    only closes the ways by which memory reaches the disk by accident.
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
