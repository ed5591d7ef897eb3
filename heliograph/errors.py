"""What the operator's command says when it cannot go on.

Each error has a stable code, a fixed sentence and what to do next. None carries what came in.
"""

import traceback
from pathlib import Path


class OperatorError(Exception):
    """Something the operator must mend before the command can work."""

    def __init__(self, code: str, problem: str, remedy: str) -> None:
        super().__init__(f"{problem} {remedy}")
        self.code = code
        self.problem = problem
        self.remedy = remedy


class SettingsError(OperatorError):
    """A setting is unknown, missing or wrong. Only the setting's name is told, never its value."""


class DevelopmentRefused(OperatorError):
    """Development keys were offered outside of a development set-up on loopback."""

    def __init__(self) -> None:
        super().__init__(
            "development-refused",
            "The pinned root belongs to a development coalition, whose keys are not secret.",
            "Pin your coalition's own root file, or use `make run` on a loopback address.",
        )


def describe_fault(error: BaseException) -> str:
    """A fault of this program in one line: its class and place, nothing of what it was about."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"
    return (
        f"This program has a fault: {type(error).__name__} at {place}. "
        "Try again; if it stays, tell its makers this line."
    )
