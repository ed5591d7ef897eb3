"""What the keyholder's wheel holds: the modules that `keyholder` imports, and their data."""

import ast
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOMS = ("crypto", "keyholder", "reports")
DATA = ("keyholder/workbench/page", "reports/data", "spec/report-v1.json")
"""What modules of the wheel read at run time: folders and files of the tree."""


@cache
def find_modules(root: Path) -> dict[str, Path]:
    """All of `keyholder/`, and of the other rooms what it imports, directly or not: by dotted name.

    So the reader of texts, the menu and the parts of sealed SMS stay out, with what they need.
    """
    found: dict[str, Path] = {}
    waiting = [_name(root, path) for path in (root / "keyholder").rglob("*.py")]
    while waiting:
        name = waiting.pop()
        path = _find(root, name)
        if name in found or path is None:
            continue
        found[name] = path
        waiting += [name.rpartition(".")[0], *_read_imports(path)]
    return dict(sorted(found.items()))


def find_others(root: Path) -> set[str]:
    """The first names of what these modules import and none of the rooms holds."""
    names = {name for path in find_modules(root).values() for name in _read_imports(path)}
    return {name.partition(".")[0] for name in names} - set(ROOMS)


def copy_contents(root: Path, folder: Path) -> None:
    """Put the modules and their data into `folder`, an empty one, as they stand in the tree."""
    data = [path for name in DATA for path in _walk(root / name)]
    for path in [*find_modules(root).values(), *data]:
        copy = folder / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def _walk(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for inside in sorted(path.iterdir() if path.is_dir() else ()):
        if not inside.name.startswith((".", "__")):
            yield from _walk(inside)


def _name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _find(root: Path, name: str) -> Path | None:
    if name.partition(".")[0] not in ROOMS:
        return None
    path = root.joinpath(*name.split("."))
    for file in (path / "__init__.py", path.with_suffix(".py")):
        if file.is_file():
            return file
    return None


def _read_imports(path: Path) -> Iterator[str]:
    """What may be a module: `from a import b` is a, and a.b where there is such a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif (
            isinstance(node, ast.ImportFrom) and node.module
        ):  # this project imports by whole names
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
