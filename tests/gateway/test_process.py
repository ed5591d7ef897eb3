"""`heliograph gateway` as an operator runs it: a service away, a stop, no keyring, 128 MB."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from crypto.choosing import sealing_key
from crypto.envelope import Kind
from crypto.sealed_sms import write_texts
from crypto.sealing import seal_for_sms
from heliograph.errors import DevelopmentRefused, OperatorError, SettingsError
from heliograph.gateway import process
from heliograph.gateway.settings import GatewaySettings
from heliograph.settings_loading import load
from reports.codec import encode
from tests.coalition import make_coalition
from tests.conftest import ROOT
from tests.gateway.load import Texts, check, write_text
from tests.gateway.places import make_post, send_text
from tests.nursery import run_loaded

MIB = 1 << 20
MEMORY = 128 * MIB


def run_status(post) -> dict[str, object]:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HELIOGRAPH_DATA_DIR": str(post.folder / "gateway"),
        "HELIOGRAPH_SERVICES": json.dumps([post.service_url]),
    }
    done = run_loaded(("heliograph", "gateway", "--status", "--json"), environ, timeout=300)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_texts_are_taken_while_the_service_is_away(tmp_path: Path) -> None:
    """Then a stop that cannot drain, another start, and all of it arrives. In 128 MB."""
    with make_post(tmp_path, drain_seconds="0.2") as post:
        gateway = post.start_gateway()
        texts = Texts(post, senders=8)
        with texts.running():
            texts.wait_for(300)
        acknowledged = len(texts.acknowledged)
        waiting = post.count_waiting()
        assert waiting >= acknowledged
        assert run_status(post) == {"waiting": waiting, "refused": {}, "deletions": 0}
        peak = gateway.read_peak_memory()
        gateway.stop()
        assert gateway.process.returncode == 0
        assert f"code=gateway-stopped count={waiting}" in gateway.read_output()
        assert "code=network-down" in gateway.read_output()
        assert post.count_waiting() == waiting

        service = post.start_service(loaded=True)  # the gateway's memory is what is measured
        gateway = post.start_gateway()
        post.wait_forwarded()
        httpx2.get(post.service_url + "/healthz", trust_env=False).raise_for_status()
        peak = max(peak, gateway.read_peak_memory())
        gateway.stop()
        service.stop()
        assert check(post, texts) >= acknowledged
        disk = b"".join(path.read_bytes() for path in (post.folder / "gateway").iterdir())
        assert b"canary" not in disk
        assert b"+999" not in disk
        assert "canary" not in gateway.read_output()
    assert peak < MEMORY, f"{peak / MIB:.0f} MiB"


def test_a_stop_empties_the_outbox(tmp_path: Path) -> None:
    """What came a moment before the stop is forwarded, however long it would have been gathered."""
    with make_post(tmp_path, loaded=True, forward_seconds="3600", drain_seconds="60") as post:
        service = post.start_service()
        gateway = post.start_gateway()
        with httpx2.Client(trust_env=False, timeout=60) as client:
            assert client.get(post.gateway_url + "/healthz").json() == {"status": "ok"}
            assert client.get(post.gateway_url + "/readyz").json() == {"status": "ok"}
            for path in ("/", "/v1/envelopes", "/hooks/", "/metrics"):
                assert client.get(post.gateway_url + path).json()["code"] == "not-found"
            for number in range(5):
                assert send_text(client, post.gateway_url, number, write_text(number)).is_success
            assert post.count_waiting() == 5
        gateway.process.send_signal(signal.SIGTERM)
        gateway.process.wait(60)
        assert gateway.process.returncode == 0
        assert "code=gateway-stopped count=0" in gateway.read_output()
        service.stop()
        raws = sorted(report["raw"] for report in post.read_reports())
        assert raws == sorted(map(write_text, range(5)))
        with sqlite3.connect(post.outbox) as db:
            assert db.execute("SELECT count(*) FROM message_key").fetchone() == (5,)
        db.close()


def test_a_sealed_text_in_parts_arrives_as_its_envelope(tmp_path: Path) -> None:
    """Shuffled, doubled, and with a restart of the gateway in the middle of them."""
    with make_post(tmp_path, loaded=True) as post:
        key = sealing_key(post.coalition.keyring, "app-sms", post.coalition.now)
        content = encode({"chan": "app-sms", "raw": "canary " * 40}, key.epoch_start)
        envelope = seal_for_sms(key, Kind.REPORT, bytes(8), content)
        parts = write_texts(envelope)
        assert len(parts) > 2
        service = post.start_service()
        sent = [*parts[1:], parts[1], parts[0], *parts]
        for first, some in ((0, sent[:2]), (2, sent[2:])):
            gateway = post.start_gateway()
            with httpx2.Client(trust_env=False, timeout=60) as client:
                for number, text in enumerate(some, first):
                    assert send_text(client, post.gateway_url, number, text).is_success
            gateway.stop()
        service.stop()
        assert [report["raw"] for report in post.read_reports()] == ["canary " * 40]


def test_without_a_keyring_nothing_is_taken_until_the_service_gives_one(tmp_path: Path) -> None:
    with make_post(tmp_path, loaded=True, keyring_file="") as post:
        gateway = post.start_gateway()
        with httpx2.Client(trust_env=False, timeout=60) as client:
            answer = send_text(client, post.gateway_url, 1, write_text(1))
            assert (answer.status_code, answer.json()["code"]) == (503, "gateway-no-keyring")
            assert client.get(post.gateway_url + "/readyz").status_code == 503
            assert client.get(post.gateway_url + "/healthz").status_code == 200
            gateway.stop()
            service = post.start_service()
            client.post(
                post.service_url + "/v1/keyring",
                content=post.coalition.bundle,
                headers={"content-type": "application/cbor"},
            ).raise_for_status()
            gateway = post.start_gateway()
            for _attempt in range(600):
                answer = send_text(client, post.gateway_url, 1, write_text(1))
                if answer.is_success:
                    break
            assert answer.status_code == 200
        gateway.stop()
        service.stop()
        assert (post.folder / "gateway" / "keyring.bundle").stat().st_mode & 0o077 == 0
        assert [report["raw"] for report in post.read_reports()] == [write_text(1)]


def make_settings(tmp_path: Path, **given: object) -> GatewaySettings:
    return GatewaySettings(
        data_dir=tmp_path / "var", port=0, services=("http://127.0.0.1:9",), **given
    )


def test_it_needs_a_root_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        process.run_gateway(make_settings(tmp_path))
    assert caught.value.code == "gateway-root"


def test_a_development_root_may_forward_to_this_machine_alone(tmp_path: Path) -> None:
    root = tmp_path / "root.json"
    root.write_bytes(make_coalition(development=True).root)
    settings = make_settings(tmp_path, root_file=root, development=True).model_copy(
        update={"services": ("https://reports.example",)}
    )
    with pytest.raises(DevelopmentRefused):
        process.run_gateway(settings)
    with pytest.raises(DevelopmentRefused):
        process.run_gateway(make_settings(tmp_path, root_file=root))


def test_envelopes_may_not_go_in_clear(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        process._make_clients(["https://reports.example", "http://reports.example"])
    assert caught.value.code == "gateway-service-address"


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({}, "setting-invalid"),  # no service is named
        ({"HELIOGRAPH_SERVICES": "[]"}, "setting-invalid"),
        ({"HELIOGRAPH_SERVICES": '["https://a.example"]', "HELIOGRAPH_BLOB_DIR": "x"},
         "setting-unknown"),
        ({"HELIOGRAPH_SERVICES": '["https://a.example"]', "HELIOGRAPH_DATABASE_URL_FILE": "x"},
         "setting-unknown"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], code: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(OperatorError) as caught:
        load(GatewaySettings, None)
    assert caught.value.code == code


def test_only_a_gateway_is_loaded_for_a_gateway() -> None:
    program = (
        "import sys; from heliograph.command import make_command; make_command('gateway')\n"
        "import heliograph.gateway.process\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for big in ("fastapi", "sqlalchemy", "sqlmodel", "alembic", "keyholder"):
        assert f"'{big}'" not in done.stdout
