"""Writes the table of settings into docs/operating.md: `python -m tools.make_settings`."""

import re
from pathlib import Path

from heliograph.settings_table import write_table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "operating.md"
_SECTION = re.compile(r"<!-- settings -->.*?<!-- /settings -->", re.DOTALL)


def write_page(text: str) -> str:
    """The page with the present table between its two marks."""
    return _SECTION.sub(lambda _: f"<!-- settings -->\n{write_table()}\n<!-- /settings -->", text)


if __name__ == "__main__":
    PAGE.write_text(write_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
