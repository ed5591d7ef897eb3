"""Answers of USSD sessions whose provider sends only the latest one. In memory, and for minutes.

What was answered is already sealed and committed; this is only where the dialogue stands.
"""

from sms.contract import UssdTurn

SESSION_SECONDS = 600
MAX_SESSIONS = 10_000
"""Beyond them the oldest is forgotten: its next screen is the first one again."""

Key = tuple[str, str, str]


class Sessions:
    """Earlier answers by provider, session and number."""

    def __init__(self) -> None:
        self._answers: dict[Key, tuple[int, tuple[str, ...]]] = {}

    def join(self, provider: str, turn: UssdTurn, now: int) -> tuple[str, ...]:
        """All answers so far, this turn's included; none at the start. Remembers nothing."""
        if turn.typed is None:
            return ()
        since, answers = self._answers.get(_key(provider, turn), (now, ()))
        return (*(answers if abs(now - since) < SESSION_SECONDS else ()), turn.typed)

    def keep(self, provider: str, turn: UssdTurn, answers: tuple[str, ...], now: int) -> None:
        """Remember these answers: called once they are committed, so that a retry adds none."""
        key = _key(provider, turn)
        self._answers.pop(key, None)
        self._answers[key] = (now, answers)
        while len(self._answers) > MAX_SESSIONS or self._is_old(now):
            del self._answers[next(iter(self._answers))]

    def _is_old(self, now: int) -> bool:
        since, _ = next(iter(self._answers.values()))
        return abs(now - since) >= SESSION_SECONDS


def _key(provider: str, turn: UssdTurn) -> Key:
    return provider, turn.session_id, turn.sender
