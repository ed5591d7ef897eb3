"""Whether an address is this very machine's."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(address: str) -> bool:
    """True where the URL's host is 127.0.0.0/8, ::1 or `localhost`, written plainly."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
