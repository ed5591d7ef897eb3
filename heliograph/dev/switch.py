"""Whether we are in a development set-up: the switch is on and the address is this machine's."""

from collections.abc import Mapping

from heliograph.dev.errors import refuse_elsewhere
from heliograph.loopback import is_loopback

SWITCH = "HELIOGRAPH_DEVELOPMENT"


def check_development(address: str, environ: Mapping[str, str]) -> None:
    """DevelopmentError `development-only` unless the switch is `on` and `address` loopback."""
    if environ.get(SWITCH) != "on" or not is_loopback(address):
        raise refuse_elsewhere()
