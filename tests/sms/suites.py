"""The contract suite of each provider, as its fixture folder has it."""

import importlib.util
from functools import cache

from tests.sms.provider_contract import FIXTURES, ProviderContract
from tests.sms.ussd_contract import UssdContract


@cache
def load_suite(name: str) -> type[ProviderContract]:
    """The suite that a provider's folder inherits. LookupError where there is none."""
    path = FIXTURES / name / "test_contract.py"
    spec = importlib.util.spec_from_file_location(f"contract_of_{name}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for one in vars(module).values():
        is_suite = isinstance(one, type) and issubclass(one, ProviderContract)
        if is_suite and getattr(one, "name", None) == name:
            return one
    raise LookupError(name)


def brings_ussd(name: str) -> bool:
    """Whether a provider brings USSD, and not texts."""
    return issubclass(load_suite(name), UssdContract)
