"""requirements-keyholder.lock, read: what is pinned, for which machines, under which hashes."""

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.keyholder_dist.targets import Target

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Locked:
    """One pinned package. `hashes` are SHA-256 in hex, of all its files for all machines."""

    name: str
    version: str
    marker: Marker | None
    hashes: frozenset[str]

    def applies(self, target: Target, python: str) -> bool:
        """Whether that machine needs it under that Python."""
        # Marker.evaluate wants a dict of its own kind in its newer versions, a plain one in others
        return self.marker is None or self.marker.evaluate({**target.environment(python)})

    def write(self, hashes: list[str]) -> str:
        """The line of a requirements file that takes these files of it and no other."""
        marker = f" ; {self.marker}" if self.marker else ""
        return f"{self.name}=={self.version}{marker}" + "".join(
            f" \\\n    --hash=sha256:{one}" for one in hashes
        )


def read_lock(path: Path) -> list[Locked]:
    """What `make lock` wrote, in its order. ValueError for a line of another kind."""
    text = "".join(
        line
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True)
        if not line.lstrip().startswith("#")
    )
    return [_read_entry(entry) for entry in text.replace("\\\n", " ").splitlines() if entry.strip()]


def _read_entry(entry: str) -> Locked:
    requirement = Requirement(entry.split(" --hash=", 1)[0].strip())
    (pin,) = requirement.specifier
    hashes = frozenset(_HASH.findall(entry))
    if pin.operator != "==" or not hashes:
        raise ValueError(f"{requirement.name} is not pinned by a version and hashes: `make lock`")
    return Locked(canonicalize_name(requirement.name), pin.version, requirement.marker, hashes)
