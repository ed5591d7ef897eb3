"""Rules over the lines of any file: names, lengths, addresses, numbers, versions."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from tools.sources import File, Finding

MODULE_LINES, TEST_LINES = 300, 450
EMPTY_NAMES = frozenset({"base", "common", "crud", "helper", "helpers", "manager", "util", "utils"})
# Written with brackets, so that this file obeys its own rule.
LEFT_OVERS = re.compile(r"\b(?:[T]ODO|[F]IXME|[X]XX)\b|[N]otImplementedError")
DATA_SUFFIXES = frozenset({".csv", ".json", ".lock"})
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|work|home)/")
NUMBERS = re.compile(r"(?<!\w)(?:\+|%2[Bb])(\d(?:[ -]?\d){7,14})(?!\d)")
# Numbers that nobody has: North America's 555, and 999, which the ITU keeps unassigned.
NOBODYS_NUMBERS = re.compile(r"1555|1\d{3}555|999")
WHOLE_FASTAPI = re.compile(r"\bfastapi\s*\[")

# security.md asks for these; a lock file below one of them is a known hole.
FLOORS = {
    "cryptography": "50",
    "h11": "0.16",
    "pyjwt": "2.13",
    "pynacl": "1.6.2",
    "python-multipart": "0.0.31",
    "starlette": "1.10.0",
    "uvicorn": "0.48",
}
LOCKS_WITH_FLOORS = ("requirements.lock", "requirements-run.lock")
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==(\d+(?:\.\d+)*)", re.MULTILINE)


def find_lines(files: Sequence[File], pattern: re.Pattern[str], text: str) -> Iterator[Finding]:
    """A finding for each line of `files` that holds the pattern."""
    for file in files:
        for number, line in enumerate(file.lines, 1):
            if pattern.search(line):
                yield Finding(file.path, number, text)


def lock_addresses(files: Sequence[File]) -> Iterator[Finding]:
    locks = [f for f in files if f.path.suffix == ".lock" or f.path.name == "package-lock.json"]
    yield from find_lines(
        locks, re.compile("://"), "a lock file names an address. Lock again with `make lock`."
    )


def module_lengths(files: Sequence[File]) -> Iterator[Finding]:
    for file in files:
        limit = TEST_LINES if file.room == "tests" else MODULE_LINES
        if file.path.suffix in {".py", ".js", ".css"} and len(file.lines) > limit:
            yield Finding(
                file.path, limit + 1, f"{len(file.lines)} lines, {limit} are the most. Split it."
            )


def empty_names(files: Sequence[File]) -> Iterator[Finding]:
    for file in files:
        if file.path.suffix in {".py", ".js", ".mjs"}:
            for part in (*file.path.parts[:-1], file.path.stem):
                if part in EMPTY_NAMES:
                    yield Finding(
                        file.path, 1, f"the name {part} says nothing. Say what is in there."
                    )


def left_overs(files: Sequence[File]) -> Iterator[Finding]:
    written = [f for f in files if f.path.suffix not in DATA_SUFFIXES]
    yield from find_lines(
        written, LEFT_OVERS, "unfinished work is marked here. Finish it, or file an issue."
    )


def machine_paths(files: Sequence[File]) -> Iterator[Finding]:
    yield from find_lines(
        files, MACHINE_PATHS, "a path of one machine. Make it relative, or a setting."
    )


def phone_numbers(files: Sequence[File]) -> Iterator[Finding]:
    for file in files:
        for number, line in enumerate(file.lines, 1):
            for match in NUMBERS.finditer(line):
                if not NOBODYS_NUMBERS.match(re.sub(r"\D", "", match[1])):
                    yield Finding(
                        file.path, number, "a number that somebody may have. Use +1555… or +999…"
                    )


def whole_fastapi(files: Sequence[File]) -> Iterator[Finding]:
    installing = [f for f in files if f.path.suffix not in {".md", ".py"}]
    yield from find_lines(
        installing,
        WHOLE_FASTAPI,
        "FastAPI's extras bring packages that call out. Use plain fastapi.",
    )


def version_floors(files: Sequence[File]) -> Iterator[Finding]:
    texts = {str(f.path): f.text for f in files}
    for name in LOCKS_WITH_FLOORS:
        locked = {m[1].lower(): m for m in LOCKED.finditer(texts.get(name, ""))}
        for package, floor in FLOORS.items():
            match = locked.get(package)
            if match is None:
                line, text = 1, f"{package} is not locked, so its floor {floor} cannot be checked."
            elif _version(match[2]) < _version(floor):
                line = texts[name].count("\n", 0, match.start()) + 1
                text = f"{package} {match[2]} is below {floor}. Raise it and run `make lock`."
            else:
                continue
            yield Finding(PurePosixPath(name), line, text)


def _version(text: str) -> tuple[int, ...]:
    """`1.10.0` as (1, 10): zeros at the end mean nothing."""
    parts = [int(part) for part in text.split(".")]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)
