"""What a process writes about itself: codes and counts, never what came in.

Our own lines are written with constant texts (tools/rules.py checks). Lines of libraries may hold
anything, an exception's message or a request's path; of those only the place and the exception's
class are written.
"""

import logging
import sys

OURS = ("heliograph", "app", "sms")


class PlainFormatter(logging.Formatter):
    """One line a record: no time finer than the reader's own, no traceback, no foreign text."""

    def format(self, record: logging.LogRecord) -> str:
        """The line to write."""
        if record.name.split(".")[0] in OURS:
            said = record.getMessage()
        else:
            said = f"code=library-line at={record.module}:{record.lineno}"
        raised = record.exc_info[0] if record.exc_info else None
        kind = f" type={raised.__name__}" if raised else ""
        return f"{record.levelname} {record.name} {said}{kind}"


def set_up_logs(level: int = logging.INFO) -> None:
    """Send every log line through the plain formatter to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("uvicorn", "asyncio", "httpx2", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It warns of each request that is none: strangers would fill the log, at times of their choice.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
