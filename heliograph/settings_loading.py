"""Reading settings: the environment over one TOML file; nothing else."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_settings import SettingsError as PydanticSettingsError

from heliograph.errors import SettingsError
from heliograph.secret_files import read_secret
from heliograph.settings import PREFIX, HookSettings, Settings

# Read by the tests and by the reporter's command, not by the service.
NOT_SETTINGS = frozenset({"HELIOGRAPH_SHARED", "HELIOGRAPH_SERVICE", "HELIOGRAPH_OUTBOX"})

# Settings that hold a secret and may be read from a file instead: named by these variables, or in
# TOML under the setting's name and `_file`.
SECRET_FILES = {
    "HELIOGRAPH_DATABASE_URL_FILE": "database_url",
    "HELIOGRAPH_BLOB_S3_SECRET_FILE": "blob_s3_secret",
}

S = TypeVar("S", bound=HookSettings)


def load_settings(config: Path | None, environ: Mapping[str, str] | None = None) -> Settings:
    """The service's settings. As `load`."""
    return load(Settings, config, environ)


def load(kind: type[S], config: Path | None, environ: Mapping[str, str] | None = None) -> S:
    """Read settings from the environment and, where given, a TOML file.

    Raises SettingsError, which names the setting at fault and never tells its value.
    """
    environ = os.environ if environ is None else environ
    known = {PREFIX + name.upper() for name in kind.model_fields}
    known |= {name for name, setting in SECRET_FILES.items() if setting in kind.model_fields}
    for name in environ:
        if name.startswith(PREFIX) and name not in known | NOT_SETTINGS:
            raise SettingsError(
                "setting-unknown",
                f"There is no setting {name}.",
                "`heliograph settings` lists them all.",
            )
    values = _read_toml(config) if config else {}
    if "services" in values and "services" not in kind.model_fields:
        raise SettingsError(
            "settings-of-gateway",
            "These are the settings of a gateway beside a service.",
            "`heliograph gateway` takes them, and `heliograph gateway --status` asks it; the "
            "other commands take the service's.",
        )
    for name, setting in SECRET_FILES.items():
        if setting in kind.model_fields:
            path = values.pop(f"{setting}_file", None)
            if (path := environ.get(name, path)) is not None:
                values[setting] = read_secret(str(path))
    try:
        return kind(**values)
    except ValidationError as error:
        together = "blob_s3_… or blob_dir, which do not go together"
        names = sorted({".".join(map(str, item["loc"])) or together for item in error.errors()})
    except PydanticSettingsError:
        names = ["a setting that must be JSON"]
    raise SettingsError(
        "setting-invalid",
        f"Not understood: {', '.join(names)}.",
        "`heliograph settings` tells what each setting takes.",
    )


def _read_toml(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SettingsError(
            "settings-file",
            "The settings file cannot be read as TOML.",
            "Check the path given to --config.",
        ) from None
