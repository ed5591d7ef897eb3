"""The only way to the terminal. What came from outside goes through `terminal.show` first."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from keyholder.documents import write_json
from keyholder.words import write_words

_BLOCK = 500  # lines
Advance = Callable[[int], None]


def say(line: str = "") -> None:
    """A line of the answer, on standard output."""
    typer.echo(line)


def say_lines(lines: Iterable[str]) -> None:
    """Many lines of the answer: a terminal or a pipe takes them faster by the block."""
    left = iter(lines)
    while block := list(islice(left, _BLOCK)):
        typer.echo("\n".join(block))


def say_json(document: Any) -> None:
    """A JSON document on standard output, in ASCII."""
    typer.echo(write_json(document, indent=1))


def warn(line: str) -> None:
    """A line on standard error that is no part of the answer."""
    typer.echo(f"keyholder: {line}", err=True)


def say_fingerprint(title: str, digest: bytes, tell: Callable[[str], None] = say) -> None:
    """A SHA-256 (32 bytes) as people compare it: hex in groups of four, and twelve words."""
    for line in write_fingerprint(title, digest):
        tell(line)


def write_fingerprint(title: str, digest: bytes) -> Iterator[str]:
    """The two lines of `say_fingerprint`."""
    digits = digest.hex()
    groups = " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
    yield f"{title} (SHA-256): {groups}"
    yield f"  In words: {write_words(digest)}"


@contextmanager
def show_progress(title: str, total: int | None) -> Iterator[Advance]:
    """Progress on standard error where somebody is looking, with the time left if `total` is known.

    `title` is ours, never content.
    """
    clock = TimeElapsedColumn() if total is None else TimeRemainingColumn()
    with Progress(
        SpinnerColumn(),
        TextColumn(title, markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        clock,
        console=Console(stderr=True, markup=False, highlight=False),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task(title, total=total)
        yield lambda count: progress.advance(task, count)
