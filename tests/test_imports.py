"""The import rules hold, and each of them breaks when a forbidden import is planted."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = ("app", "crypto", "heliograph", "keyholder", "reports", "sms")

PLANTS = {
    "crypto stands alone: no room, no web framework, no database": ("crypto/sealing.py", "fastapi"),
    "crypto alone imports nacl and cryptography": ("reports/codec.py", "nacl.public"),
    "reports stands alone": ("reports/codec.py", "crypto.envelope"),
    "the service cannot read reports": ("app/store.py", "crypto.opening"),
    "the gateway cannot open, and knows no service": ("sms/gateway.py", "app.store"),
    "providers import no other provider": (
        "sms/providers/twilio.py",
        "sms.providers.africas_talking",
    ),
    "keyholders' tools know neither service nor gateway": ("keyholder/merge.py", "sms.gateway"),
    "only keyholder opens": ("sms/gateway.py", "crypto.opening"),
    "heliograph runs keyholder as a process of its own": ("heliograph/serve.py", "keyholder.merge"),
    "heliograph is the one composition root": ("app/store.py", "heliograph.settings"),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over a copy of the rooms."""
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command"
    return subprocess.run(
        [sys.executable, "-c", f"{code}; lint_imports_command(['--no-cache'])"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """A copy of the rooms that a test may spoil."""
    for room in ROOMS:
        shutil.copytree(
            ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "static")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_rule_is_planted() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} == set(PLANTS)


def test_the_rules_hold(rooms: Path) -> None:
    done = lint_imports(rooms)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("rule", PLANTS)
def test_a_planted_import_breaks_its_rule(rooms: Path, rule: str) -> None:
    file, module = PLANTS[rule]
    target = rooms / file
    target.write_text(f"import {module}\n{target.read_text(encoding='utf-8')}", encoding="utf-8")
    done = lint_imports(rooms)
    assert done.returncode != 0
    assert f"{rule} BROKEN" in done.stdout
