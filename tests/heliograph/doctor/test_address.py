"""Public addresses, providers, and what answers: real servers on loopback."""

import contextlib
import http.server
import threading
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from crypto.checkpoints import Checkpoint, make_log_signer, write_checkpoint
from crypto.notes import Note, sign, write_note
from heliograph.data_lock import lock_data
from heliograph.doctor.address import NoAnswer, fetch, judge_checkpoint, judge_url
from heliograph.doctor.deployment import Deployment
from heliograph.settings import ProviderSettings
from sms.registry import find_providers
from tests.app.running import LOG_SEED, PUBLIC, Place
from tests.heliograph.doctor.deployments import SECRET, change, find_codes

SIGNER = make_log_signer(LOG_SEED)


@pytest.fixture
def place(sqlite_place: Place) -> Place:
    """One database is enough: nothing here depends on which it is."""
    return sqlite_place


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://reports.example.org", ""),
        ("https://reports.example.org:8443", ""),
        ("http://abcdefghijklmnop.onion", ""),
        ("http://reports.example.org", "url-not-https"),
        ("http://10.0.0.1", "url-not-https"),
        ("http://127.0.0.1:8000", "url-loopback"),
        ("https://", "url-form"),
        ("https://user:word@reports.example.org", "url-form"),
        ("https://reports.example.org/?a", "url-form"),
        ("https://reports.example.org/heliograph", "url-path"),
    ],
)
def test_addresses(url: str, code: str) -> None:
    found = judge_url(url)
    assert found.code == code
    assert "word" not in found.says


def test_the_addresses_of_this_deployment(deployment: Deployment) -> None:
    assert find_codes(deployment, "address.form") == []
    twice = change(deployment, public_urls=(PUBLIC, PUBLIC))
    assert find_codes(twice, "address.form") == ["url-twice"]


def write(size: int, root: bytes) -> bytes:
    text = write_checkpoint(Checkpoint(SIGNER.name, size, root))
    return write_note(Note(text, (sign(SIGNER, text),)))


def test_checkpoints_that_are_answered() -> None:
    kept = {size: bytes((size,)) * 32 for size in (0, 5, 7, 9)}

    def judge(size: int, root: int) -> str:
        return judge_checkpoint(PUBLIC, (200, write(size, bytes((root,)) * 32)), kept).code

    assert judge(9, 9) == judge(7, 7) == ""  # one was signed since the answer
    assert judge(5, 5) == "service-stale"
    assert judge(9, 7) == judge(11, 11) == "service-other"
    assert judge_checkpoint(PUBLIC, (200, b"<html>"), kept).code == "service-other"
    assert judge_checkpoint(PUBLIC, (404, b""), kept).code == "service-other"
    assert judge_checkpoint(PUBLIC, (404, b""), {}).verdict == "ok"


def test_a_running_service_answers_with_its_own_log(place: Place, deployment: Deployment) -> None:
    with lock_data(deployment.settings.data_dir), place.open_server() as (host, port):
        here = change(deployment, host=host, port=port)
        assert find_codes(here, "address.answers") == []
        here.ask_public = True
        asked = change(here, public_urls=(f"http://{host}:{port}",))
        asked.ask_public = True
        assert find_codes(asked, "address.answers") == []
    assert find_codes(here, "address.answers")[0] == "service-not-seen"


class Answering(http.server.BaseHTTPRequestHandler):
    """Sends every request elsewhere, and notes which ones came."""

    seen: list[str] = []  # noqa: RUF012 -- one server a test

    def do_GET(self) -> None:
        self.seen.append(self.path)
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                while True:
                    self.wfile.write(b"x" * 4096)
            return
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def answering() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        Answering.seen.clear()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(20)


def test_no_redirect_is_followed_and_no_answer_is_endless(
    deployment: Deployment, answering: str
) -> None:
    elsewhere = change(deployment, public_urls=(answering,))
    elsewhere.ask_public = True
    assert find_codes(elsewhere, "address.answers") == ["service-not-seen", "service-silent"]
    assert "/elsewhere" not in Answering.seen
    with pytest.raises(NoAnswer):
        fetch(f"{answering}/slow")


def test_nobody_is_asked_unless_told(deployment: Deployment, answering: str) -> None:
    found = change(deployment, public_urls=(answering, PUBLIC, "http://abcdefghijklmnop.onion"))
    assert find_codes(found, "address.answers") == ["service-not-seen"]
    assert Answering.seen == []


def test_where_nothing_listens_nothing_answers() -> None:
    with pytest.raises(NoAnswer):
        fetch("http://127.0.0.1:1/healthz")


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"name": "africastalking-sms", "path_secret": SECRET}, []),
        ({"name": "twilio", "path_secret": SECRET}, ["provider-setup"]),
        ({"name": "twilio", "path_secret": SECRET, "auth_token": "t" * 32}, []),
        ({"name": "nobody", "path_secret": SECRET}, ["provider-setup"]),
        (
            {"name": "africastalking-sms", "path_secret": "0123456789abcdef"},
            ["provider-secret-length"],
        ),
        ({"name": "africastalking-sms", "path_secret": "ab" * 20}, ["provider-secret-weak"]),
        ({"name": "android-sms", "path_secret": SECRET}, ["provider-setup"]),
        (
            {"name": "android-sms", "path_secret": SECRET, "auth_token": "Ey6ECgOk"},
            ["provider-token-length"],
        ),
    ],
)
def test_providers(deployment: Deployment, given: dict[str, str], codes: list[str]) -> None:
    provider = ProviderSettings.model_validate(given)
    assert find_codes(change(deployment, providers=(provider,)), "providers.secrets") == codes


@pytest.mark.parametrize("name", find_providers())
def test_every_provider_can_be_set_up(deployment: Deployment, name: str) -> None:
    given = {"name": name, "path_secret": SECRET, "auth_token": "f" * 32}
    if not find_providers()[name].signed:
        del given["auth_token"]
    provider = ProviderSettings.model_validate(given)
    assert find_codes(change(deployment, providers=(provider,)), "providers.secrets") == []


def test_two_providers_with_one_secret(deployment: Deployment) -> None:
    provider = ProviderSettings(name="africastalking-sms", path_secret=SecretStr(SECRET))
    twice = change(deployment, providers=(provider, provider))
    assert find_codes(twice, "providers.secrets") == ["provider-setup"]
    assert find_codes(change(deployment, providers=()), "providers.secrets") == []
