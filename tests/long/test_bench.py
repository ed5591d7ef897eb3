"""Every part of the benchmarks runs to its end, with sizes that mean nothing: so that it does not
rot. What the figures are is nobody's business here.
"""

import json
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import databases, download, gateway, intake, scale
from bench.figures import Figure, write_figures
from bench.rounds import TINY


@pytest.fixture(autouse=True)
def _same_cores() -> Iterator[None]:
    """The benchmarks pin their process: the tests behind this one want it as it was."""
    cores = os.sched_getaffinity(0)
    yield
    os.sched_setaffinity(0, cores)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux alone pins processes")
@pytest.mark.parametrize("part", [intake, gateway, databases, download, scale])
def test_a_part_runs(part: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    found: list[Figure] = part.measure(TINY)  # type: ignore[attr-defined]
    assert [figure.name for figure in found if figure.goal is not None]
    assert all(figure.value > 0 or figure.note for figure in found)
    assert not multiprocessing.active_children()


def test_the_file_has_a_row_for_each_limit(tmp_path: Path) -> None:
    figures = [Figure("a", 1.0, 2.0), Figure("b", 1.0), Figure("c", 1.0, 2.0, most=True)]
    write_figures(tmp_path / "bench.json", figures)
    assert json.loads((tmp_path / "bench.json").read_text(encoding="utf-8")) == [
        {"name": "a", "value": 1.0, "goal": 2.0, "ok": False},
        {"name": "c", "value": 1.0, "goal": 2.0, "ok": True},
    ]
