"""What the rules read: the text files that git would commit; and what they say: findings."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

VENDORED = "client/vendor/"


@dataclass(frozen=True)
class File:
    """A file that git would commit. `path` is relative to the tree's root."""

    path: PurePosixPath
    text: str

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """The file's syntax tree; an empty one for a file that is not Python."""
        return ast.parse(self.text if self.path.suffix == ".py" else "")

    @property
    def room(self) -> str:
        return self.path.parts[0]


@dataclass(frozen=True)
class Finding:
    """A broken rule: where (line 1 where the whole file is meant), and what to do."""

    path: PurePosixPath
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def read_files(root: Path) -> list[File]:
    """All files under `root` that git tracks or would add, pictures and the like without a text; no
    links, nothing that others wrote (client/vendor)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    ).stdout.decode()
    files = []
    for name in sorted(set(listed.split("\0")) - {""}):
        path = root / name
        if path.is_symlink() or not path.is_file() or name.startswith(VENDORED):
            continue
        data = path.read_bytes()
        text = "" if b"\0" in data else data.decode("utf-8", "replace")
        files.append(File(PurePosixPath(name), text))
    return files
