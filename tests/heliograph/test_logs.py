"""What a log line holds: our own constant texts; of libraries the place and the class alone."""

import io
import logging

from heliograph.logs import PlainFormatter


def write(name: str, message: str, *values: object, error: Exception | None = None) -> str:
    """One formatted line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter())
    log = logging.Logger(name)  # noqa: LOG001 -- one of its own, without other handlers
    log.addHandler(handler)
    log.warning(message, *values, exc_info=error)
    return stream.getvalue()


def test_our_own_lines_are_written() -> None:
    assert write("heliograph.upkeep", "code=%s", "keyring-missing") == (
        "WARNING heliograph.upkeep code=keyring-missing\n"
    )


def test_of_a_librarys_line_only_the_place_is_written() -> None:
    line = write("uvicorn.error", "canary %s", "canary", error=ValueError("canary"))
    assert "canary" not in line
    assert "type=ValueError" in line
    assert "at=test_logs:" in line


def test_no_traceback_of_our_own_either() -> None:
    line = write("app.x", "code=fault", error=ValueError("canary"))
    assert line == "WARNING app.x code=fault type=ValueError\n"
