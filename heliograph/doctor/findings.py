"""What a check says: a verdict, a sentence, and what to do where something is to be done."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "wrong", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's. `code` is stable, and empty where all is well."""

    verdict: Verdict
    code: str
    says: str
    remedy: str = ""


def ok(says: str) -> Finding:
    """All is well here."""
    return Finding("ok", "", says)


def skipped(says: str) -> Finding:
    """This could not be looked at, or was not to be."""
    return Finding("skipped", "", says)


def warning(code: str, says: str, remedy: str) -> Finding:
    """It works, and an operator should know."""
    return Finding("warning", code, says, remedy)


def wrong(code: str, says: str, remedy: str) -> Finding:
    """Something is lost, shown to others, or does not work."""
    return Finding("wrong", code, says, remedy)
