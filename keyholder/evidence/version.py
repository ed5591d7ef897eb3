"""Which version of this program made a bundle."""

from importlib import metadata

_DISTRIBUTIONS = ("heliograph-keyholder", "heliograph")  # on a laptop by itself; the whole project


def find_version() -> str:
    """As it is installed, such as 0.1.0; "unknown" where it runs without having been installed."""
    for name in _DISTRIBUTIONS:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return "unknown"
