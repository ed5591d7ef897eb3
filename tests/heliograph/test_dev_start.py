"""`heliograph dev serve`, before it serves: what a first start says and makes."""

import socket
from pathlib import Path

import pytest

from heliograph.dev import start
from heliograph.errors import OperatorError


class Begun(Exception):
    """Stands for all that comes after."""


def test_a_port_that_is_taken_is_told_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first start makes keys for a good while; another program on port 8000 is not rare."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("HELIOGRAPH_PORT", str(other.getsockname()[1]))
        monkeypatch.setenv("HELIOGRAPH_DATA_DIR", str(tmp_path / "var"))
        with pytest.raises(OperatorError) as caught:
            start.serve(workbench=False)
    assert caught.value.code == "address-in-use"
    assert "HELIOGRAPH_PORT" in str(caught.value)
    assert not (tmp_path / "var" / "dev").exists()


def test_port_0_is_a_port_of_the_kernels_that_the_coalition_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []

    def prepare(_folder: Path, address: str, **_given: object) -> None:
        told.append(address)
        raise Begun

    monkeypatch.setattr(start, "prepare_coalition", prepare)
    monkeypatch.setenv("HELIOGRAPH_PORT", "0")
    monkeypatch.setenv("HELIOGRAPH_DATA_DIR", str(tmp_path / "var"))
    with pytest.raises(Begun):
        start.serve(workbench=False)
    assert told
    assert int(told[0].removeprefix("http://127.0.0.1:")) > 0
    assert "First start" in capsys.readouterr().err
