"""Which providers there are: every module of sms/providers names its own in PROVIDERS.

So a new provider is one new module, and nothing else changes.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import sms.providers
from sms.contract import Provider
from sms.errors import SetupError


def find_providers() -> Mapping[str, Provider]:
    """Name to provider, in the order of names. SetupError: provider-twice."""
    names = sorted(module.name for module in iter_modules(sms.providers.__path__))
    return collect_providers(import_module(f"sms.providers.{name}") for name in names)


def collect_providers(modules: Iterable[ModuleType]) -> Mapping[str, Provider]:
    """As `find_providers`, of these modules."""
    found: dict[str, Provider] = {}
    for module in modules:
        provider: Provider
        for provider in module.PROVIDERS:
            if provider.name in found:
                raise SetupError("provider-twice")
            found[provider.name] = provider
    return dict(sorted(found.items()))
