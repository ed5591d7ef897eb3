"""By which ways memory could reach the disk, and how many files a process may open."""

import ctypes
import re
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.serving import OTHER_FILES
from heliograph.doctor.deployment import Deployment
from heliograph.doctor.findings import Finding, ok, skipped, warning, wrong
from heliograph.doctor.running import find_limit, find_service, read_process

PR_GET_DUMPABLE = 3  # linux/prctl.h
NOWHERE = re.compile(r"\|\s*/(?:usr/)?bin/(?:false|true)\b")
ENCRYPTED = "CRYPT-"


def find_swaps(swaps: str) -> list[str]:
    """Files and devices that are swapped to, by the text of /proc/swaps."""
    return [line.split()[0] for line in swaps.splitlines()[1:] if line.strip()]


def judge_swaps(places: Sequence[str], *, kept_out: bool) -> Finding:
    """A verdict on the swaps that would write to a disk in clear. `kept_out`: the running service
    may not be swapped (systemd's MemorySwapMax=0).
    """
    if not places:
        return ok("Nothing is swapped to a disk in clear.")
    if kept_out:
        return ok("This machine swaps, and the running service is kept out of it.")
    return wrong(
        "swap-active",
        f"This machine swaps to {', '.join(places)}: texts in memory may be written there.",
        "`swapoff -a` and take swap out of /etc/fstab; or encrypt it with a key made at each "
        "start; or run the service with MemorySwapMax=0.",
    )


def check_swap(deployment: Deployment) -> Iterator[Finding]:
    """Swap that writes memory to a disk, unless the service is kept out of it."""
    try:
        swaps = Path("/proc/swaps").read_text(encoding="utf-8", errors="replace")
    except OSError:
        yield skipped("This machine does not tell its swaps (/proc/swaps).")
        return
    places = [place for place in find_swaps(swaps) if not _is_closed(place)]
    process = find_service(deployment.settings.data_dir)
    cgroup = read_process(process, "cgroup") if process else ""
    yield judge_swaps(places, kept_out=_find_swap_limit(cgroup) == "0")


def judge_core_pattern(pattern: str) -> Finding:
    """A verdict on kernel.core_pattern."""
    if not pattern.strip() or NOWHERE.match(pattern):
        return ok("This machine keeps no core dumps.")
    return warning(
        "core-pattern",
        "This machine keeps core dumps of programs that crash. The service forbids its own; a "
        "proxy in front of it may not.",
        "`kernel.core_pattern=|/bin/false` in /etc/sysctl.d/, and Storage=none in coredump.conf.",
    )


def judge_core_limit(limits: str) -> Finding:
    """A verdict on the core limit of the service, by the text of /proc/PID/limits."""
    found = find_limit(limits, "Max core file size")
    if found is None:
        return skipped("The core limit cannot be read.")
    if found != (0, 0):
        return wrong(
            "core-limit",
            "The service may write core dumps: its hardening did not work.",
            "Start it by `heliograph serve`, with LimitCORE=0 where systemd runs it.",
        )
    return ok("The service may write no core dump.")


def check_cores(deployment: Deployment) -> Iterator[Finding]:
    """The machine's core dumps, and the service's own limit."""
    pattern = Path("/proc/sys/kernel/core_pattern")
    try:
        yield judge_core_pattern(pattern.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        yield skipped("This machine does not tell what it does with core dumps.")
    process = find_service(deployment.settings.data_dir)
    if process is not None:
        yield judge_core_limit(read_process(process, "limits"))


def check_hardening(_deployment: Deployment) -> Iterator[Finding]:
    """Whether a process of ours can close itself to tracing and dumps here. This one did so."""
    dumpable = ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) if _is_linux() else 0
    if dumpable != 0 or resource.getrlimit(resource.RLIMIT_CORE) != (0, 0):
        yield wrong(
            "hardening-refused",
            "A process of ours cannot forbid core dumps and tracing on this machine.",
            "Look for a sandbox that refuses prctl and setrlimit, and allow them.",
        )
    else:
        yield ok("Our processes make no core dumps and cannot be traced by other users.")


def judge_open_files(limits: str, wanted: int, reserve: int) -> Finding:
    """Whether so many connections fit below the hard limit of open files (/proc/PID/limits)."""
    found = find_limit(limits, "Max open files")
    if found is None:
        return skipped("The limit of open files cannot be read.")
    hard = found[1]
    needed = wanted + reserve + OTHER_FILES
    if hard is not None and hard < needed:
        return warning(
            "open-files",
            f"{hard:,} files may be open, and {wanted:,} connections need {needed:,}: the "
            "service takes fewer at once.",
            "Raise it (LimitNOFILE of systemd), or lower HELIOGRAPH_CONNECTIONS.",
        )
    return ok(f"There are open files for {wanted:,} connections.")


def check_open_files(deployment: Deployment) -> Iterator[Finding]:
    """The limit of the running service, else of this shell, which may be another one."""
    settings = deployment.settings
    process = find_service(settings.data_dir)
    limits = read_process(process, "limits")
    yield judge_open_files(limits, settings.connections, settings.limits.reserve_requests)


def _is_closed(place: str) -> bool:
    """Memory itself (zram without a disk behind it), or a device that dm-crypt encrypts."""
    device = Path("/sys/block") / Path(place).resolve().name
    try:
        if device.name.startswith("zram"):
            backing = device / "backing_dev"
            return not backing.exists() or backing.read_text(encoding="ascii").strip() == "none"
        return (device / "dm" / "uuid").read_text(encoding="utf-8").startswith(ENCRYPTED)
    except OSError:
        return False


def _find_swap_limit(cgroup: str) -> str:
    """memory.swap.max of a control group (version 2); "" where there is none."""
    for line in cgroup.splitlines():
        if line.startswith("0::/"):
            path = Path("/sys/fs/cgroup") / line.removeprefix("0::/") / "memory.swap.max"
            try:
                return path.read_text(encoding="ascii").strip()
            except OSError:
                return ""
    return ""


def _is_linux() -> bool:
    return sys.platform == "linux"
