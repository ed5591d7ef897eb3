"""Secrets that stand in files of their own, beside the settings."""

from pathlib import Path

from heliograph.errors import SettingsError


def read_secret(path: str) -> str:
    """What the file holds, without the space around it. Raises SettingsError `secret-file`."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise SettingsError(
            "secret-file", "A secret's file cannot be read.", "Check the `…_FILE` settings."
        ) from None
