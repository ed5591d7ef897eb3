"""The registry finds every provider, and every provider has its fixtures and its contract."""

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import sms.providers
from sms.errors import SetupError
from sms.registry import collect_providers, find_providers
from tests.sms.provider_contract import FIXTURES
from tests.sms.suites import load_suite


def test_the_providers_of_this_gateway_are_found() -> None:
    found = find_providers()
    assert {"africastalking-sms", "africastalking-ussd", "twilio"} <= found.keys()
    assert list(found) == sorted(found)
    assert all(name == provider.name for name, provider in found.items())


@pytest.mark.parametrize("name", find_providers())
def test_every_provider_has_fixtures_and_inherits_the_contract(name: str) -> None:
    folder = FIXTURES / name
    requests = {path.stem for path in folder.glob("*.http")}
    assert requests
    assert requests == {path.stem for path in folder.glob("*.json")}
    assert load_suite(name).name == name


def test_no_fixtures_are_left_without_a_provider() -> None:
    folders = {path.name for path in FIXTURES.iterdir() if path.name != "__pycache__"}
    assert folders == set(find_providers())


def test_a_new_module_is_all_a_new_provider_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = find_providers()
    (tmp_path / "owl.py").write_text(
        "class Owl:\n    name = 'owl'\n    signed = replies = False\n    tail = ''\n"
        "PROVIDERS = (Owl(),)\n"
    )
    monkeypatch.setattr(sms.providers, "__path__", [*sms.providers.__path__, str(tmp_path)])
    found = find_providers()
    monkeypatch.delitem(sys.modules, "sms.providers.owl")
    assert list(found) == sorted([*before, "owl"])


def test_two_providers_of_one_name_are_refused() -> None:
    module: Any = ModuleType("twins")
    module.PROVIDERS = (SimpleNamespace(name="twin"), SimpleNamespace(name="twin"))
    with pytest.raises(SetupError) as caught:
        collect_providers([module])
    assert caught.value.code == "provider-twice"
