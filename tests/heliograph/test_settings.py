"""Settings: environment over file, secrets from files, unknown names refused, values never told."""

from pathlib import Path

import pytest

from app.piece_bucket import PieceBucket
from app.piece_files import PieceFiles
from heliograph.errors import SettingsError
from heliograph.serve import choose_pieces
from heliograph.settings import Settings
from heliograph.settings_loading import load_settings

SECRET = "a-path-secret-of-30-characters"


def test_defaults_are_one_machine_on_loopback() -> None:
    settings = load_settings(None, {})
    assert settings.loopback
    assert settings.store_url == "sqlite:///var/store.db"
    assert settings.root_file is None
    assert not settings.development


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "heliograph.toml"
    config.write_text("port = 9000\n[limits]\nqueue_requests = 7\n")
    monkeypatch.setenv("HELIOGRAPH_PORT", "9001")
    settings = load_settings(config)
    assert (settings.port, settings.limits.queue_requests) == (9001, 7)


def test_providers_take_their_secrets_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    config = tmp_path / "heliograph.toml"
    config.write_text(
        f'[[providers]]\nname = "twilio"\npath_secret_file = "{tmp_path / "secret"}"\n'
        'auth_token = "token"\ncountry = "KE"\n'
    )
    (provider,) = load_settings(config, {}).providers
    assert provider.path_secret.get_secret_value() == SECRET
    assert SECRET not in repr(provider)


def test_providers_may_stand_in_the_environment_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAPH_PROVIDERS", f'[{{"name": "twilio", "path_secret": "{SECRET}"}}]')
    assert load_settings(None).providers[0].name == "twilio"


def test_the_database_address_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("sqlite:///elsewhere.db\n")
    settings = load_settings(None, {"HELIOGRAPH_DATABASE_URL_FILE": str(tmp_path / "url")})
    assert settings.store_url == "sqlite:///elsewhere.db"


def test_the_settings_file_may_name_that_file_as_it_does_a_provider_s(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("sqlite:///elsewhere.db\n")
    (tmp_path / "other").write_text("sqlite:///other.db\n")
    config = tmp_path / "heliograph.toml"
    config.write_text(f'database_url_file = "{tmp_path / "url"}"\n')
    assert load_settings(config, {}).store_url == "sqlite:///elsewhere.db"
    environ = {"HELIOGRAPH_DATABASE_URL_FILE": str(tmp_path / "other")}
    assert load_settings(config, environ).store_url == "sqlite:///other.db"


@pytest.mark.parametrize(
    ("environ", "toml", "code"),
    [
        ({"HELIOGRAPH_PROT": "1"}, "", "setting-unknown"),
        ({}, "prot = 1", "setting-invalid"),
        ({}, "port = 'canary'", "setting-invalid"),
        ({}, "services = ['https://canary.example']", "settings-of-gateway"),
        ({}, "public_urls = ['http://canary/']", "setting-invalid"),
        ({}, "public_urls = ['canary']", "setting-invalid"),
        ({}, "[limits]\nqueue_request = 7", "setting-invalid"),
        ({}, "not toml: canary", "settings-file"),
        ({}, "providers = ['canary']", "setting-invalid"),
        ({}, "[[providers]]\nname = 'x'\npath_secret = 'short-canary'", "setting-invalid"),
        ({}, "[[providers]]\nname = 'x'\npath_secret_file = '/canary'", "secret-file"),
        ({"HELIOGRAPH_DATABASE_URL_FILE": "/canary"}, "", "secret-file"),
        ({}, "database_url_file = '/canary'", "secret-file"),
    ],
)
def test_what_is_wrong_is_named_and_never_told(
    tmp_path: Path, environ: dict[str, str], toml: str, code: str
) -> None:
    config = tmp_path / "heliograph.toml"
    config.write_text(toml)
    with pytest.raises(SettingsError) as caught:
        load_settings(config, environ)
    assert caught.value.code == code
    assert "canary" not in str(caught.value)


BUCKET = 'blob_s3_bucket = "blobs"\nblob_s3_key_id = "id"\n'


def test_the_bucket_of_the_blobs_takes_its_key_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET + "\n")
    config = tmp_path / "heliograph.toml"
    config.write_text(BUCKET)
    environ = {"HELIOGRAPH_BLOB_S3_SECRET_FILE": str(tmp_path / "key")}
    settings = load_settings(config, environ)
    assert settings.blob_s3_secret is not None
    assert settings.blob_s3_secret.get_secret_value() == SECRET
    assert SECRET not in repr(settings)
    assert isinstance(choose_pieces(settings), PieceBucket)
    assert isinstance(choose_pieces(Settings()), PieceFiles)


@pytest.mark.parametrize(
    "toml",
    [
        BUCKET,  # no key
        'blob_s3_secret = "canary"',
        'blob_s3_endpoint = "https://canary.example"',
        BUCKET + 'blob_s3_secret = "canary"\nblob_dir = "canary"',
    ],
)
def test_settings_of_blobs_that_do_not_go_together(tmp_path: Path, toml: str) -> None:
    config = tmp_path / "heliograph.toml"
    config.write_text(toml)
    with pytest.raises(SettingsError) as caught:
        load_settings(config, {})
    assert caught.value.code == "setting-invalid"
    assert "blob_s3_" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_broken_json_in_the_environment_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELIOGRAPH_PROVIDERS", "{canary")
    with pytest.raises(SettingsError) as caught:
        load_settings(None)
    assert "canary" not in str(caught.value)


def test_settings_are_frozen_and_say_what_they_are() -> None:
    for field in Settings.model_fields.values():
        assert field.description
    with pytest.raises(ValueError, match="frozen"):
        load_settings(None, {}).port = 1  # type: ignore[misc]
