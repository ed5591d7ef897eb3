"""Cells that no spreadsheet runs.

A cell that begins with `= + - @` or their fullwidth or small forms is a formula to a spreadsheet
(OWASP, "CSV Injection"). One apostrophe goes before such a character where it stands first in the
cell, first in a line of it, or first behind a `;`, which many spreadsheets take for the separator
whatever the quotes say. Spaces, quotes and apostrophes before it do not change that. Everything
else that is active or invisible is written ⟨U+…⟩, as on the terminal.

`plain` takes the apostrophes away again, so that two exports can be compared with their source.

Programs that show texts as HTML or Markdown (maps, case databases) get them by `defuse_markup`.
"""

import re
from collections.abc import Callable

from keyholder.terminal import show

_FORMULA = "=+\\-@＝＋－＠﹦﹢﹣﹫"
# A run is taken whole, whatever follows it: a text of nothing but line feeds costs its length.
_BEFORE = re.compile(f"[\\s\"';]+([{_FORMULA}])?|^([{_FORMULA}])")
# What begins a tag, ends one, begins an entity; a Markdown link, image or reference.
_MARKUP = re.compile(r"[<>`]|&(?=#|[A-Za-z])|(?<=\])[(:\[]")


def defuse(text: str) -> str:
    """`text` as a cell: visible, without tab, CR or other controls, and no formula."""
    return quote_formulas(show(text, lines=True)) if text else text  # most cells are empty


def quote_formulas(text: str) -> str:
    """An apostrophe before what a spreadsheet would run; all else stays as it is."""
    return _BEFORE.sub(lambda found: _join(found, _quote), text)


def plain(cell: str) -> str:
    """What `defuse` made of a text without controls, brought back: `plain(defuse(t)) == t`."""
    return _BEFORE.sub(lambda found: _join(found, _unquote), cell)


def defuse_markup(text: str) -> str:
    """`text` for a program that may take it for HTML or Markdown: no tag, entity or link of it is
    one any more. Its line feeds stay."""
    return _MARKUP.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", show(text, lines=True))


def _join(found: "re.Match[str]", change: Callable[[str], str]) -> str:
    """A run and the character behind it; changed where a spreadsheet would run that one."""
    formula = found[1] or found[2]
    if formula is None:
        return found[0]
    run = found[0][:-1]
    begins = found.start() == 0 or ";" in run or "\n" in run
    return (change(run) if begins else run) + formula


def _quote(run: str) -> str:
    return run + "'"


def _unquote(run: str) -> str:
    return run.removesuffix("'")
