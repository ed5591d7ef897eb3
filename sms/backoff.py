"""How long to wait before the next attempt: exponential, with full jitter.

The whole pause is drawn, not a little around a fixed one, so that a thousand gateways that lost one
service do not come back to it together (M. Brooker, "Exponential Backoff and Jitter", 2015).
"""

from collections.abc import Callable
from random import SystemRandom

DOUBLINGS = 30
DRAW = SystemRandom().uniform
Draw = Callable[[float, float], float]
"""A random number between two bounds."""


def choose_pause(
    failures: int,
    *,
    first: float,
    most: float,
    at_least: float = 0.0,
    draw: Draw = DRAW,
) -> float:
    """Seconds to wait after `failures` (1 or more) in a row.

    `first` bounds the first pause, `most` every one; each failure doubles the bound. `at_least` is
    what the other side asked for (Retry-After): a little of chance comes on top of it.
    """
    bound = min(most, first * 2.0 ** min(failures - 1, DOUBLINGS))
    pause = draw(0.0, bound)
    return max(pause, at_least + draw(0.0, first)) if at_least else pause
