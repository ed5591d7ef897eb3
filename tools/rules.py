"""The project's own rules: what no linter that we know checks. `python -m tools.rules`.

Each rule reads the files that git would commit and yields findings, each with a place and with what
to do. A rule that somebody might break without noticing stands here, not in a document alone.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tools.code_rules import logged_content, missing_errors, slow_middleware, spooled_forms
from tools.document_rules import broken_links, decision_records
from tools.sources import File, Finding, read_files
from tools.text_rules import (
    empty_names,
    left_overs,
    lock_addresses,
    machine_paths,
    module_lengths,
    phone_numbers,
    version_floors,
    whole_fastapi,
)

Rule = Callable[[Sequence[File]], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    lock_addresses,
    module_lengths,
    empty_names,
    left_overs,
    machine_paths,
    phone_numbers,
    whole_fastapi,
    version_floors,
    missing_errors,
    spooled_forms,
    slow_middleware,
    logged_content,
    broken_links,
    decision_records,
)


def main(root: Path | None = None) -> int:
    """Print each finding; 1 when there is one, or when there was nothing to check."""
    files = read_files(Path.cwd() if root is None else root)
    findings = [finding for rule in RULES for finding in rule(files)]
    for finding in findings:
        print(finding)
    print(f"rules: {len(RULES)} rules, {len(files)} files, {len(findings)} findings")
    return 1 if findings or not files else 0


if __name__ == "__main__":
    sys.exit(main())
