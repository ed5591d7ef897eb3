"""Faults of system calls, given to the real process by strace. See strace(1), "Tampering"."""

from pathlib import Path


def inject(call: str, fault: str, when: str, *files: Path) -> tuple[str, ...]:
    """What to put before the command. `fault` is such as `error=EIO` or `signal=KILL`.

    `when` counts the calls of each thread by itself, of those that touch one of the files (any
    file if none is named). The process stays our child, and ends with its own status.
    """
    paths = [word for file in files for word in ("-P", str(file))]
    return (
        *("strace", "-D", "-f", "-qq", "-o", "/dev/null", *paths),
        *("-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={when}"),
    )
