"""The gateway: what came from a provider is sealed and committed, and only then answered.

Plaintext lives here for the time of one call. Without a keyring nothing is taken, so that the
provider, who has the text anyway, tries again.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from crypto.choosing import sealing_key, warnings
from crypto.errors import EnvelopeError, KeyringError, SealedSmsError
from crypto.keyring import Keyring
from crypto.sealed_sms import Part, Single, is_sealed, read_text
from crypto.sealing import SealingKey
from sms import dialogue, message_keys
from sms.contract import (
    Incoming,
    Noted,
    Origin,
    Outcome,
    ProviderSetup,
    Screen,
    SmsIn,
    Taken,
    UssdEnd,
    UssdTurn,
)
from sms.errors import SetupError, WebhookError
from sms.replies import ReplyPolicy, ReplySettings
from sms.sealer import Ids, seal_screen, seal_text
from sms.senders import Senders
from sms.sessions import Sessions
from sms.sink import Sink, SinkFull, SinkUnavailable

_log = logging.getLogger(__name__)

Forget = Callable[[str, str], Awaitable[None]]
"""Has the provider's copy of a text deleted, in good time: account, the provider's message id."""


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """texts_per_hour: texts and USSD screens of one number within a clock hour; more are refused
    with 429, not taken and dropped."""

    texts_per_hour: int = 300
    replies: ReplySettings = field(default_factory=ReplySettings)


class Gateway:
    """One process's gateway. Its limits and sessions live in memory, so there is only one.

    key: 32 random bytes that stay the same over restarts. keyring: gives the one in use, or None.
    clock: Unix seconds. forget: for accounts that name themselves. SetupError: gateway-key-length.
    """

    def __init__(
        self,
        *,
        sink: Sink,
        keyring: Callable[[], Keyring | None],
        key: bytes,
        clock: Callable[[], float],
        settings: GatewaySettings | None = None,
        forget: Forget | None = None,
    ) -> None:
        if len(key) != message_keys.GATEWAY_KEY_SIZE:
            raise SetupError("gateway-key-length")
        settings = settings or GatewaySettings()
        self._sink = sink
        self._keyring = keyring
        self._key = key
        self._clock = clock
        self._forget = forget
        self._senders = Senders(texts_per_hour=settings.texts_per_hour)
        self._replies = ReplyPolicy(settings.replies, self._senders.names)
        self._sessions = Sessions()
        self._warned: set[tuple[int, str]] = set()

    def now(self) -> int:
        """Unix seconds of the gateway's clock, from 0."""
        return max(0, int(self._clock()))

    async def take(self, provider: Origin, setup: ProviderSetup, incoming: Incoming) -> Outcome:
        """Seal and commit what came, and say what to answer. It may be called again with the same.

        WebhookError, and then nothing was taken: gateway-no-keyring, store-full,
        store-unavailable, webhook-number-busy.
        """
        now = self.now()
        try:
            if isinstance(incoming, SmsIn):
                taken = await self._take_sms(provider, setup, incoming, now)
                if self._forget is not None and setup.account is not None:
                    # Also where the text was known: we may have died before we came to this.
                    await self._forget(setup.account, incoming.message_id)
                return taken
            if isinstance(incoming, UssdTurn):
                return await self._take_turn(provider, setup, incoming, now)
        except SinkFull:
            raise WebhookError("store-full") from None
        except SinkUnavailable:
            raise WebhookError("store-unavailable") from None
        except (KeyringError, EnvelopeError):  # no epoch, or a key that is none
            raise WebhookError("gateway-no-keyring") from None
        if isinstance(incoming, UssdEnd):
            self._sessions.forget(provider.name, incoming.session_id)
        return Noted(incoming)

    async def _take_sms(
        self, provider: Origin, setup: ProviderSetup, sms: SmsIn, now: int
    ) -> Taken:
        name = message_keys.name_message(self._key, provider.name, sms.message_id)
        self._admit(sms.sender, now)
        sealed = _read_sealed(sms)
        if isinstance(sealed, Single):
            await self._sink.put([sealed.envelope], name)
            return Taken(sms)
        if isinstance(sealed, Part):
            await self._sink.put_part(sealed, name)
            return Taken(sms)
        line = setup.line_of(sms.recipient)
        may_reply = provider.replies and setup.replies and self._replies.may_have_reply(sms)
        envelopes = seal_text(
            self._choose_key("sms", now),
            sms,
            arrival=now,
            line=line,
            tag=self._senders.tag(sms.sender, now),
            ids=self._name_ids(provider.name, sms),
            group=self._name_group(provider.name, sms),
            asked=may_reply,
        )
        is_new = await self._sink.put(envelopes, name)
        if may_reply and self._replies.decide(sms, name, now, is_new=is_new):
            known = "" if sms.segment else sms.text
            return Taken(sms, dialogue.write_reply(line, known, arrival=now))
        return Taken(sms)

    async def _take_turn(
        self, provider: Origin, setup: ProviderSetup, turn: UssdTurn, now: int
    ) -> Screen:
        # Before the first question: nobody should answer four of them for nothing.
        key = self._choose_key("ussd", now)
        self._admit(turn.sender, now)
        line = setup.line_of(turn.code)
        inputs: Sequence[str]
        if turn.whole:
            inputs = dialogue.split_typed(turn.typed or "", line)
        else:
            inputs = self._sessions.join(provider.name, turn, now)
        shown = dialogue.take_turn(inputs, line, arrival=now)
        if shown.report is not None:
            typed = (turn.typed or "") if turn.whole else "*".join(inputs)
            session = (self._key, provider.name, turn.session_id, turn.sender)
            report_id = message_keys.name_report(*session)
            name = message_keys.name_turn(*session, typed)
            envelopes = seal_screen(
                key,
                shown.report,
                raw=typed,
                authentic=turn.authentic,
                arrival=now,
                tag=self._senders.tag(turn.sender, now),
                ids=self._number_ids(report_id, name),
                # Not a piece of `name`: what is stored outside must point at nothing inside.
                group=message_keys.name_group(self._key, provider.name, "turn", name.hex()),
            )
            await self._sink.put(envelopes, name)
        if not turn.whole:
            self._sessions.keep(provider.name, turn, tuple(inputs), now)
        return Screen(turn, shown.text, shown.ends)

    def _admit(self, sender: str, now: int) -> None:
        if not self._senders.admit(sender, now):
            raise WebhookError("webhook-number-busy")

    def _choose_key(self, channel: str, now: int) -> SealingKey:
        keyring = self._keyring()
        if keyring is None:
            raise WebhookError("gateway-no-keyring")
        key = sealing_key(keyring, channel, now)
        for code in warnings(keyring, channel, now):
            if (keyring.version, code) not in self._warned:
                # Once for a keyring, not once for a text: the pace of texts is nobody's business.
                self._warned.add((keyring.version, code))
                _log.warning("sealing all the same, but a newer keyring is needed: %s", code)
        return key

    def _number_ids(self, report_id: bytes, name: bytes) -> Ids:
        """The session's id for the first part. Further parts are no newer state of that report,
        which the same id would say."""
        return lambda number: (
            report_id if number == 1 else message_keys.name_part(self._key, name, number)
        )

    def _name_ids(self, provider: str, sms: SmsIn) -> Ids:
        told = sms.report_name or sms.message_id
        name = message_keys.name_message(self._key, provider, told)
        return lambda number: message_keys.name_part(self._key, name, number)

    def _name_group(self, provider: str, sms: SmsIn) -> bytes:
        if sms.segment is None:
            told = sms.report_name or sms.message_id
            return message_keys.name_group(self._key, provider, "text", told)
        carried = (sms.segment.group, str(sms.segment.total))
        return message_keys.name_group(
            self._key, provider, "carrier", sms.sender, sms.recipient, *carried
        )


def _read_sealed(sms: SmsIn) -> Single | Part | None:
    """The envelope or part that the text is; None for every other text, whatever it begins with."""
    if not is_sealed(sms.text):
        return None
    try:
        return read_text(sms.text)
    except SealedSmsError:
        return None
