"""The simulated phone line: brings what a phone sends to the gateway's real webhooks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import httpx2

from heliograph.dev.errors import DevelopmentError
from heliograph.dev.providers import AFRICAS_TALKING, AFRICAS_TALKING_USSD, TWILIO
from heliograph.dev.webhooks import (
    Call,
    Webhook,
    read_screen,
    read_twiml,
    write_africas_talking_text,
    write_end,
    write_turn,
    write_twilio_text,
)
from heliograph.settings import ProviderSettings

T = TypeVar("T")
TEXT_PROVIDERS = {"twilio": TWILIO, "africas-talking": AFRICAS_TALKING}
TIMEOUT_SECONDS = 15.0  # what Twilio allows a webhook in all


@dataclass(frozen=True, slots=True)
class Screen:
    """What a handset shows in a USSD session. open: it may answer."""

    text: str = field(repr=False)
    open: bool


class Line:
    """One phone line to one gateway. It keeps nothing of what passes."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        setups: Sequence[ProviderSettings],
        public_url: str,
        clock: Callable[[], float],
    ) -> None:
        self._client = client
        self._setups = {setup.name: setup for setup in setups}
        self._public_url = public_url
        self._clock = clock

    async def send_text(self, provider: str, number: str, text: str) -> list[str]:
        """Send one text; return the texts that come back.

        `provider` is a key of TEXT_PROVIDERS. Africa's Talking carries no reply in its answer.
        DevelopmentError: webhook-refused, webhook-unreachable, webhook-answer.
        """
        setup = self._setups[TEXT_PROVIDERS[provider]]
        if setup.name == TWILIO:
            body = await self._post(write_twilio_text(setup, self._public_url, number, text))
            return _read(read_twiml, body)
        now = int(self._clock())
        await self._post(write_africas_talking_text(setup, self._public_url, number, text, now))
        return []

    async def dial(self, call: Call) -> Screen:
        """One step of a USSD session: what the handset shows next. Raises as `send_text`."""
        setup = self._setups[AFRICAS_TALKING_USSD]
        body = await self._post(write_turn(setup, self._public_url, call))
        return Screen(*_read(read_screen, body))

    async def hang_up(self, call: Call) -> None:
        """End a session that is still open. Raises as `send_text`."""
        setup = self._setups[AFRICAS_TALKING_USSD]
        await self._post(write_end(setup, self._public_url, call, int(self._clock())))

    async def _post(self, webhook: Webhook) -> bytes:
        try:
            answer = await self._client.post(
                webhook.url,
                headers=webhook.headers,
                content=webhook.body,
                timeout=TIMEOUT_SECONDS,
                follow_redirects=False,
            )
        except httpx2.HTTPError:
            raise DevelopmentError(
                "webhook-unreachable",
                "The service's webhook does not answer.",
                "Is `make run` still running, on the address that it printed?",
            ) from None
        if not answer.is_success:
            raise DevelopmentError(
                "webhook-refused",
                f"The service's webhook refused this with status {answer.status_code}.",
                "Its own answer or the service's output names the code.",
            )
        return answer.content


def _read(reader: Callable[[bytes], T], body: bytes) -> T:
    try:
        return reader(body)
    except ValueError:
        raise DevelopmentError(
            "webhook-answer",
            "The service's webhook gave an answer that the provider would not understand.",
            "This is a fault of the gateway: please report it.",
        ) from None
