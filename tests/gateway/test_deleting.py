"""A text that came by Twilio's webhook is deleted at Twilio: from the webhook to the API."""

import asyncio
import json
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
from pydantic import SecretStr
from twilio.request_validator import RequestValidator

from heliograph.deleting import NAME, make_deleting
from heliograph.errors import SettingsError
from heliograph.hooks import make_gateway, make_hooks
from heliograph.settings import ProviderSettings, Settings
from sms import deletion_job
from sms.deletions import count_deletions
from tests.coalition import Coalition, make_coalition
from tests.sms.sinks import FakeSink
from tests.sms.test_deletions import ACCOUNT, TOKEN, name_message, run_twilio

SECRET = "path-secret-for-tests-only"
PUBLIC = "https://texts.example"


@pytest.fixture(scope="module")
def coalition() -> Coalition:
    return make_coalition()


def make_settings(tmp_path: Path, account: str | None = ACCOUNT) -> Settings:
    provider = ProviderSettings(
        name="twilio",
        path_secret=SecretStr(SECRET),
        auth_token=SecretStr(TOKEN),
        account_sid=account,
    )
    return Settings(data_dir=tmp_path, public_urls=(PUBLIC,), providers=(provider,))


def sign_text() -> tuple[str, dict[str, str], str]:
    """Path, headers and body of a text as Twilio sends it."""
    path = f"/hooks/twilio/{SECRET}"
    fields = {
        "MessageSid": name_message(1),
        "AccountSid": ACCOUNT,
        "From": "+9990000001",
        "To": "+15550100001",
        "Body": "canary",
    }
    signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, fields)
    headers = {
        "x-twilio-signature": signature,
        "content-type": "application/x-www-form-urlencoded",
    }
    return path, headers, urlencode(fields)


def test_from_the_webhook_to_the_api(
    tmp_path: Path, coalition: Coalition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion_job, "FIRST_SECONDS", 0.0)
    sink = FakeSink()

    async def test(url: str) -> None:
        settings = make_settings(tmp_path)
        deleting = make_deleting(settings, on_fatal=lambda _code: None, url=url)
        assert deleting is not None
        gateway = make_gateway(
            settings, sink=sink, keyring=lambda: coalition.keyring, forget=deleting.note
        )
        hooks = make_hooks(settings, gateway)
        path, headers, body = sign_text()
        async with (
            deleting.run(),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(hooks), base_url=PUBLIC) as client,
        ):
            answer = await client.post(path, content=body, headers=headers)
            assert answer.status_code == 200
            async with asyncio.timeout(60):
                while count_deletions(tmp_path / NAME):  # noqa: ASYNC110 -- another process's view
                    await asyncio.sleep(0.01)

    with run_twilio() as fake:
        fake.messages = {name_message(1), name_message(2)}
        asyncio.run(test(fake.url))
        assert fake.messages == {name_message(2)}
    assert len(sink.envelopes) == 1
    assert b"canary" not in (tmp_path / NAME).read_bytes()


def test_nothing_is_made_where_no_account_is_named(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, account=None)
    assert make_deleting(settings, on_fatal=lambda _code: None) is None
    assert not (tmp_path / NAME).exists()


def test_a_file_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    async def test() -> None:
        deleting = make_deleting(make_settings(tmp_path), on_fatal=lambda _code: None)
        assert deleting is not None
        async with deleting.run():
            pass

    (tmp_path / NAME).write_text(json.dumps("no database") * 1000)
    with pytest.raises(SettingsError) as caught:
        asyncio.run(test())
    assert caught.value.code == "outbox-damaged"
