"""Rows that look like reports and are none: told as bad, never sealed unseen."""

import io
from pathlib import Path

import pytest

from crypto.choosing import sealing_key
from heliograph.errors import OperatorError
from heliograph.report.errors import RowError
from heliograph.report.filling import fill_report
from heliograph.report.flags import list_flags
from heliograph.report.rows import read_rows
from heliograph.report.sealing import seal_rows
from reports.report import Report
from tests.coalition import make_coalition

NOW = 1_790_000_000


def codes(data: bytes) -> list[str]:
    """What became of each row of a CSV file."""
    return [
        found.code if isinstance(found, RowError) else "read"
        for _, found in read_rows(io.BytesIO(data), NOW)
    ]


def test_a_quote_that_is_never_closed_is_a_bad_row() -> None:
    assert codes(b'cc,text\nMM,one\nKE,"two\nSD,three\n') == ["read", "row-not-csv"]


def test_letters_behind_a_quote_are_a_bad_row() -> None:
    assert codes(b'cc,text\nKE,"a"b\nSD,three\n') == ["row-not-csv", "read"]


@pytest.mark.parametrize("report", [{}, {"chan": "app"}, {"text": " \n"}, {"text": "", "op": []}])
def test_a_report_that_says_nothing_is_a_bad_row(report: Report, tmp_path: Path) -> None:
    key = sealing_key(make_coalition().keyring, "import", NOW)
    sealed = seal_rows(
        [(1, [report]), (2, [{"cc": "MM"}])], key, "import", tmp_path, now=NOW, skip_bad=True
    )
    assert sealed.bad == [(1, "report-empty")]
    assert sealed.count == 1


def test_an_empty_flag_is_refused() -> None:
    with pytest.raises(OperatorError) as caught:
        fill_report(list_flags(), {"country": "", "text": "words"}, NOW, lambda: "")
    assert caught.value.code == "flag-value"
