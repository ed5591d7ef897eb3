"""What the web app's page and workers may do: their Content-Security-Policy and its companions."""

import re
from collections.abc import Sequence

ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?", re.ASCII)
MOST_ORIGINS = 32
"""More would make a header that proxies refuse."""
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' blob:; connect-src {}; worker-src 'self'; manifest-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
OFF = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
"""What neither the app nor what somebody plants into it has any use for."""
PAGE_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": ", ".join(["camera=(self)", *(f"{name}=()" for name in OFF)]),
}
"""Of every page besides its policy. The camera reads QR codes."""


def find_origins(addresses: Sequence[str]) -> tuple[str, ...]:
    """The origins of a keyring's addresses, in their order and each once.

    The addresses are signed, and stand in a header all the same: what is no plain http or https
    origin (RFC 6454) with at most a path behind it is left out.
    """
    found: dict[str, None] = {}
    for address in addresses:
        scheme, _, rest = address.partition("://")
        origin = f"{scheme}://{rest.partition('/')[0]}".lower()
        if ORIGIN.fullmatch(origin):
            found[origin] = None
    return tuple(found)[:MOST_ORIGINS]


def write_policy(origins: Sequence[str]) -> str:
    """The policy by which a page or worker may speak to its own service and to `origins`."""
    return POLICY.format(" ".join(["'self'", *origins]))
