"""What the development commands say when they cannot go on. No error carries what came in."""

from heliograph.errors import OperatorError


class DevelopmentError(OperatorError):
    """Something of the development set-up is missing, half-made or asked for in the wrong place."""


def refuse_elsewhere() -> DevelopmentError:
    """The simulator and its commands work on one machine only, which has said so."""
    return DevelopmentError(
        "development-only",
        "This works only with HELIOGRAPH_DEVELOPMENT=on and a service on a loopback address.",
        "Start `make run` and type `. var/dev/env` first.",
    )
