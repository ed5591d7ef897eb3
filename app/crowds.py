"""Requests in flight, counted."""

from dataclasses import dataclass


@dataclass(slots=True)
class Crowd:
    """Requests in flight, whichever way they take."""

    most: int
    count: int = 0

    @property
    def full(self) -> bool:
        return self.count >= self.most
