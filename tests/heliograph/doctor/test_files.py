"""What others may read is found, by real files with real modes."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from heliograph.doctor.deployment import Deployment
from heliograph.doctor.files import check_file
from tests.app.running import Place
from tests.heliograph.doctor.deployments import SECRET, change, find_codes


@pytest.fixture
def place(sqlite_place: Place) -> Place:
    """One database is enough: nothing here depends on which it is."""
    return sqlite_place


@pytest.mark.parametrize("check", ["files.folder", "files.secrets"])
def test_closed_files_pass(deployment: Deployment, check: str) -> None:
    assert find_codes(deployment, check) == []


def test_an_open_folder_is_found(deployment: Deployment) -> None:
    deployment.settings.data_dir.chmod(0o750)
    assert find_codes(deployment, "files.folder") == ["folder-open"]


@pytest.mark.parametrize("name", ["log.key", "gateway.key", "store.db-wal"])
def test_an_open_file_is_found(deployment: Deployment, name: str) -> None:
    path = deployment.settings.data_dir / name
    path.write_bytes(bytes(32))
    path.chmod(0o640)
    assert find_codes(deployment, "files.folder") == ["file-open"]


def test_a_key_of_another_length_is_found(deployment: Deployment) -> None:
    (deployment.settings.data_dir / "log.key").write_bytes(b"short")
    assert find_codes(deployment, "files.folder") == ["key-length"]


def test_owners_are_compared(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    key = deployment.settings.data_dir / "log.key"
    owner = key.stat().st_uid
    assert list(check_file(key, owner)) == []
    assert [finding.code for finding in check_file(key, owner + 1)] == ["file-owner"]
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert find_codes(deployment, "files.folder") == ["folder-owner"]


def test_a_folder_that_is_not_there_yet(deployment: Deployment, tmp_path: Path) -> None:
    absent = change(deployment, data_dir=tmp_path / "absent")
    assert find_codes(absent, "files.folder") == ["folder-absent"]


def test_files_of_secrets_are_looked_at(deployment: Deployment, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("path", "token", "url")]
    for path in paths:
        path.write_text(SECRET)
        path.chmod(0o640)  # as systemd's credentials look, by their list of rights
    config = tmp_path / "heliograph.toml"
    config.write_text(
        f'root_file = "{tmp_path}/root.json"\n'
        f'[[providers]]\nname = "twilio"\npath_secret_file = "{paths[0]}"\n'
        f'auth_token_file = "{paths[1]}"\n'
    )
    config.chmod(0o644)
    given = replace(
        deployment, config=config, environ={"HELIOGRAPH_DATABASE_URL_FILE": str(paths[2])}
    )
    assert find_codes(given, "files.secrets") == []
    for path in paths:
        path.chmod(0o644)
        assert find_codes(given, "files.secrets") == ["secret-open"]
        path.chmod(0o600)


def test_secrets_inside_the_settings_count_too(deployment: Deployment, tmp_path: Path) -> None:
    config = tmp_path / "heliograph.toml"
    config.write_text(f'[[providers]]\nname = "twilio"\npath_secret = "{SECRET}"\n')
    config.chmod(0o644)
    assert find_codes(replace(deployment, config=config), "files.secrets") == ["secret-open"]
    config.chmod(0o600)
    assert find_codes(replace(deployment, config=config), "files.secrets") == []
    for environ in (
        {"HELIOGRAPH_PROVIDERS": json.dumps([{"name": "twilio", "path_secret": SECRET}])},
        {"HELIOGRAPH_DATABASE_URL": "sqlite:///x"},
        {"HELIOGRAPH_BLOB_S3_SECRET": SECRET},
    ):
        found = find_codes(replace(deployment, environ=environ), "files.secrets")
        assert found == ["secret-in-environment"]
