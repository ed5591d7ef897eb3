"""Counted things in words: 1 report, 2,000 reports."""

_IRREGULAR = {"leaf": "leaves"}


def write_count(number: int, one: str, many: str = "") -> str:
    """`number` with the word for it: `one` for exactly one, else `many`, by default with an s.

    Either may be several words, with the verb: write_count(n, "report is", "reports are").
    """
    return f"{number:,} {choose_word(number, one, many)}"


def choose_word(number: int, one: str, many: str = "") -> str:
    """The word alone, where the number stands elsewhere or in a column: "record", "records"."""
    return one if number == 1 else many or _IRREGULAR.get(one, f"{one}s")
