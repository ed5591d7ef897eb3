"""Takes addresses of funding pages out of npm's lock files: they are no part of what is locked."""

import json
import sys
from pathlib import Path


def strip(lock: Path) -> None:
    """Rewrites one package-lock.json without them."""
    document = json.loads(lock.read_text(encoding="utf-8"))
    for package in document["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        strip(Path(name))
