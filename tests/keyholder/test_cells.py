"""No cell of an export is a formula, whichever program splits the file in whichever way."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyholder.errors import ExportError
from keyholder.exports.cells import defuse, plain, quote_formulas
from keyholder.exports.output import check_output
from keyholder.exports.table import write_line
from keyholder.rows import describe_cut
from keyholder.terminal import show
from tests.conftest import ROOT
from tests.keyholder.hostile import HOSTILE, PLAIN

ACTIVE = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\t\r"
texts = st.one_of(st.text(), st.text(st.sampled_from("=+-@\uff1d;,\t\r\n \"'ab|\x1b\u200b\ufeff")))


def find_active(data: str) -> list[str]:
    """Cells that a spreadsheet may run, whichever separator it reads by, quotes or no quotes."""
    data = data.removesuffix("\r\n")
    cells = [
        cell
        for separator in ",;\t"
        for row in csv.reader(io.StringIO(data, newline=""), delimiter=separator)
        for cell in row
    ]
    cells += re.split("[;\t\n\r]", data.replace('"', ""))
    return [cell for cell in cells if cell.lstrip(' "\u00a0\ufeff\u200b')[:1] in tuple(ACTIVE)]


@pytest.mark.parametrize("text", HOSTILE)
def test_the_corpus_is_defused(text: str) -> None:
    assert find_active(write_line([text]).decode()) == []
    assert find_active(write_line(["x", text, text]).decode()) == []


def test_the_check_can_fail() -> None:
    assert find_active('"=1+1"\r\n')
    assert find_active('"a;=1+1"\r\n')
    assert find_active('"a\n@x"\r\n')


@given(texts)
def test_anything_is_defused(text: str) -> None:
    assert find_active(write_line(["x", text]).decode()) == []


@pytest.mark.parametrize("run", ["\n", " ", ";", "'", "\n '"])
def test_a_text_of_nothing_costs_its_length(run: str) -> None:
    """Any stranger can send one. It took the square of its length: here, hours."""
    text = run * (1_000_000 // len(run))
    for end, quoted in (("x", "x"), ("=", "'=")):
        assert quote_formulas(text + end) == text + quoted
    assert plain(text + "x") == text + "x"


@given(texts)
def test_plain_brings_the_text_back(text: str) -> None:
    assert plain(defuse(text)) == show(text, lines=True)


@pytest.mark.parametrize("text", PLAIN)
def test_honest_writing_is_left_alone(text: str) -> None:
    assert defuse(text) == text


def test_examples() -> None:
    assert defuse("=1+1") == "'=1+1"
    assert defuse("a; -5") == "a; '-5"
    assert defuse("well-known, -5 degrees") == "well-known, -5 degrees"
    assert defuse("first\r\n=2") == "first\n'=2"
    assert defuse("\x1b[31m") == "⟨U+001B⟩[31m"


def test_the_worked_example_of_the_spec() -> None:
    spec = (ROOT / "spec" / "exports-v1.md").read_text(encoding="utf-8")
    assert write_line(["=1+1; -2\n@x"]).decode().replace("\r\n", "\n") in spec


def test_an_export_never_goes_to_a_stream() -> None:
    with pytest.raises(ExportError) as caught:
        check_output(Path("-"), force=True)
    assert caught.value.code == "output-stream"


def test_the_line_shows_the_text_as_it_came_and_the_kind_of_cut() -> None:
    report = {"chan": "sms", "kind": ["full"], "raw": "No internet in Yangon", "text": "in Yangon"}
    assert describe_cut(report) == "full"
    assert describe_cut({**report, "net": {"data": "down"}}) == "full; down data"
    assert describe_cut({}) == ""
