"""A development coalition protects nobody: its officer is a script. It is refused everywhere but
on a machine that says so and talks to itself alone."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from keyholder.errors import CoalitionError

SWITCH = "HELIOGRAPH_DEVELOPMENT"


def check_development(
    development: bool, environment: Mapping[str, str], addresses: tuple[str, ...]
) -> None:
    """Refuse a development coalition unless the switch is `on` and every address is loopback.

    CoalitionError: development-refused.
    """
    if not development:
        return
    if environment.get(SWITCH) != "on" or not all(map(is_loopback, addresses)):
        raise CoalitionError("development-refused")


def is_loopback(address: str) -> bool:
    """Whether a URL's host is 127.0.0.0/8, ::1 or `localhost`, written plainly."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
