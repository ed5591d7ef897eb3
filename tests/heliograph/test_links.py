"""Links from the settings: read whole or refused, and at work beside the service."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from heliograph.errors import SettingsError
from heliograph.link_settings import ModemSettings, SmppSettings
from heliograph.links import make_links
from heliograph.migrate import migrate_store
from heliograph.serve import assemble
from heliograph.settings import Settings
from heliograph.settings_loading import load_settings
from sms.contract import Line
from sms.links.smpp import SmppLink
from sms.user_data import Alphabet
from tests.coalition import make_coalition
from tests.smsc import UNBIND, running_smsc, write_body

SMSC = {"host": "smsc.example", "system_id": "esme", "password": "geheim"}


def test_links_take_their_secrets_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("geheim\n")
    config = tmp_path / "heliograph.toml"
    config.write_text(
        '[[smpp_links]]\nhost = "smsc.example"\nsystem_id = "esme"\n'
        f'password_file = "{tmp_path / "secret"}"\ndefault_alphabet = "latin-1"\ncountry = "KE"\n'
        '[[modems]]\ndevice = "/dev/ttyUSB0"\nlanguages = ["sw"]\n'
    )
    settings = load_settings(config, {})
    assert "geheim" not in repr(settings)
    smpp, modem = make_links(settings.smpp_links, settings.modems)
    assert isinstance(smpp, SmppLink)
    assert (smpp._access.password, smpp._access.alphabet) == ("geheim", Alphabet.LATIN_1)
    assert (smpp.setup.line, modem.setup.line) == (Line("KE"), Line(None, ("sw",)))
    assert (smpp.name, modem.name) == ("smpp", "modem")


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "nine-long"},
        {"system_id": "sixteen-long-ids"},
        {"default_alphabet": "ucs-2"},
        {"port": 0},
        {"prot": 2775},
        {"password_file": "/no/such/file"},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any], tmp_path: Path) -> None:
    config = tmp_path / "heliograph.toml"
    lines = [f"{name} = {json.dumps(value)}" for name, value in {**SMSC, **wrong}.items()]
    config.write_text("\n".join(["[[smpp_links]]", *lines]))
    with pytest.raises(SettingsError) as caught:
        load_settings(config, {})
    assert "geheim" not in str(caught.value)


def test_certificates_that_are_none(tmp_path: Path) -> None:
    settings = SmppSettings(**SMSC, tls=True, tls_ca_file=str(tmp_path / "none.pem"))
    with pytest.raises(SettingsError) as caught:
        make_links([settings], [])
    assert caught.value.code == "link-tls"
    (link,) = make_links([SmppSettings(**SMSC, tls=True)], [])
    assert isinstance(link, SmppLink)
    assert link._access.tls is not None
    assert link._access.tls.check_hostname


def test_a_modem_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sms.links.modem", None)
    with pytest.raises(SettingsError) as caught:
        make_links([], [ModemSettings(device="/dev/null")])
    assert caught.value.code == "link-gammu"


def test_links_are_at_work_while_the_service_is(tmp_path: Path) -> None:
    """Without any provider, too: the service takes a text from the SMSC into its store."""
    coalition = make_coalition()
    root = tmp_path / "root.json"
    root.write_bytes(coalition.root)

    with running_smsc() as smsc:
        smsc.send(write_body(b"NET D3"))
        link = SmppSettings(host="127.0.0.1", port=smsc.port, system_id="esme", password="pw")
        settings = Settings(data_dir=tmp_path / "var", port=0, root_file=root, smpp_links=(link,))
        migrate_store(settings)
        parts = assemble(settings)
        with TestClient(parts.service) as client:
            assert client.portal is not None
            client.portal.call(parts.keyrings.accept, coalition.bundle)
            smsc.wait_accepted()
            assert client.post("/hooks/twilio/x").status_code == 404
        smsc.wait(lambda: UNBIND in smsc.commands)
        assert len(smsc.binds) == 1


def test_tls_to_an_smsc_that_speaks_none(tmp_path: Path) -> None:
    """It is refused, and nothing is left open."""
    with running_smsc() as smsc, socket.socket():
        settings = SmppSettings(
            host="127.0.0.1", port=smsc.port, system_id="esme", password="pw", tls=True
        )
        (link,) = make_links([settings], [])
        assert isinstance(link, SmppLink)
        session = link._open()
        with pytest.raises(OSError):
            session.connect()
        session.close()
        assert not smsc.binds
