"""Suggested clusters recover the STOP corpus, told with noise and forged floods. Both halves are
printed; the parameters were frozen before the second was first measured (docs/clusters.md)."""

import pytest

from bench.clusters import LEAST, measure_rows
from bench.figures import print_figures
from bench.stop_rows import find_corpus, read_rows


@pytest.mark.parametrize(("title", "half"), [("tuned half", 0), ("second half", 1)])
def test_a_half_is_recovered(title: str, half: int, capsys: pytest.CaptureFixture[str]) -> None:
    path = find_corpus()
    if path is None:
        pytest.skip("NOT MEASURED: the STOP corpus is not on this machine (HELIOGRAPH_SHARED)")
    figures = measure_rows(title, [row for row in read_rows(path) if row.half == half], LEAST)
    with capsys.disabled():
        print_figures(f"The STOP corpus, {title}", figures)
    assert [one.name for one in figures if not one.ok] == []
    assert sum(one.goal is not None for one in figures) == 4
    marked, mixed = (next(one.value for one in figures if words in one.name)
                     for words in ("forged reports marked", "beside forged"))  # fmt: skip
    assert marked > 0.99
    assert mixed < 10
