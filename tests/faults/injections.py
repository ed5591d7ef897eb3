"""Faults of system calls, given to the real process by strace. See strace(1), "Tampering"."""

from pathlib import Path


def inject(call: str, fault: str, when: str, *files: Path) -> tuple[str, ...]:
    """What to put before the command. `fault` is such as `error=EIO` or `signal=KILL`.

    `when` counts the calls of each thread by itself, of those that touch one of the files (any
    file if none is named). The process stays our child, and ends with its own status.
    """
    # strace 6.1 delivers no signal when the kernel filters for it, which is the faster way.
    speed = () if fault.startswith("signal") else ("--seccomp-bpf",)
    paths = [word for file in files for word in ("-P", str(file))]
    return (
        *("strace", "-D", "-f", *speed, "-qq", "-o", "/dev/null", *paths),
        *("-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={when}"),
    )
