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
        "foreign": [{"epoch": epoch, "lock": lock} for epoch, lock in unwrapped.foreign],
        "withheld": [{"epoch": epoch, "lock": lock} for epoch, lock in unwrapped.withheld],
    }


def say_unwrapped(unwrapped: Unwrapped) -> None:
    """One line a seed."""
    for epoch, lock in unwrapped.taken:
        say(f"The seed of lock {lock} of epoch {epoch} is in the vault now.")
    for epoch, lock, code in unwrapped.refused:
        warn(f"The seed wrapped for you for lock {lock} of epoch {epoch} was refused: {code}")
    for epoch, lock in unwrapped.foreign:
        warn(
            f"Mind: you made a seed for lock {lock} of epoch {epoch}, and ANOTHER LOCK IS SIGNED. "
            "Whoever made that one opens what is sealed to it. If you do not know of it, call two "
            "officers at once."
        )
    for epoch, lock in unwrapped.withheld:
        warn(
            f"The wraps of lock {lock} of epoch {epoch} were kept back. Take the keyring from "
            "another holder before an officer signs the next one: it would not have them."
        )
