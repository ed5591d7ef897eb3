"""Runs measurements, prints them, and writes var/bench.json. Exit 1 where a limit is missed.

`python -m bench` runs all of it; `python -m bench intake scale` the parts that are named.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import app, clusters, databases, desk, download, gateway, intake, opening, scale, texts
from bench.figures import Figure, describe_machine, print_figures, write_figures
from bench.rounds import QUICK, Scope
from bench.servers import unpin

OUTPUT = Path("var/bench.json")

Part = tuple[str, Callable[[Scope], list[Figure]]]
PARTS: dict[str, Part] = {
    "intake": ("Intake, server on one core, generator on the other", intake.measure),
    "gateway": ("A text through the gateway", gateway.measure),
    "databases": ("The group commit on two databases", databases.measure),
    "download": ("Download and open", download.measure),
    "scale": ("A store of millions", scale.measure),
    "texts": ("Reading and sealing one text, CPU in ms", lambda _scope: texts.measure()),
    "opening": (
        "Opening what a keyholder has",
        lambda scope: opening.measure(5 * scope.opened),
    ),
    "clusters": ("Suggesting clusters, one core", clusters.measure),
    "desk": ("The analyst's desk", desk.measure),
    "app": ("The web app in Chromium", lambda _scope: app.measure()),
}


def main() -> int:
    """All measurements, or those named."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="less of everything, to see it run")
    parser.add_argument("--folder", help="where big stores are made for a while (5 GB)")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    tempfile.tempdir = arguments.folder
    scope = QUICK if arguments.quick else Scope()
    print(describe_machine(), flush=True)
    figures = []
    for name in arguments.parts or PARTS:
        title, measure = PARTS[name]
        found = measure(scope)
        unpin()
        print_figures(title, found)
        figures += found
    print(f"\nload at the end: {describe_machine().rpartition(', load ')[2]}")
    write_figures(OUTPUT, figures)
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
