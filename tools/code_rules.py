"""Rules over Python's syntax tree: what the service's rooms may do with what came in."""

import ast
import re
from collections.abc import Iterator, Sequence

from tools.sources import File, Finding

ROOMS = ("app", "crypto", "heliograph", "keyholder", "reports", "sms")
# These hold what people wrote to us, sealed or for a moment in clear: nothing of it may be logged.
CONTENT_ROOMS = ("app", "sms")
SERVICE_ROOMS = ("app", "heliograph", "sms")

# `logging`, `log`, `self._log`, `_logger`, `logging.getLogger("app")`; not `catalogue`.
LOGGERS = re.compile(r"(?:^|[._])(?:log|logger|logging|getLogger\(.*\))$", re.IGNORECASE)
LOG_METHODS = frozenset({"critical", "debug", "error", "info", "log", "warning"})
# What a log line may carry besides fixed words: `kind` is an exception's class, `where` our line.
LOG_WORDS = frozenset(
    {"__name__", "code", "count", "incident", "kind", "seconds", "status", "where"}
)


def missing_errors(files: Sequence[File]) -> Iterator[Finding]:
    paths = {str(f.path) for f in files}
    for file in files:
        if file.room in ROOMS and f"{file.room}/errors.py" not in paths:
            for node in ast.walk(file.tree):
                if isinstance(node, ast.Raise) and node.exc is not None:
                    yield Finding(
                        file.path,
                        node.lineno,
                        f"raised here, but there is no {file.room}/errors.py.",
                    )


def spooled_forms(files: Sequence[File]) -> Iterator[Finding]:
    yield from _find_names(
        files,
        {"UploadFile", "form"},
        "may spool content to disk. Read the body in memory, bounded.",
    )


def slow_middleware(files: Sequence[File]) -> Iterator[Finding]:
    yield from _find_names(
        files, {"BaseHTTPMiddleware", "middleware"}, "halves the rate. Write plain ASGI."
    )


def _find_names(files: Sequence[File], names: set[str], text: str) -> Iterator[Finding]:
    """Imports of the names, and uses as an attribute, in the service's rooms."""
    for file in files:
        if file.room not in SERVICE_ROOMS:
            continue
        for node in ast.walk(file.tree):
            if isinstance(node, ast.ImportFrom):
                used = {alias.name for alias in node.names}
            elif isinstance(node, ast.Attribute):
                used = {node.attr}
            else:
                continue
            for name in sorted(used & names):
                yield Finding(file.path, node.lineno, f"{name} {text}")


def logged_content(files: Sequence[File]) -> Iterator[Finding]:
    for file in files:
        if file.room not in SERVICE_ROOMS:
            continue
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and (text := _log_fault(node, file.room)):
                yield Finding(file.path, node.lineno, text)


def _log_fault(call: ast.Call, room: str) -> str | None:
    """What is wrong with a call that prints or logs; None when nothing is."""
    if isinstance(call.func, ast.Name):
        if call.func.id in {"print", "pprint"} and room in CONTENT_ROOMS:
            return "printed where reports pass through. Log a code and a count instead."
        return None
    if not isinstance(call.func, ast.Attribute):
        return None
    if not LOGGERS.search(ast.unparse(call.func.value)):
        return None
    if call.func.attr == "exception":
        return "logs a traceback, which may quote what came in. Log a code and an incident."
    if call.func.attr not in LOG_METHODS:
        return None
    fixed = call.args[1:] if call.func.attr == "log" else call.args
    if not (fixed and isinstance(fixed[0], ast.Constant) and isinstance(fixed[0].value, str)):
        return "a log line's text must be a fixed string."
    if call.keywords or not all(_is_harmless(argument) for argument in fixed[1:]):
        return f"a log line may carry only {', '.join(sorted(LOG_WORDS))} and len(…)."
    return None


def _is_harmless(node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in LOG_WORDS
        case ast.Call(func=ast.Name(id="len")):
            return True
    return False
