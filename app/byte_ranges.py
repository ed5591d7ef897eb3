"""The Range header (RFC 9110, section 14): one range of bytes, so that a download can go on."""

import re

from app.errors import RequestRefused

RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.ASCII | re.IGNORECASE)


def read_range(header: str | None, length: int) -> tuple[int, int] | None:
    """(begin, end) of the bytes asked for, `end` being behind the last one; None for all of them.

    What is no single range of bytes is ignored, as the RFC allows. Raises RequestRefused
    (`range-invalid`) for a range that the `length` bytes do not have.
    """
    found = RANGE.fullmatch(header.strip()) if header else None
    if found is None or found[0].endswith("=-"):
        return None
    first, last = found.groups()
    if not first:  # the last so many bytes
        begin, end = max(0, length - int(last)), length
    else:
        begin, end = int(first), length if not last else min(length, int(last) + 1)
        if last and int(last) < int(first):
            return None
    if begin >= end:
        raise RequestRefused("range-invalid")
    return begin, end
