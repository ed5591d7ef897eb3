"""Runs all measurements, prints them, and writes var/bench.json. Exit 1 where a limit is missed."""

import argparse
import sys
from pathlib import Path

from bench import opening, texts
from bench.figures import describe_machine, print_figures, write_figures

OUTPUT = Path("var/bench.json")


def main() -> int:
    """All measurements, or those named."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--envelopes", type=int, default=100_000, help="opened by `keyholder list`")
    arguments = parser.parse_args()
    print(describe_machine())
    figures = []
    for title, measure in (
        ("Reading and sealing one text, CPU in ms", texts.measure),
        (
            f"Opening {arguments.envelopes:,} envelopes",
            lambda: opening.measure(arguments.envelopes),
        ),
    ):
        found = measure()
        print_figures(title, found)
        figures += found
    write_figures(OUTPUT, figures)
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
