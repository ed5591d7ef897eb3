"""The composition root: what it refuses to start with, what it makes, what it mounts."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from crypto.checkpoints import make_log_signer
from crypto.notes import write_key
from heliograph.errors import DevelopmentRefused, OperatorError, SettingsError
from heliograph.listening import FATAL_STATUS
from heliograph.migrate import migrate_store
from heliograph.roots import refuse_development
from heliograph.serve import assemble, run_service
from heliograph.settings import ProviderSettings, Settings
from tests.coalition import make_coalition

SECRET = "a-path-secret-of-30-characters"


def make_settings(tmp_path: Path, **given: Any) -> Settings:
    """Settings of a service in a folder of its own."""
    return Settings(data_dir=tmp_path / "var", port=0, **given)


def pin(tmp_path: Path, root: bytes) -> Path:
    """A root file on disk."""
    path = tmp_path / "root.json"
    path.write_bytes(root)
    return path


async def ask(settings: Settings, method: str, path: str, **given: Any) -> httpx2.Response:
    """One request to an assembled service whose lifespan runs."""
    migrate_store(settings)
    parts = assemble(settings)
    await parts.store.start()
    try:
        transport = httpx2.ASGITransport(app=parts.service)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **given)
    finally:
        await parts.store.stop()


def test_a_development_root_is_refused_outside_of_development(tmp_path: Path) -> None:
    root = pin(tmp_path, make_coalition(development=True).root)
    with pytest.raises(DevelopmentRefused):
        run_service(make_settings(tmp_path, root_file=root))


def test_a_development_root_is_refused_on_an_address_that_others_reach(tmp_path: Path) -> None:
    root = pin(tmp_path, make_coalition(development=True).root)
    settings = make_settings(tmp_path, root_file=root, development=True, host="0.0.0.0")
    with pytest.raises(DevelopmentRefused):
        refuse_development(settings)
    loopback = settings.model_copy(update={"host": "127.0.0.1"})
    refuse_development(loopback)
    behind_a_proxy = loopback.model_copy(update={"public_urls": ("https://reports.example.org",)})
    with pytest.raises(DevelopmentRefused):
        refuse_development(behind_a_proxy)


def test_a_real_root_needs_no_switch(tmp_path: Path) -> None:
    root = pin(tmp_path, make_coalition(development=False).root)
    refuse_development(make_settings(tmp_path, root_file=root, host="0.0.0.0"))


@pytest.mark.parametrize("content", [b"", b"{}", b"not a root"])
def test_a_root_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SettingsError) as caught:
        refuse_development(make_settings(tmp_path, root_file=pin(tmp_path, content)))
    assert caught.value.code == "root-file"


def test_a_root_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        run_service(make_settings(tmp_path, root_file=tmp_path / "absent"))
    assert caught.value.code == "root-file"


def test_without_a_pinned_root_no_keyring_is_accepted(tmp_path: Path) -> None:
    answer = asyncio.run(
        ask(
            make_settings(tmp_path),
            "POST",
            "/v1/keyring",
            content=make_coalition(development=False).bundle,
            headers={"content-type": "application/cbor"},
        )
    )
    assert answer.status_code == 403
    assert answer.json()["code"] == "keyring-not-accepted"


def test_the_simulator_is_not_mounted_by_serve(tmp_path: Path) -> None:
    answer = asyncio.run(ask(make_settings(tmp_path, development=True), "GET", "/dev/phone"))
    assert answer.status_code == 404


def test_a_gateway_without_a_keyring_takes_nothing_and_says_so(tmp_path: Path) -> None:
    provider = ProviderSettings(
        name="africastalking-sms", path_secret=SecretStr(SECRET), country="KE"
    )
    answer = asyncio.run(
        ask(
            make_settings(tmp_path, providers=(provider,)),
            "POST",
            f"/hooks/africastalking-sms/{SECRET}",
            data={"id": "1", "from": "+9990000001", "to": "+15550100001", "text": "canary"},
        )
    )
    assert answer.status_code == 503
    assert answer.json()["code"] == "gateway-no-keyring"
    assert "canary" not in answer.text
    key = tmp_path / "var" / "gateway.key"
    assert len(key.read_bytes()) == 32
    assert key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "nobody", "path_secret": SECRET}, "provider-unknown"),
        ({"name": "twilio", "path_secret": SECRET}, "provider-token-missing"),
        ({"name": "africastalking-sms", "path_secret": "?" * 20}, "provider-secret-short"),
    ],
)
def test_a_provider_that_cannot_work_stops_the_start(
    tmp_path: Path, given: dict[str, Any], code: str
) -> None:
    provider = ProviderSettings.model_validate(given)
    with pytest.raises(SettingsError) as caught:
        assemble(make_settings(tmp_path, providers=(provider,)))
    assert caught.value.code == code


def test_texts_are_deleted_at_twilio_only_where_an_account_is_named(tmp_path: Path) -> None:
    file = tmp_path / "var" / "deletions.db"
    for account in (None, "AC" + "a" * 32):
        provider = ProviderSettings(
            name="twilio",
            path_secret=SecretStr(SECRET),
            auth_token=SecretStr("token"),
            account_sid=account,
        )
        settings = make_settings(tmp_path, providers=(provider,))
        migrate_store(settings)
        with TestClient(assemble(settings).service):
            assert file.exists() == (account is not None)
    assert file.stat().st_mode & 0o077 == 0


def test_a_database_that_nobody_knows_stops_the_start(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, database_url=SecretStr("canary://user:word@host/db"))
    with pytest.raises(OperatorError) as caught:
        migrate_store(settings)
    assert caught.value.code == "migration-failed"
    assert "canary" not in str(caught.value)
    with pytest.raises(SettingsError) as caught:
        assemble(settings)
    assert caught.value.code == "database-unknown"


def test_a_database_that_is_away_is_told_apart_and_its_address_is_not_told(tmp_path: Path) -> None:
    url = "postgresql://canary:canary@127.0.0.1:1/canary"  # nobody listens there
    with pytest.raises(OperatorError) as caught:
        migrate_store(make_settings(tmp_path, database_url=url))
    assert caught.value.code == "database-away"
    assert "canary" not in str(caught.value)


def test_problems_of_hooks_and_of_the_service_look_alike(tmp_path: Path) -> None:
    provider = ProviderSettings(name="africastalking-sms", path_secret=SecretStr(SECRET))
    settings = make_settings(tmp_path, providers=(provider,))
    elsewhere = asyncio.run(ask(settings, "POST", "/nowhere"))
    hook = asyncio.run(ask(settings, "POST", "/hooks/africastalking-sms/" + "x" * 30))
    assert hook.status_code == elsewhere.status_code == 404
    first, second = json.loads(hook.text), json.loads(elsewhere.text)
    assert first.pop("incident") != second.pop("incident")
    assert first == second
    assert dict(hook.headers).keys() == dict(elsewhere.headers).keys()


def test_the_log_has_one_key_for_good(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    keys = [asyncio.run(ask(settings, "GET", "/v1/log/key")).text for _start in range(2)]
    assert keys[0] == keys[1]
    assert keys[0].startswith("heliograph/log/")
    file = tmp_path / "var" / "log.key"
    assert len(file.read_bytes()) == 32
    assert file.stat().st_mode & 0o077 == 0
    file.write_bytes(b"short")
    with pytest.raises(SettingsError) as caught:
        assemble(settings)
    assert caught.value.code == "log-key"
    file.unlink()
    file.mkdir()
    with pytest.raises(SettingsError):
        assemble(settings)


def test_a_log_key_that_is_named_must_be_there(tmp_path: Path) -> None:
    """Services on one database share it: one that made its own would sign another log."""
    shared = tmp_path / "shared.key"
    settings = make_settings(tmp_path, log_key_file=shared)
    with pytest.raises(SettingsError) as caught:
        assemble(settings)
    assert caught.value.code == "log-key"
    assert not shared.exists()
    shared.write_bytes(bytes(32))
    key = asyncio.run(ask(settings, "GET", "/v1/log/key")).text
    assert key == write_key(make_log_signer(bytes(32)).key) + "\n"


def test_the_end_comes_also_where_nothing_can_be_written() -> None:
    """What takes our words may lie on the disk that failed."""
    program = (
        "import sys; from heliograph.listening import end_at_once; "
        "sys.stderr = open('/dev/full', 'w'); end_at_once('store-io-error')"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=120)
    assert done.returncode == FATAL_STATUS
