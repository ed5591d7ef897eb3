"""The provider's copy of a text is to be deleted once ours is committed, and only where asked."""

import asyncio
from dataclasses import replace

import pytest

from sms.contract import ProviderSetup, SmsIn, UssdTurn
from sms.errors import SetupError, WebhookError
from sms.gateway import Gateway
from sms.registry import find_providers
from sms.sink import SinkFull
from sms.webhooks import check_accounts
from tests.coalition import NOW, Coalition
from tests.sms.sinks import FakeSink

ACCOUNT = "AC" + "a" * 32
SETUP = ProviderSetup("twilio", "path-secret-for-tests", "token", account=ACCOUNT)
SMS = SmsIn("SM" + "1" * 32, "+9990000001", "+15550100001", "NET MM13 FULL", authentic=True)


class Asked:
    """A gateway, its sink, and what was asked to be deleted, each with what was committed then."""

    def __init__(self, coalition: Coalition) -> None:
        self.sink = FakeSink()
        self.forgotten: list[tuple[str, str, int]] = []
        self.gateway = Gateway(
            sink=self.sink,
            keyring=lambda: coalition.keyring,
            key=bytes(32),
            clock=lambda: NOW,
            forget=self._forget,
        )

    async def _forget(self, account: str, message_id: str) -> None:
        self.forgotten.append((account, message_id, len(self.sink.envelopes)))

    def take(self, incoming: SmsIn | UssdTurn, setup: ProviderSetup = SETUP) -> None:
        provider = find_providers()[setup.name]
        asyncio.run(self.gateway.take(provider, setup, incoming))


def test_it_is_asked_for_after_the_commit_and_again_with_each_retry(coalition: Coalition) -> None:
    asked = Asked(coalition)
    asked.take(SMS)
    asked.take(SMS)  # perhaps we died between commit and asking
    assert asked.forgotten == [(ACCOUNT, SMS.message_id, 1)] * 2


def test_it_is_not_asked_for_where_nothing_was_committed(coalition: Coalition) -> None:
    asked = Asked(coalition)
    asked.sink.error = SinkFull()
    with pytest.raises(WebhookError):
        asked.take(SMS)
    assert asked.forgotten == []


def test_it_is_off_unless_the_account_is_named(coalition: Coalition) -> None:
    asked = Asked(coalition)
    asked.take(SMS, replace(SETUP, account=None))
    assert asked.forgotten == []


def test_only_twilio_deletes() -> None:
    check_accounts([SETUP])
    with pytest.raises(SetupError) as caught:
        check_accounts([replace(SETUP, name="africastalking-sms")])
    assert caught.value.code == "provider-account"
