"""What goes to laptops, without building the whole folder: its packages, its lock, its own wheel.

tests/long/test_keyholder_dist.py makes the folder and installs it.
"""

import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT
from tools.keyholder_dist.contents import ROOMS, find_modules, find_others
from tools.keyholder_dist.locked import Locked, read_lock
from tools.keyholder_dist.targets import PYTHONS, TARGETS

WHOLE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = tomllib.loads((ROOT / "tools/keyholder_dist/pyproject.toml").read_text("utf-8"))["project"]
LOCK = read_lock(ROOT / "requirements-keyholder.lock")
NEVER = {"fastapi", "starlette", "uvicorn", "sqlmodel", "sqlalchemy", "psycopg", "twilio"}
NEVER |= {"alembic", "python-gammu", "smpplib", "obstore", "requests", "myanmartools"}


def read_requirements(lines: list[str]) -> dict[str, str]:
    """Name and bounds of each."""
    found = map(Requirement, lines)
    return {canonicalize_name(one.name): str(one.specifier) for one in found}


def test_the_list_has_what_is_imported_and_nothing_else() -> None:
    others = find_others(ROOT) - sys.stdlib_module_names
    provided = {
        name: {file.parts[0].split(".")[0] for file in distribution(name).files or ()} & others
        for name in read_requirements(OURS["dependencies"])
    }
    assert all(provided.values()), provided
    assert set().union(*provided.values()) == others


def test_bounds_and_version_are_those_of_the_project() -> None:
    whole = read_requirements(WHOLE["dependencies"])
    ours = read_requirements(OURS["dependencies"])
    assert {name: bound for name, bound in ours.items() if name in whole} == {
        name: whole[name] for name in ours if name in whole
    }
    assert set(ours) - set(whole) == {"securesystemslib"}  # comes with tuf there
    assert (OURS["version"], OURS["requires-python"]) == (WHOLE["version"], ">=3.11")
    assert OURS["scripts"] == {"keyholder": WHOLE["scripts"]["keyholder"]}


def test_the_modules_are_those_that_another_reader_of_imports_finds() -> None:
    graph = grimp.build_graph(*ROOMS, cache_dir=None)
    reached = {name for name in graph.modules if name.split(".")[0] == "keyholder"}
    reached |= graph.find_upstream_modules("keyholder", as_package=True)
    packages = {name.rpartition(".")[0] for name in reached} - {""}
    assert set(find_modules(ROOT)) == reached | packages


def test_what_is_for_others_stays_out() -> None:
    modules = set(find_modules(ROOT))
    assert modules & {"reports.reading", "reports.screens", "reports.catalogue"} == set()
    assert {"keyholder.command", "crypto.opening", "reports.codec"} <= modules
    assert {one.name for one in LOCK} & NEVER == set()


def test_the_lock_has_the_versions_that_the_project_is_tested_with() -> None:
    tested = {one.name: one.version for one in read_lock(ROOT / "requirements.lock")}
    assert {one.name: one.version for one in LOCK} == {one.name: tested[one.name] for one in LOCK}
    assert set(read_requirements(OURS["dependencies"])) <= {one.name for one in LOCK}


def test_markers_are_read_for_the_machine_and_not_for_this_one() -> None:
    (colorama,) = (one for one in LOCK if one.name == "colorama")
    needing = {target.name for target in TARGETS if colorama.applies(target, PYTHONS[0])}
    assert needing == {"windows"}


def test_a_lock_without_hashes_or_versions_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "bad.lock"
    for line in ("cbor2==6.2.1", f"cbor2>=6 --hash=sha256:{'0' * 64}"):
        lock.write_text(line + "\n", encoding="utf-8")
        with pytest.raises(ValueError, match="make lock"):
            read_lock(lock)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    lock = tmp_path / "again.lock"
    lock.write_text("\n".join(one.write(sorted(one.hashes)) for one in LOCK), encoding="utf-8")

    def tell(locked: list[Locked]) -> list[tuple[str, str, str, frozenset[str]]]:
        return [(one.name, one.version, str(one.marker), one.hashes) for one in locked]

    assert tell(read_lock(lock)) == tell(LOCK)
