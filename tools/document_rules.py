"""Rules over the documents: what they point to exists, and each decision names its check."""

import re
from collections.abc import Iterator, Sequence
from posixpath import normpath

from tools.sources import File, Finding

LINKS = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
RECORDS = "docs/adr/"
RECORD_NAME = re.compile(r"(\d{4})-[a-z0-9-]+\.md")
RECORD_PARTS = ("**Context.**", "**Decision.**", "**Consequences.**", "**Guarded by**")
NAMED_PATHS = re.compile(r"`([\w.-]+/[\w./-]*)`")


def broken_links(files: Sequence[File]) -> Iterator[Finding]:
    known = _known_paths(files)
    for file in files:
        if file.path.suffix != ".md":
            continue
        for number, line in enumerate(file.lines, 1):
            for match in LINKS.finditer(line):
                target = normpath(str(file.path.parent / match[1]))
                if target not in known:
                    yield Finding(file.path, number, f"the link to {match[1]} leads nowhere.")


def decision_records(files: Sequence[File]) -> Iterator[Finding]:
    """Records are numbered without gaps, have their four parts, and name checks that exist."""
    known = _known_paths(files)
    records = [f for f in files if str(f.path).startswith(RECORDS)]
    for place, file in enumerate(records, 1):
        name = RECORD_NAME.fullmatch(file.path.name)
        if name is None or int(name[1]) != place:
            yield Finding(file.path, 1, f"not the name of record {place:04}. Number it in order.")
        for part in RECORD_PARTS:
            if part not in file.text:
                yield Finding(
                    file.path, 1, f"has no {part} part. Say it, or say that there is none."
                )
        guard = file.text.find(RECORD_PARTS[-1])
        for match in NAMED_PATHS.finditer(file.text, guard if guard >= 0 else len(file.text)):
            if match[1].rstrip("/") not in known:
                line = file.text.count("\n", 0, match.start()) + 1
                yield Finding(file.path, line, f"guarded by {match[1]}, which does not exist.")


def _known_paths(files: Sequence[File]) -> set[str]:
    """Every file, and every folder that holds one."""
    return {str(path) for file in files for path in (file.path, *file.path.parents)}
