"""`heliograph doctor` as an operator types it."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from heliograph.command import make_command
from heliograph.doctor.checks import CHECKS, run_checks
from heliograph.doctor.deployment import Deployment
from heliograph.errors import OperatorError
from tests.heliograph.doctor.deployments import SECRET


@pytest.fixture
def config(deployment: Deployment, tmp_path: Path) -> Path:
    """The deployment's settings as a file."""
    settings = deployment.settings
    path = tmp_path / "heliograph.toml"
    path.write_text(
        f'data_dir = "{settings.data_dir}"\n'
        f'root_file = "{settings.root_file}"\n'
        f'database_url = "{settings.store_url}"\n'
        f'public_urls = ["{settings.public_urls[0]}"]\n'
        f'[[providers]]\nname = "africastalking-sms"\npath_secret = "{SECRET}"\n'
    )
    path.chmod(0o600)
    return path


def run(config: Path, *words: str) -> Any:
    # The machine and its clock are what they are, and nothing of that is under test here.
    skip = [word for name in CHECKS if name.startswith("machine.") for word in ("--skip", name)]
    return CliRunner().invoke(
        make_command(), ["doctor", "--config", str(config), *skip, *words], env={}
    )


def test_one_line_a_finding_and_what_to_do_below(config: Path, deployment: Deployment) -> None:
    (deployment.settings.data_dir / "log.key").chmod(0o604)
    done = run(config)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert any(line.startswith("wrong    files.folder") for line in lines)
    place = next(n for n, line in enumerate(lines) if line.startswith("wrong    files.folder"))
    assert lines[place + 1].strip().startswith("→ `chmod 600")
    assert lines[-1].endswith("skipped.")
    assert SECRET not in done.stdout


def test_only_what_is_wrong_counts_unless_strict(config: Path) -> None:
    # The keyring is of another year, and the tests' data may lie in memory.
    left_out = ("--skip", "keyring.current", "--skip", "disk.kind")
    lenient = run(config, "--json", *left_out)
    told = json.loads(lenient.stdout)
    assert {row["check"] for row in told["findings"]} == set(CHECKS)
    verdicts = {row["verdict"] for row in told["findings"]}
    assert (lenient.exit_code, told["ok"]) == (0, True)
    assert verdicts == {"ok", "warning", "skipped"}
    strict = run(config, "--json", "--strict", *left_out)
    assert (strict.exit_code, json.loads(strict.stdout)["ok"]) == (1, False)


def test_a_check_that_does_not_exist_is_refused(config: Path) -> None:
    done = run(config, "--skip", "store.nothing")
    assert isinstance(done.exception, OperatorError)
    assert done.exception.code == "check-unknown"


def test_a_check_that_fails_is_a_finding_and_not_the_end(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_deployment: Deployment) -> Any:
        raise ValueError(SECRET)

    def lose(_deployment: Deployment) -> Any:
        raise OperationalError(SECRET, None, ValueError(SECRET))

    monkeypatch.setitem(CHECKS, "machine.clock", fail)
    monkeypatch.setitem(CHECKS, "machine.swap", lose)
    found = dict(run_checks(deployment))
    assert found["machine.clock"].code == "check-failed"
    assert found["machine.swap"].code == "store-not-read"
    assert found["log.bodies"].verdict == "ok"
    assert SECRET not in str(found)


def test_a_good_deployment_has_nothing_wrong(deployment: Deployment) -> None:
    left_out = [name for name in CHECKS if name.startswith("machine.")] + ["disk.kind"]
    found = list(run_checks(deployment, left_out))
    assert [finding for _name, finding in found if finding.verdict == "wrong"] == []
    assert {name for name, _finding in found} == set(CHECKS)
