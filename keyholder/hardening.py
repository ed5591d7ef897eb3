"""What the process does first, so that keys and reports do not reach the disk by accident."""

import ctypes
import os
import sys

_PR_SET_DUMPABLE = 4  # linux/prctl.h
_NO_ERROR_REPORTS = 0x0001 | 0x0002  # SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX


def harden_process() -> None:
    """Make no core dumps, refuse to be traced by others, keep new files to ourselves.

    Linux: all of it. macOS: no core dumps and private files. Windows: no error reports with memory
    in them; its files are private by the folder that they are in. Swap is the machine's matter:
    docs/keyholder.md. Python cannot wipe memory.
    """
    os.umask(0o077)
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(_NO_ERROR_REPORTS)
        return
    import resource  # Windows has no such module

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # A handler that cores are piped to gets them whatever the limit is, unless this is off.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
