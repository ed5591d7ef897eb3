"""The registry finds every provider, and every provider has its fixtures and its contract."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import sms.providers
from sms.errors import SetupError
from sms.registry import collect_providers, find_providers
from tests.sms.provider_contract import FIXTURES, ProviderContract


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
    path = folder / "test_contract.py"
    spec = importlib.util.spec_from_file_location(f"contract_of_{name}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    suites = [one for one in vars(module).values() if isinstance(one, type)]
    inherited = [one for one in suites if issubclass(one, ProviderContract)]
    assert name in {getattr(one, "name", None) for one in inherited}


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
