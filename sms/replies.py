"""Whether a text is answered by a text. Almost never: a reply on a handset is evidence, and costs.

Off until the operator switches a calling code on; then one a number in 24 hours, and so many an
hour and a day in all. USSD is apart from this: there a reply is the menu itself.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sms.contract import SmsIn
from sms.senders import DAY, HOUR

_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
"""E.164. A short code or a name in place of a number is never answered."""


@dataclass(frozen=True, slots=True)
class ReplySettings:
    """calling_codes: digits that a number may begin with ("95"); empty: no replies at all.
    per_hour, per_day: replies in all. own_numbers: never answered, as the providers write them."""

    calling_codes: frozenset[str] = frozenset()
    per_hour: int = 60
    per_day: int = 500
    own_numbers: frozenset[str] = frozenset()


class ReplyPolicy:
    """Decides; what it remembers of numbers are `Senders.names`."""

    def __init__(
        self, settings: ReplySettings, names: Callable[[str, int], tuple[bytes, ...]]
    ) -> None:
        self._settings = settings
        self._names = names
        self._last: dict[bytes, tuple[int, bytes]] = {}
        self._sent = {HOUR: (0, 0), DAY: (0, 0)}

    def decide(self, sms: SmsIn, message_key: bytes, now: int, *, is_new: bool) -> bool:
        """Whether to answer this text. The same text again gets the decision it got before."""
        if not self.may_have_reply(sms):
            return False
        names = self._names(sms.sender, now)
        last = next((self._last[name] for name in names if name in self._last), None)
        if last and last[1] == message_key:
            return True
        if not is_new or (last and abs(now - last[0]) < DAY) or not self._has_room(now):
            return False
        self._count(now)
        self._last = {name: sent for name, sent in self._last.items() if abs(now - sent[0]) < DAY}
        self._last[names[0]] = (now, message_key)
        return True

    def may_have_reply(self, sms: SmsIn) -> bool:
        """Whether a text from this number is ever answered, limits apart."""
        own = {sms.recipient, *self._settings.own_numbers}
        return (
            not sms.opted_out
            and _NUMBER.fullmatch(sms.sender) is not None
            and sms.sender not in own
            and any(sms.sender.startswith(f"+{code}") for code in self._settings.calling_codes)
        )

    def _has_room(self, now: int) -> bool:
        limits = {HOUR: self._settings.per_hour, DAY: self._settings.per_day}
        return all(self._counted(span, now) < limit for span, limit in limits.items())

    def _counted(self, span: int, now: int) -> int:
        window, count = self._sent[span]
        return count if window == now // span else 0

    def _count(self, now: int) -> None:
        for span in self._sent:
            self._sent[span] = (now // span, self._counted(span, now) + 1)
