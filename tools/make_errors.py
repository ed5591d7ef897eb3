"""Writes docs/errors.md: every error code of every room, what is wrong and what to do next.

`python -m tools.make_errors` writes the page; a test compares it with what the rooms say.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from app import errors as app_errors
from app.problems import list_problems
from crypto.errors import CryptoError
from heliograph.report.errors import CARRIED_CAUSES, ROW_CAUSES
from keyholder import errors as keyholder_errors
from keyholder.evidence.catalogue import EVIDENCE_FINDINGS
from reports.errors import SENTENCES
from sms.errors import PROBLEMS, SETUP_PROBLEMS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "errors.md"
HEAD = """# Errors

Every error has a code that never changes its meaning, a sentence about what is wrong, and what to
do next. None repeats anything that came in. Over HTTP an error is `application/problem+json`
(RFC 9457) with `code`, `title`, `status`, `detail` and a random `incident`. A fault of the service
itself (`internal`) is logged with its incident; a refused request is not logged at all.

This page is written by `python -m tools.make_errors` from the code.
"""

Row = tuple[str, str, str]
"""Code, HTTP status or nothing, text."""


def list_sections() -> Iterator[tuple[str, list[Row]]]:
    """Each room's errors, sorted by code."""
    problems = {kind.code: str(kind.status) for kind in list_problems()}
    yield (
        "The service (`app/`)",
        [(code, problems.get(code, ""), text) for code, text in app_errors.CAUSES.items()]
        + [(code, "", f"In a database: {text}") for code, text in app_errors.FAULTS.items()],
    )
    yield (
        "The gateway (`sms/`)",
        [
            (code, str(problem.status), f"{problem.title} {problem.next_step}")
            for code, problem in PROBLEMS.items()
        ]
        + [(code, "", text) for code, text in SETUP_PROBLEMS.items()],
    )
    yield (
        "Envelopes, texts, keyrings (`crypto/`)",
        [
            (code, problems.get(code, ""), text)
            for kind in CryptoError.__subclasses__()
            for code, text in kind.CAUSES.items()
        ],
    )
    yield "Reports (`reports/`)", [(code, "", text) for code, text in SENTENCES.items()]
    yield (
        "The keyholder's command (`keyholder/`)",
        [
            (code, "", str(keyholder_errors.KeyholderError(code)))
            for code in keyholder_errors.list_codes()
        ]
        + [(code, "", f"Of the log: {text}.") for code, text in keyholder_errors.FINDINGS.items()]
        + [
            (code, "", f"Of a file in a bundle: {text}.")
            for code, text in EVIDENCE_FINDINGS.items()
        ],
    )
    yield (
        "The operator's command (`heliograph/`)",
        sorted(
            {
                *_operator_rows(),
                *((code, "", text) for code, text in (ROW_CAUSES | CARRIED_CAUSES).items()),
            }
        ),
    )


def _operator_rows() -> Iterator[Row]:
    """What heliograph/ raises: errors whose code, problem and remedy are written in place."""
    for path in sorted((ROOT / "heliograph").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = dict(_constants(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and len(node.args) == 3:
                words = [_literal(argument, texts) for argument in node.args]
                if all(words) and _is_code(words[0]):
                    yield words[0], "", f"{words[1]} {words[2]}"


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The texts that a module gives a name."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, _literal(node.value, {})


def _is_code(word: str) -> bool:
    return "-" in word and word == word.lower() and word.replace("-", "").isalnum()


def _literal(node: ast.expr, texts: Mapping[str, str]) -> str:
    """A text as it is written; what is filled in at run time is shown as `…`."""
    if isinstance(node, ast.Name):
        return texts.get(node.id, "")
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part, {}) or "…" for part in node.values)
    return ""


def write_page() -> str:
    """The whole page."""
    parts = [HEAD]
    for title, rows in list_sections():
        parts.append(
            f"\n## {title}\n\n| code | status | what is wrong, and what to do |\n|---|---|---|"
        )
        for code, status, text in sorted(set(rows)):
            parts.append(f"| `{code}` | {status} | {text.replace('|', '&#124;')} |")
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
