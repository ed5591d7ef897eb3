"""docs/adding-a-provider.md is true: its files, taken from the page, pass the suite."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from sms.errors import PROBLEMS
from tests.conftest import ROOT
from tests.sms.provider_contract import ProviderContract

PAGE = (ROOT / "docs/adding-a-provider.md").read_text("utf-8")
COPIED = ("app", "crypto", "migrations", "reports", "sms", "spec", "locales", "tests/sms")
FILES = ("pyproject.toml", "tests/conftest.py", "tests/coalition.py", "tests/postgres.py")


def copy_rooms(folder: Path) -> None:
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__", "vectors")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)


def test_the_files_on_the_page_are_a_provider(tmp_path: Path) -> None:
    copy_rooms(tmp_path)
    files = re.findall(r"^```\w+ (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert len(files) == 4
    for name, content in files:
        path = tmp_path / name
        assert not path.exists()
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
    options = ["-vv", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib"]
    targets = ["tests/sms/fixtures/pigeon", "tests/sms/test_registry.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *targets],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    ran = re.findall(r"fixtures/pigeon/test_contract.py::TestPigeon::(\w+).* PASSED", done.stdout)
    assert set(ran) == {name for name in dir(ProviderContract) if name.startswith("test_")}


def test_the_table_has_every_code() -> None:
    rows = re.findall(r"^\| (\d{3}) \| `([a-z-]+)` \|", PAGE, re.MULTILINE)
    listed = {code: int(status) for status, code in rows}
    assert listed == {code: problem.status for code, problem in PROBLEMS.items()}


def test_every_path_and_name_on_the_page_exists() -> None:
    for name in re.findall(r"`((?:sms|tests)/[\w./-]+)`", PAGE):
        if "pigeon" not in name:
            assert (ROOT / name).exists(), name
