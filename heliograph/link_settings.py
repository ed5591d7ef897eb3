"""What an operator says of links: an SMSC over SMPP, a modem."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from heliograph.secret_files import read_secret
from sms.user_data import Alphabet

DEFAULT_ALPHABETS = (Alphabet.GSM, Alphabet.LATIN_1, Alphabet.PACKED)


class LinkSettings(BaseModel):
    """What all links have: what the number stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: str | None = Field(
        default=None, pattern="^[A-Z]{2}$", description="country of the number, ISO 3166-1"
    )
    languages: tuple[str, ...] = Field(
        default=("en", "fr"), min_length=1, description="languages of the number, ISO 639-1"
    )


class SmppSettings(LinkSettings):
    """One SMSC that we bind to."""

    host: str = Field(description="the SMSC's host")
    port: int = Field(default=2775, ge=1, le=65535, description="the SMSC's port")
    system_id: str = Field(max_length=15, description="the name to bind with")
    password: SecretStr = Field(
        max_length=8, description="the password to bind with; SMPP 3.4 allows 8 characters"
    )
    system_type: str = Field(default="", max_length=12, description="only where it is asked for")
    receive_only: bool = Field(default=False, description="bind as receiver, not as transceiver")
    tls: bool = Field(default=False, description="TLS, with the host's certificate checked")
    tls_ca_file: str | None = Field(
        default=None, description="certificates to trust in place of the system's"
    )
    default_alphabet: Alphabet = Field(
        default=Alphabet.GSM,
        description="what the SMSC means by data_coding 0: `gsm`, `latin-1` or `gsm-packed`",
    )
    enquire_seconds: float = Field(
        default=30.0, gt=0, le=3600, description="silence after which we ask whether it is there"
    )

    @model_validator(mode="before")
    @classmethod
    def _read_secret_file(cls, table: Any) -> Any:
        """Take `password_file = "path"` as `password`."""
        if not isinstance(table, Mapping) or "password_file" not in table:
            return table
        found = dict(table)
        found["password"] = read_secret(str(found.pop("password_file")))
        return found

    @model_validator(mode="after")
    def _check_alphabet(self) -> "SmppSettings":
        if self.default_alphabet not in DEFAULT_ALPHABETS:
            raise ValueError("default_alphabet is gsm, latin-1 or gsm-packed")
        return self


class ModemSettings(LinkSettings):
    """One GSM modem, or a phone on a cable."""

    device: str = Field(description="the modem's device, such as /dev/ttyUSB0")
    connection: str = Field(default="at115200", description="how gammu speaks to it")
    model: str = Field(default="", description="gammu's name for the model; empty: find out")
    number: str = Field(default="", description="the SIM's own number")
    poll_seconds: float = Field(
        default=5.0, gt=0, le=3600, description="seconds between two looks at the SIM"
    )
