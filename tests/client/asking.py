"""Asks the JavaScript library many things, in one Node process (client/test/answering.js)."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.client.node import CLIENT, INSTALL


class Library:
    """A running Node process that answers one question after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, do: str, **values: Any) -> Any:
        """The answer: a dict, `{"code": …}` for an error's, or None."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **values}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "Node ended: see its error above"
        return json.loads(line)


@contextmanager
def running_library() -> Iterator[Library]:
    """The library for the time of the block; a loud skip without Node."""
    node = shutil.which("node")
    if node is None:
        pytest.skip(INSTALL)
    with subprocess.Popen(
        [node, "test/answering.js"],
        cwd=CLIENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        yield Library(process)
