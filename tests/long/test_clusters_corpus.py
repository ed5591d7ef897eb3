"""Suggested clusters recover the STOP corpus, told with noise and forged floods. Both halves are
printed; the parameters were frozen before the second was first measured (docs/clusters.md)."""

from pathlib import Path

import pytest

from bench.clusters import LEAST, measure_rows
from bench.figures import print_figures
from bench.stop_rows import FILE, read_rows


@pytest.mark.parametrize(("title", "half"), [("tuned half", 0), ("second half", 1)])
def test_a_half_is_recovered(
    title: str, half: int, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row for row in read_rows(shared / FILE) if row.half == half]
    figures = measure_rows(title, rows, LEAST)
    with capsys.disabled():
        print_figures(f"The STOP corpus, {title}", figures)
    assert [one.name for one in figures if not one.ok] == []
    assert sum(one.goal is not None for one in figures) == 4
    marked, mixed = (next(one.value for one in figures if words in one.name)
                     for words in ("forged reports marked", "beside forged"))  # fmt: skip
    assert marked > 0.99
    assert mixed < 10
