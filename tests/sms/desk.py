"""A whole gateway on a desk: keyring, sink, clock and HTTP, all in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.testclient import TestClient

from crypto.keyring import Keyring
from reports.codec import decode
from sms.contract import Line, ProviderSetup
from sms.gateway import Gateway, GatewaySettings
from sms.webhooks import create_webhooks
from tests.coalition import NOW, Coalition
from tests.sms.sinks import FakeSink

PUBLIC_URL = "https://gateway.example"
SECRET = "Zm9yLXRlc3RzLW9ubHk"
TOKEN = "token-for-tests-only"
LINE = Line("MM", ("en", "fr"))


@dataclass
class Desk:
    coalition: Coalition
    settings: GatewaySettings | None = None
    setups: tuple[ProviderSetup, ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    now: float = NOW
    sink: FakeSink = field(default_factory=FakeSink)

    def __post_init__(self) -> None:
        self.keyring: Keyring | None = self.coalition.keyring
        self.gateway = Gateway(
            sink=self.sink,
            keyring=lambda: self.keyring,
            key=bytes(range(32)),
            clock=lambda: self.now,
            settings=self.settings,
        )
        self.app = create_webhooks(self.gateway, self.setups, PUBLIC_URL, **self.limits)
        self.client = TestClient(self.app, base_url="http://internal.invalid")

    def open(self) -> list[dict[str, Any]]:
        """Every envelope as its report, with the report's id under "id"."""
        return [self.open_one(envelope) for envelope in self.sink.envelopes]

    def open_one(self, envelope: bytes) -> dict[str, Any]:
        opened = self.coalition.opener.open(envelope)
        start = self.coalition.reporter["epochs"][opened.epoch - 1]["seal_from"]
        return {**decode(opened.content, start), "id": opened.report_id}


def make_setup(name: str, **changes: Any) -> ProviderSetup:
    return ProviderSetup(
        **{"name": name, "secret": SECRET, "token": TOKEN, "line": LINE, **changes}
    )


class FakeProvider:
    """What brings texts and turns straight to the gateway, and may answer a text."""

    name = "fake"
    replies = True
