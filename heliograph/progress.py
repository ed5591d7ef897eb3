"""Progress on standard error, where somebody is looking."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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


@contextmanager
def show_progress(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Gives a function that counts steps. The time left is shown where `total` is known, and all of
    it goes when the work is done. `title` is ours, never content.
    """
    known = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        SpinnerColumn(),
        TextColumn(title, markup=False),
        *((TimeElapsedColumn(),) if total is None else known),
        console=Console(stderr=True, markup=False, highlight=False),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as progress:
        task = progress.add_task(title, total=total)
        yield lambda count: progress.advance(task, count)
