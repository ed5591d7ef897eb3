"""docs/providers.md is true: a row for each provider, which says what is so and names its tests."""

import re
from functools import cache
from typing import Any

import pytest

from sms.contract import UssdTurn
from sms.registry import find_providers
from tests.conftest import ROOT
from tests.sms.suites import brings_ussd, load_suite

PAGE = (ROOT / "docs/providers.md").read_text("utf-8")
COLUMNS = ["provider", "provenance", "text", "binary", "parts", "USSD", "reply", "deletion"]
NO = "–"
ROW = re.compile(r"^\| `([a-z-]+)` \|(.*)\|$", re.MULTILINE)
CELL = re.compile(r"([a-z, ]+) `(test_\w+)`")


def read_rows() -> dict[str, dict[str, str]]:
    table = PAGE[: PAGE.index("## Setting them up")]
    head = next(line for line in table.splitlines() if line.startswith("| provider"))
    assert [cell.strip() for cell in head.strip("|").split("|")] == COLUMNS
    rows = {}
    for name, rest in ROW.findall(table):
        cells = [cell.strip() for cell in rest.split("|")]
        rows[name] = dict(zip(COLUMNS[1:], cells, strict=True))
    return rows


def list_tests(name: str) -> set[str]:
    """The tests of a provider: those its suite has, and those in the file of its module's name."""
    module = type(find_providers()[name]).__module__.rpartition(".")[2]
    path = ROOT / f"tests/sms/test_{module}.py"
    own = path.read_text("utf-8") if path.exists() else ""
    inherited = [test for test in dir(load_suite(name)) if test.startswith("test_")]
    return {*re.findall(r"^def (test_\w+)", own, re.MULTILINE), *inherited}


@cache
def list_all_tests() -> frozenset[str]:
    paths = (ROOT / "tests").rglob("test_*.py")
    everything = "\n".join(path.read_text("utf-8") for path in paths)
    return frozenset(re.findall(r"def (test_\w+)\(", everything))


def tell_facts(name: str) -> dict[str, str]:
    """What the code does, in the page's words. Deletion is nothing that a module here does."""
    provider, suite = find_providers()[name], load_suite(name)()
    request = suite.load(suite.case)
    has_texts = not brings_ussd(name)
    turn: Any = suite.read(request)
    kind = NO
    if isinstance(turn, UssdTurn):
        kind = "all" if turn.whole else "latest" if turn.number is None else "latest, numbered"
    parts = "joined" if suite.with_part(request, 1, 2) is None else "one by one"
    reply = "in the answer" if provider.replies else NO
    return {
        "provenance": "signed" if provider.signed else "secret path",
        "text": "yes" if has_texts else NO,
        "binary": "yes" if suite.with_payload(request, b"x") else NO,
        "parts": parts if has_texts else NO,
        "USSD": kind,
        "reply": reply if has_texts else "menu",
    }


def test_every_provider_is_a_row() -> None:
    assert set(find_providers()) <= set(read_rows())


@pytest.mark.parametrize("name", find_providers())
def test_every_cell_says_what_is_so_and_names_its_test(name: str) -> None:
    row, tests, facts = read_rows()[name], list_tests(name), tell_facts(name)
    for column, cell in row.items():
        if cell == NO:
            assert facts.get(column, NO) == NO, column
            continue
        found = CELL.fullmatch(cell)
        assert found, column
        word, test = found.groups()
        assert facts.get(column, word) == word, column
        # A deletion is nothing that a provider's module does.
        assert test in (tests if column != "deletion" else list_all_tests()), (column, test)


def test_rows_of_what_is_no_webhook_name_tests_too() -> None:
    """Links and modems are no modules of sms/providers/, but stand in the same table."""
    links = set(read_rows()) - set(find_providers())
    assert links == {"modem", "smpp"}
    for name in links:
        for cell in read_rows()[name].values():
            found = CELL.fullmatch(cell)
            assert cell == NO or (found and found[2] in list_all_tests()), (name, cell)


def test_every_provider_has_its_set_up() -> None:
    names = re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (`[^|]*) \|", PAGE, re.MULTILINE)))
    assert names.count("kannel") == 2
    assert {name: names.count(name) for name in find_providers()} == dict.fromkeys(
        find_providers(), 2
    )
