"""`heliograph dev text` and `dial`, and that they refuse anywhere but in a development set-up."""

import json
import stat
from pathlib import Path

import httpx2
import pytest
import typer
from typer.testing import CliRunner

from heliograph.dev import commands
from heliograph.dev.errors import DevelopmentError
from heliograph.dev.providers import make_setups, read_setups
from heliograph.dev.switch import check_development

PUBLIC = "http://127.0.0.1:8000"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("HELIOGRAPH_DEVELOPMENT", "on")
    monkeypatch.setenv("HELIOGRAPH_SERVICE", PUBLIC)
    monkeypatch.setenv("HELIOGRAPH_DATA_DIR", str(tmp_path))
    make_setups(tmp_path / "dev")
    app = typer.Typer()
    commands.add_to(app)
    return app


@pytest.fixture
def posts(monkeypatch: pytest.MonkeyPatch) -> list[httpx2.Request]:
    """Every request that a command makes; the answers are those of a gateway."""
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        if "/twilio/" in request.url.path:
            return httpx2.Response(200, text="<Response><Message>Thanks</Message></Response>")
        if b"text=1%2A2" in request.content:
            return httpx2.Response(200, text="END Bye")
        return httpx2.Response(200, text="CON What is cut?\n1. All")

    real = httpx2.AsyncClient
    monkeypatch.setattr(
        commands.httpx2,
        "AsyncClient",
        lambda **given: real(transport=httpx2.MockTransport(answer), **given),
    )
    return seen


def test_text_prints_the_reply(app: typer.Typer, posts: list[httpx2.Request]) -> None:
    done = CliRunner().invoke(app, ["text", "NET D3", "--from", "+15550100007"])
    assert (done.exit_code, done.stdout) == (0, "Thanks\n")
    (post,) = posts
    assert post.headers["x-twilio-signature"]
    assert b"From=%2B15550100007" in post.content


def test_text_without_a_reply_says_so(app: typer.Typer, posts: list[httpx2.Request]) -> None:
    done = CliRunner().invoke(app, ["text", "NET D3", "--provider", "africas-talking"])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "No reply" in done.stderr
    assert b"from=%2B999" in posts[0].content


def test_text_as_json(app: typer.Typer, posts: list[httpx2.Request]) -> None:
    done = CliRunner().invoke(app, ["text", "NET D3", "--json"])
    assert json.loads(done.stdout) == {"replies": ["Thanks"]}


def test_an_unknown_provider_is_told(app: typer.Typer, posts: list[httpx2.Request]) -> None:
    done = CliRunner().invoke(app, ["text", "x", "--provider", "pigeon"])
    assert isinstance(done.exception, DevelopmentError)
    assert done.exception.code == "provider-unknown"
    assert posts == []


def test_dial_prints_every_screen(app: typer.Typer, posts: list[httpx2.Request]) -> None:
    done = CliRunner().invoke(app, ["dial", "*384*555#", "1", "2"])
    assert done.exit_code == 0
    screens = "What is cut?\n1. All\n\n> 1\n\nWhat is cut?\n1. All\n\n> 2\n\nBye\n"
    assert done.stdout == screens
    assert len(posts) == 3


def test_an_open_session_is_hung_up(app: typer.Typer, posts: list[httpx2.Request]) -> None:
    done = CliRunner().invoke(app, ["dial", "*384*555#", "1", "--json"])
    assert [screen["open"] for screen in json.loads(done.stdout)["screens"]] == [True, True]
    assert b"status=Incomplete" in posts[-1].content


def test_inputs_after_the_end_are_told(app: typer.Typer, posts: list[httpx2.Request]) -> None:
    done = CliRunner().invoke(app, ["dial", "*384*555#", "1", "2", "3"])
    assert isinstance(done.exception, DevelopmentError)
    assert done.exception.code == "session-over"
    assert "Bye" in done.stdout


@pytest.mark.parametrize("words", [["text", "x"], ["dial", "*1#"]])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HELIOGRAPH_DEVELOPMENT", ""),
        ("HELIOGRAPH_DEVELOPMENT", "true"),
        ("HELIOGRAPH_SERVICE", "http://192.0.2.1:8000"),
        ("HELIOGRAPH_SERVICE", "http://127.0.0.1.example:8000"),
        ("HELIOGRAPH_SERVICE", "https://service.example"),
    ],
)
def test_they_refuse_outside_of_a_development_set_up(
    app: typer.Typer,
    posts: list[httpx2.Request],
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    name: str,
    value: str,
) -> None:
    monkeypatch.setenv(name, value)
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, DevelopmentError)
    assert done.exception.code == "development-only"
    assert posts == []


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8000", "http://127.9.9.9", "http://[::1]:1", "http://localhost"]
)
def test_loopback_addresses_are_taken(address: str) -> None:
    check_development(address, {"HELIOGRAPH_DEVELOPMENT": "on"})


@pytest.mark.parametrize("address", ["", "http://[", "http://2130706433", "http://0.0.0.0:8000"])
def test_other_addresses_are_not(address: str) -> None:
    with pytest.raises(DevelopmentError):
        check_development(address, {"HELIOGRAPH_DEVELOPMENT": "on"})


def test_secrets_are_random_kept_and_closed_to_others(tmp_path: Path) -> None:
    first, second = make_setups(tmp_path / "a"), make_setups(tmp_path / "b")
    assert make_setups(tmp_path / "a") == first == read_setups(tmp_path / "a")
    assert first != second
    assert len({setup.path_secret.get_secret_value() for setup in first + second}) == 6
    assert stat.S_IMODE((tmp_path / "a" / "providers.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [None, b"", b"[]", b"{}", b'{"twilio": 1}', b"\xff"])
def test_a_set_up_that_is_not_whole_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "providers.json").write_bytes(content)
    with pytest.raises(DevelopmentError) as caught:
        read_setups(tmp_path)
    assert caught.value.code == "development-missing"
