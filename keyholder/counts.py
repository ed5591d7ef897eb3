"""Counted things in words: 1 report, 2,000 reports."""

_IRREGULAR = {"leaf": "leaves"}


def write_count(number: int, one: str, many: str = "") -> str:
    """`number` with the word for it: `one` for exactly one, else `many`, by default with an s.

    Either may be several words, with the verb: write_count(n, "report is", "reports are").
    """
    others = many or _IRREGULAR.get(one, f"{one}s")
    return f"{number:,} {one if number == 1 else others}"
