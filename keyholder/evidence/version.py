"""Which version of this program made a bundle."""

from importlib import metadata


def find_version() -> str:
    """As it is installed, such as 0.1.0; "unknown" where it runs without having been installed."""
    try:
        return metadata.version("heliograph")
    except metadata.PackageNotFoundError:
        return "unknown"
