"""Who may read what the service keeps: the data folder, its keys, the secrets of the settings."""

import json
import os
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from heliograph.doctor.deployment import Deployment
from heliograph.doctor.findings import Finding, ok, skipped, warning, wrong
from heliograph.settings import PREFIX
from heliograph.settings_loading import SECRET_FILES

OTHERS = 0o077
ANYBODY = 0o007
KEY_BYTES = {"log.key": 32, "gateway.key": 32}
SECRET_KEYS = ("path_secret", "auth_token", "database_url", "blob_s3_secret")


def check_folder(deployment: Deployment) -> Iterator[Finding]:
    """The data folder and each file in it: closed to others, and one owner's."""
    folder = deployment.settings.data_dir
    try:
        own = folder.stat()
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except FileNotFoundError:
        yield warning(
            "folder-absent",
            f"There is no data folder {folder}/ yet.",
            "Start the service, which makes it; or check HELIOGRAPH_DATA_DIR and --config.",
        )
        return
    except OSError:
        yield wrong(
            "folder-closed",
            f"The data folder {folder}/ cannot be read by this user.",
            "Run the doctor as the user that runs the service.",
        )
        return
    if own.st_mode & OTHERS:
        yield wrong(
            "folder-open",
            f"Others may look into the data folder {folder}/ (mode {_mode(own.st_mode)}).",
            f"`chmod 700 {folder}`",
        )
    else:
        yield ok(f"The data folder {folder}/ is closed to others.")
    if own.st_uid != os.geteuid():
        yield warning(
            "folder-owner",
            "The doctor runs as another user than the data folder's owner.",
            "Run it as the user that runs the service: what it sees is then what the service sees.",
        )
    for path in files:
        yield from check_file(path, own.st_uid)


def check_file(path: Path, owner: int) -> Iterator[Finding]:
    """A file of the data folder, whose owner (a user's id) is given."""
    try:
        found = path.stat()
    except FileNotFoundError:  # SQLite's WAL comes and goes
        return
    if found.st_mode & OTHERS:
        yield wrong(
            "file-open",
            f"Others may read {path} (mode {_mode(found.st_mode)}).",
            f"`chmod 600 {path}`. If it was a key, think of it as known.",
        )
    if found.st_uid != owner:
        yield wrong(
            "file-owner",
            f"{path} belongs to another user than its folder: the service may fail to use it.",
            "Give it to the service's user with `chown`. Run commands as that user.",
        )
    size = KEY_BYTES.get(path.name)
    if size is not None and found.st_size != size:
        yield wrong(
            "key-length",
            f"{path} has {found.st_size} bytes; a key has {size}.",
            "Put the file back from a copy. Without the right one the service does not start.",
        )


def check_secrets(deployment: Deployment) -> Iterator[Finding]:
    """The files that hold secrets, and the settings where secrets stand in them."""
    tables = list(_read_tables(deployment))
    paths = [Path(deployment.environ[name]) for name in SECRET_FILES if name in deployment.environ]
    if deployment.settings.log_key_file is not None:
        paths.append(deployment.settings.log_key_file)
    paths += [Path(path) for table in tables for path in _find_paths(table)]
    inline = deployment.config is not None and any(map(_holds_secret, tables[:1]))
    if inline and deployment.config is not None:
        paths.append(deployment.config)
    count = 0
    for path in dict.fromkeys(paths):
        try:
            mode = path.stat().st_mode
        except OSError:
            yield skipped(f"The secret's file {path} cannot be looked at by this user.")
            continue
        if mode & ANYBODY:
            yield wrong(
                "secret-open",
                f"Anybody may read {path}, which holds a secret (mode {_mode(mode)}).",
                f"`chmod 600 {path}`, and renew the secret: others may know it.",
            )
        else:
            count += 1
    if any(
        name.startswith(PREFIX) and "_FILE" not in name and _is_secret(deployment.environ, name)
        for name in deployment.environ
    ):
        yield warning(
            "secret-in-environment",
            "A secret stands in an environment variable, which other programs may come to see.",
            "Give it as a file: the `…_FILE` and `…_file` settings.",
        )
    yield ok(f"Files with secrets that are closed to others: {count}.")


def _read_tables(deployment: Deployment) -> Iterator[Mapping[str, Any]]:
    """The settings as they are written: the file first, then the providers of the environment."""
    if deployment.config is not None:
        yield tomllib.loads(deployment.config.read_text(encoding="utf-8"))
    written = deployment.environ.get(f"{PREFIX}PROVIDERS")
    if written:
        yield {"providers": json.loads(written)}


def _find_paths(value: Any) -> Iterator[str]:
    """The paths of secrets' files: keys that end with `_file`, however deep; a root is public."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key.endswith("_file") and key != "root_file" and isinstance(inner, str):
                yield inner
            else:
                yield from _find_paths(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _find_paths(inner)


def _holds_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(key in SECRET_KEYS or _holds_secret(inner) for key, inner in value.items())
    return isinstance(value, list) and any(map(_holds_secret, value))


def _is_secret(environ: Mapping[str, str], name: str) -> bool:
    if name == f"{PREFIX}PROVIDERS":
        return _holds_secret(json.loads(environ[name]))
    return name.removeprefix(PREFIX).lower() in SECRET_KEYS


def _mode(mode: int) -> str:
    return f"{stat.S_IMODE(mode):04o}"
