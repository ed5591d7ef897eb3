"""Settings of `heliograph gateway`."""

from pathlib import Path

from pydantic import Field

from heliograph.settings import HookSettings, WebAddress


class GatewaySettings(HookSettings):
    """Everything `heliograph gateway` can be told, besides what it shares with the service."""

    services: tuple[WebAddress, ...] = Field(
        min_length=1,
        description="gateway alone: addresses of the service that envelopes go to, any of which "
        "will do; https://, or http:// for .onion and loopback",
    )
    keyring_file: Path | None = Field(
        default=None,
        description="gateway alone: a keyring bundle to begin with where the service is away; "
        "newer ones are fetched from the service",
    )
    keyring_seconds: float = Field(
        default=3600.0,
        ge=1,
        le=604_800,
        description="gateway alone: how often the service is asked for a newer keyring",
    )
    forward_seconds: float = Field(
        default=30.0,
        ge=0,
        le=86_400,
        description="gateway alone: what comes within so long goes to the service together, by "
        "chance sooner or later, so that batches do not tell when a text came",
    )
    drain_seconds: float = Field(
        default=10.0,
        ge=0,
        le=600,
        description="gateway alone: how long a stop waits for the outbox to empty; what is left "
        "stays on the disk for the next start",
    )
