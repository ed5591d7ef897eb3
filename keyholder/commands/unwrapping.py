"""What whoever takes a keyring tells of the seeds that were wrapped for this holder."""

from collections.abc import Iterator
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


def list_unwrapped(unwrapped: Unwrapped) -> Iterator[tuple[str, bool]]:
    """One line a seed, and whether it is a warning."""
    for epoch, lock in unwrapped.taken:
        yield f"The seed of lock {lock} of epoch {epoch} is in the vault now.", False
    for epoch, lock, code in unwrapped.refused:
        told = f"The seed wrapped for you for lock {lock} of epoch {epoch} was refused: {code}"
        yield told, True
    for epoch, lock in unwrapped.foreign:
        told = (
            f"Mind: you made a seed for lock {lock} of epoch {epoch}, and ANOTHER LOCK IS SIGNED. "
            "Whoever made that one opens what is sealed to it. If you do not know of it, call two "
            "officers at once."
        )
        yield told, True
    for epoch, lock in unwrapped.withheld:
        told = (
            f"The wraps of lock {lock} of epoch {epoch} were kept back. Take the keyring from "
            "another holder with `keyholder bundle in`: until then this home signs no other."
        )
        yield told, True


def say_unwrapped(unwrapped: Unwrapped) -> None:
    """The same on the terminal."""
    for line, warns in list_unwrapped(unwrapped):
        (warn if warns else say)(line)
