"""Settings of service and gateway: environment (`HELIOGRAPH_…`) over one TOML file; nothing else.

A secret may be given as `…_FILE`, the path of a file that holds it. An unknown setting stops the
start: a misspelt name must never mean that a limit or a secret is silently not in force.
"""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.limits import Limits
from heliograph.link_settings import ModemSettings, SmppSettings
from heliograph.secret_files import read_secret

PREFIX = "HELIOGRAPH_"


def _is_web_address(value: str) -> str:
    if not value.startswith(("https://", "http://")) or value.endswith("/"):
        raise ValueError("an address begins with https:// (or http://) and ends without a slash")
    return value


WebAddress = Annotated[str, AfterValidator(_is_web_address)]


class LineSettings(BaseModel):
    """What one own number or dialled code stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: str | None = Field(
        default=None, pattern="^[A-Z]{2}$", description="country of the line, ISO 3166-1"
    )
    languages: tuple[str, ...] = Field(
        default=("en", "fr"), min_length=1, description="languages of the line, ISO 639-1"
    )


class ProviderSettings(BaseModel):
    """One provider of SMS or USSD that may call our webhooks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="the provider's name in the registry, such as `twilio`")

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, table: Any) -> Any:
        """Take `x_file = "path"` as `x`: a secret that need not stand among the settings."""
        if not isinstance(table, dict):
            return table
        found = dict(table)
        for name in ("path_secret", "auth_token"):
            path = found.pop(f"{name}_file", None)
            if path is not None:
                found[name] = read_secret(str(path))
        return found

    path_secret: SecretStr = Field(
        min_length=16,
        description="secret part of the webhook's address, 16 or more of A-Z a-z 0-9 - _",
    )
    auth_token: SecretStr | None = Field(
        default=None,
        description="what the provider signs with (Twilio: the account's auth token; Android: the "
        "app's signing key)",
    )
    country: str | None = Field(
        default=None, pattern="^[A-Z]{2}$", description="country of the number, ISO 3166-1"
    )
    languages: tuple[str, ...] = Field(
        default=("en", "fr"),
        min_length=1,
        description="languages of menu and replies, ISO 639-1; the first is shown first",
    )
    lines: Mapping[str, LineSettings] = Field(
        default={},
        description="own numbers and dialled codes, as the provider writes them (Nalo, Arkesel: "
        "the user id), where they differ from the provider's country and languages",
    )
    replies: bool = Field(default=True, description="false: never answer a text on this account")
    account_sid: str | None = Field(
        default=None,
        pattern="^AC[0-9a-fA-F]{32}$",
        description="Twilio: the account whose copy of each text is deleted once it is sealed; "
        "nothing is deleted when not given",
    )


class HookSettings(BaseSettings):
    """What every process is told that takes texts: the service, and a gateway beside one."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="port to listen on")
    public_urls: tuple[WebAddress, ...] = Field(
        default=("http://127.0.0.1:8000",),
        description="addresses under which phones, providers and keyholders reach the service; "
        "the first is the one that providers sign",
    )
    data_dir: Path = Field(default=Path("var"), description="folder of all that the process keeps")
    root_file: Path | None = Field(
        default=None,
        description="the coalition's pinned root file; without it no keyring is accepted",
    )
    development: bool = Field(
        default=False, description="accept a development coalition, on loopback only"
    )
    limits: Limits = Field(
        default=Limits(),
        description="bounds on what clients may use, a TOML table (or JSON in the variable)",
    )
    connections: int = Field(
        default=2048,
        ge=1,
        description="requests served at once; more get 503; idle connections give way to new ones",
    )
    providers: tuple[ProviderSettings, ...] = Field(
        default=(), description="providers of SMS and USSD (TOML tables, or JSON in the variable)"
    )
    smpp_links: tuple[SmppSettings, ...] = Field(
        default=(), description="SMSCs that we bind to (TOML tables, or JSON in the variable)"
    )
    modems: tuple[ModemSettings, ...] = Field(
        default=(), description="GSM modems (TOML tables, or JSON in the variable)"
    )
    reply_calling_codes: tuple[str, ...] = Field(
        default=(), description="countries whose senders get an SMS reply, as calling codes: +254"
    )
    replies_per_hour: int = Field(default=200, ge=0, description="SMS replies an hour, in all")
    replies_per_day: int = Field(default=2000, ge=0, description="SMS replies a day, in all")

    @field_validator("limits", mode="before")
    @classmethod
    def _refuse_unknown_limits(cls, table: Any) -> Any:
        """A misspelt limit would silently not be in force: dataclasses ignore unknown names."""
        known = {field.name for field in fields(Limits)}
        if isinstance(table, dict) and not known.issuperset(table):
            raise ValueError("there is no such limit")
        return table

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file; no .env file is ever read behind one's back."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings

    @property
    def loopback(self) -> bool:
        """True when only this machine can reach the listener."""
        return self.host in ("127.0.0.1", "::1", "localhost")


class Settings(HookSettings):
    """Everything `heliograph serve` can be told. Frozen; built once, in the composition root."""

    database_url: SecretStr | None = Field(
        default=None,
        description="the store's database, postgresql://USER@HOST/NAME or sqlite:///FILE; "
        "SQLite in the data folder when not given",
    )
    blob_dir: Path | None = Field(
        default=None,
        description="folder of the blobs, which replicas must share; "
        "`blobs` in the data folder when not given",
    )
    blob_s3_bucket: str | None = Field(
        default=None, description="S3 bucket that keeps the blobs, instead of a folder"
    )
    blob_s3_endpoint: WebAddress | None = Field(
        default=None, description="address of an S3 service other than Amazon's"
    )
    blob_s3_region: str = Field(default="us-east-1", description="the bucket's region")
    blob_s3_key_id: str | None = Field(default=None, description="id of the key to the bucket")
    blob_s3_secret: SecretStr | None = Field(default=None, description="the key to the bucket")
    web_app: bool = Field(
        default=True, description="false: serve no web app; reports come in by other ways alone"
    )
    sequence_interval_seconds: float = Field(
        default=600.0, gt=0, le=86_400, description="how often new envelopes get their indexes"
    )
    log_key_file: Path | None = Field(
        default=None,
        description="the key that signs the log; when not given, `log.key` in the data folder, "
        "made at first start; services on one database need the same one",
    )
    replace_log_key: bool = Field(
        default=False,
        description="sign the log on with this key where another one signed before; keyholders are "
        "told of another log",
    )

    @model_validator(mode="after")
    def _check_bucket(self) -> "Settings":
        """Blobs that lie in a folder by mistake would be missed on the other replicas."""
        keys = (self.blob_s3_key_id, self.blob_s3_secret)
        if self.blob_s3_bucket is None and (any(keys) or self.blob_s3_endpoint):
            raise ValueError("blob_s3_… settings need blob_s3_bucket")
        if self.blob_s3_bucket is not None and (not all(keys) or self.blob_dir):
            raise ValueError("blob_s3_bucket needs blob_s3_key_id and blob_s3_secret, no blob_dir")
        return self

    @property
    def store_url(self) -> str:
        """SQLAlchemy URL of the store."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'store.db'}"
