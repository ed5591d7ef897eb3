"""spec/vectors/ in Python, Node and Chromium: the same files, all of them, in each."""

import json
import re

import pytest
from playwright.sync_api import Browser

from tests.client.files_server import FilesServer
from tests.client.node import run_node
from tests.crypto.vectors import FOLDER, find_outcome, read_vector

COUNT = re.compile(r"vectors: (\d+)")


def test_three_readers_run_the_same_vectors(
    files: FilesServer, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    vectors = [read_vector(path) for path in sorted(FOLDER.glob("*.txt"))]
    in_python = sum(find_outcome(vector) == vector.expect for vector in vectors)
    in_node = _find_count(run_node("--test", "--test-reporter=tap", "test/vectors.test.js"))
    result = json.loads(files.run_tests(browser, "vectors.js"))
    assert result["failed"] == {}
    in_chromium = _find_count("\n".join(result["printed"]))
    with capsys.disabled():
        print(f"\nvectors: Python {in_python}, Node {in_node}, Chromium {in_chromium}")
    assert len(vectors) == in_python == in_node == in_chromium


def _find_count(printed: str) -> int:
    found = COUNT.search(printed)
    assert found, printed
    return int(found[1])
