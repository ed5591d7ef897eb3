"""Cells that no spreadsheet runs.

A cell that begins with `= + - @` or their fullwidth or small forms is a formula to a spreadsheet
(OWASP, "CSV Injection"). One apostrophe goes before such a character where it stands first in the
cell, first in a line of it, or first behind a `;`, which many spreadsheets take for the separator
whatever the quotes say. Spaces, quotes and apostrophes before it do not change that. Everything
else that is active or invisible is written ⟨U+…⟩, as on the terminal.

`plain` takes the apostrophes away again, so that two exports can be compared with their source.
"""

import re

from keyholder.terminal import show

_FORMULA = "=+\\-@＝＋－＠﹦﹢﹣﹫"
_DEFUSE = re.compile(f"(^|[;\n])([\\s\"']*)([{_FORMULA}])")
_PLAIN = re.compile(f"(^|[;\n])([\\s\"']*)'([{_FORMULA}])")


def defuse(text: str) -> str:
    """`text` as a cell: visible, without tab, CR or other controls, and no formula."""
    return _DEFUSE.sub(r"\1\2'\3", show(text, lines=True))


def plain(cell: str) -> str:
    """What `defuse` made of a text without controls, brought back: `plain(defuse(t)) == t`."""
    return _PLAIN.sub(r"\1\2\3", cell)
