"""Answers of USSD sessions whose provider sends only the latest one. In memory, and for minutes.

What was answered is already sealed and committed; this is only where the dialogue stands.
"""

from dataclasses import dataclass

from sms.contract import UssdTurn

SESSION_SECONDS = 600
MAX_SESSIONS = 10_000
"""Beyond them the oldest is forgotten: its next screen is the first one again."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Kept:
    since: int
    answers: tuple[str, ...]
    number: int | None
    """The latest turn's, where the provider numbers them."""


class Sessions:
    """Earlier answers by provider, session and number."""

    def __init__(self) -> None:
        self._answers: dict[Key, _Kept] = {}

    def join(self, provider: str, turn: UssdTurn, now: int) -> tuple[str, ...]:
        """All answers so far, this turn's included; none at the start. Remembers nothing."""
        if turn.typed is None:
            return ()
        kept = self._answers.get(_key(provider, turn))
        if kept is None or abs(now - kept.since) >= SESSION_SECONDS:
            return (turn.typed,)
        # A turn that comes again takes its own place, and not the next one.
        again = _count_again(kept, turn)
        return (*kept.answers[: max(0, len(kept.answers) - again)], turn.typed)

    def keep(self, provider: str, turn: UssdTurn, answers: tuple[str, ...], now: int) -> None:
        """Remember these answers: called once they are committed, so that a retry adds none."""
        key = _key(provider, turn)
        kept = self._answers.get(key)
        if kept is not None and turn.typed is not None and _count_again(kept, turn) > 1:
            return  # an old turn comes again, and the session has gone on
        self._answers.pop(key, None)
        self._answers[key] = _Kept(now, answers, turn.number)
        while len(self._answers) > MAX_SESSIONS or self._is_old(now):
            del self._answers[next(iter(self._answers))]

    def forget(self, provider: str, session_id: str) -> None:
        """Drop a session that is over, whoever's it was."""
        for key in [one for one in self._answers if one[:2] == (provider, session_id)]:
            del self._answers[key]

    def _is_old(self, now: int) -> bool:
        return abs(now - next(iter(self._answers.values())).since) >= SESSION_SECONDS


def _count_again(kept: _Kept, turn: UssdTurn) -> int:
    """How many of the kept answers this turn and later ones gave before; 0 for a new turn."""
    if kept.number is None or turn.number is None:
        return 0
    return max(0, kept.number - turn.number + 1)


def _key(provider: str, turn: UssdTurn) -> Key:
    return provider, turn.session_id, turn.sender
