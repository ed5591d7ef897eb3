"""What whoever takes a keyring tells of the seeds that were wrapped for this holder."""

from typing import Any

from keyholder.commands.printing import say, warn
from keyholder.keys.wraps import Unwrapped


def describe_unwrapped(unwrapped: Unwrapped) -> dict[str, Any]:
    """As JSON values."""
    return {
        "taken": [{"epoch": epoch, "lock": lock} for epoch, lock in unwrapped.taken],
        "refused": [
            {"epoch": epoch, "lock": lock, "code": code} for epoch, lock, code in unwrapped.refused
        ],
        "withheld": [{"epoch": epoch, "lock": lock} for epoch, lock in unwrapped.withheld],
    }


def say_unwrapped(unwrapped: Unwrapped) -> None:
    """One line a seed."""
    for epoch, lock in unwrapped.taken:
        say(f"The seed of lock {lock} of epoch {epoch} is in the vault now.")
    for epoch, lock, code in unwrapped.refused:
        warn(f"The seed wrapped for you for lock {lock} of epoch {epoch} was refused: {code}")
    for epoch, lock in unwrapped.withheld:
        warn(
            f"The wraps of lock {lock} of epoch {epoch} were kept back. Take the keyring from "
            "another holder with `keyholder bundle in`: until then this home signs no other."
        )
