"""`make keyholder-dist`: the folder is whole, and a machine without a network installs it.

The wheels come from the registry that pip is configured for. Nothing of the tree is in the paths of
what is installed, so that a file that was left out of the wheel is missed.
"""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.utils import parse_wheel_filename

from tests.conftest import ROOT
from tools.keyholder_dist.contents import DATA, find_modules
from tools.keyholder_dist.locked import read_lock
from tools.keyholder_dist.targets import PYTHONS, TARGETS, Target
from tools.keyholder_dist.wheels import build_wheel, choose, hash_file

LOCK = ROOT / "requirements-keyholder.lock"
PASSPHRASE = "six words that nobody else knows"
UV = ROOT / ".tools" / "bin" / "uv"


def find_base() -> str:
    """The Python beneath the virtual environment of these tests: it has pip, as make needs it."""
    return str(Path(sys.base_prefix) / "bin" / "python3")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make keyholder-dist` makes."""
    output = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "tools.keyholder_dist", "--python", find_base()]
    subprocess.run([*command, "--output", str(output)], cwd=ROOT, check=True)
    (version,) = output.iterdir()
    return version


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_each_machine_has_one_wheel_of_each_package(
    folder: Path, target: Target, python: str
) -> None:
    asked = {one.name: one for one in read_lock(folder / target.name / "requirements.txt")}
    for locked in read_lock(LOCK):
        wheels = choose(locked, target, python, folder / target.name)
        if locked.applies(target, python):
            assert len(wheels) == 1, locked.name
            assert hash_file(wheels[0]) in locked.hashes & asked[locked.name].hashes
            assert asked[locked.name].applies(target, python)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_folder_has_what_its_list_asks_for_and_nothing_else(folder: Path, target: Target) -> None:
    asked = read_lock(folder / target.name / "requirements.txt")
    hashes = {one for locked in asked for one in locked.hashes}
    wheels = sorted((folder / target.name).glob("*.whl"))
    assert {hash_file(path) for path in wheels} == hashes
    assert {parse_wheel_filename(path.name)[0] for path in wheels} == {one.name for one in asked}
    assert len(list((folder / target.name).iterdir())) == len(wheels) + 1


def test_the_sums_cover_every_file_and_catch_a_changed_one(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "copy")
    listed = {line.split("  ", 1)[1] for line in (copy / "SHA256SUMS").read_text().splitlines()}
    files = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    assert listed == files - {"SHA256SUMS"}
    check = ["sha256sum", "--quiet", "-c", "SHA256SUMS"]
    assert subprocess.run(check, cwd=copy, check=False).returncode == 0
    with (copy / "windows" / "requirements.txt").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    failed = subprocess.run(check, cwd=copy, check=False, capture_output=True, text=True)
    assert failed.returncode == 1
    assert "windows/requirements.txt: FAILED" in failed.stdout


def test_the_guide_is_a_page_for_this_version(folder: Path) -> None:
    page = (folder / "GUIDE.html").read_text(encoding="utf-8")
    assert f"For version {folder.name}." in page
    assert "VERSION" not in page
    assert "<h1>The keyholder's tool on your laptop</h1>" in page
    assert all(f"{python}" in page for python in PYTHONS)


def test_the_wheel_holds_what_is_read_and_is_made_the_same_again(
    folder: Path, tmp_path: Path
) -> None:
    again = build_wheel(ROOT, tmp_path)
    for target in TARGETS:
        assert (folder / target.name / again.name).read_bytes() == again.read_bytes()
    with zipfile.ZipFile(again) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    data = {name for name in names if not name.endswith(".py")}
    modules = {path.relative_to(ROOT).as_posix() for path in find_modules(ROOT).values()}
    assert names - data == modules
    assert all(any(name == one or name.startswith(f"{one}/") for one in DATA) for name in data)
    assert {"keyholder/workbench/page/index.html", "spec/report-v1.json"} <= data
    assert {"reports/data/regions.tsv", "reports/data/words/en.json"} <= data


def find_cut() -> list[str]:
    """How to run a command without a network, where this machine lets us: no network interface."""
    cut = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    if shutil.which("unshare") is None:
        return []
    tried = subprocess.run([*cut, "true"], check=False, capture_output=True)
    return cut if tried.returncode == 0 else []


def clean_environment(home: Path) -> dict[str, str]:
    """That of a new machine: no settings of pip, uv or Python, and nobody's packages."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "PIP_NO_INDEX": "1", "LANG": "C.UTF-8"}


@dataclass(frozen=True)
class Machine:
    """A new machine: nothing of the tree in its paths, no settings, no network if we may cut it."""

    folder: Path
    cut: list[str]

    @property
    def tool(self) -> Path:
        return self.folder / "tool" / "bin"

    def run(self, *command: str | Path, at: str = "empty") -> "subprocess.CompletedProcess[str]":
        """A command in one of its folders."""
        return subprocess.run(
            [*self.cut, *map(str, command)],
            cwd=self.folder / at,
            env=clean_environment(self.folder),
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )


def install(machine: Machine) -> None:
    """As the guide says; by uv where Python comes without venv (Debian's package of its own)."""
    options = ["--no-index", "--find-links", ".", "--require-hashes", "-r", "requirements.txt"]
    place = machine.folder / "tool"
    if machine.run(find_base(), "-c", "import ensurepip, venv").returncode == 0:
        steps: list[list[str | Path]] = [[find_base(), "-m", "venv", place]]
        steps += [[place / "bin" / "python", "-m", "pip", "install", *options]]
    else:
        print("python3-venv is not installed: uv makes the environment in its place")
        uv: list[str | Path] = [UV, "--offline", "--no-config"]
        steps = [[*uv, "venv", "--python", find_base(), place]]
        steps += [[*uv, "pip", "install", "--python", place, *options]]
    for step in steps:
        done = machine.run(*step, at="stick")
        assert done.returncode == 0, (step, done.stdout, done.stderr)


def read_wheel_version() -> str:
    """The version that the wheel's own list of packages names."""
    project = tomllib.loads((ROOT / "tools/keyholder_dist/pyproject.toml").read_text("utf-8"))
    return str(project["project"]["version"])


@pytest.fixture(scope="module")
def machine(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The folder for Linux was carried there and installed."""
    new = Machine(tmp_path_factory.mktemp("machine"), find_cut())
    shutil.copytree(folder / "linux", new.folder / "stick")
    (new.folder / "empty").mkdir()
    (new.folder / "passphrase").write_text(PASSPHRASE + "\n", encoding="utf-8")
    install(new)
    return new


def test_it_is_installed_and_used_without_a_network(machine: Machine) -> None:
    keyholder: list[str | Path] = [
        machine.tool / "keyholder",
        "--home",
        "../home",
        "--passphrase-file",
    ]
    for words in (
        ("--help",),
        ("verify-bundle", "--help"),
        ("workbench", "--help"),
        ("init",),
        ("coalition", "create", "--address", "https://reports.example.org"),
        ("epoch", "new", "--alone"),
        ("coalition", "show"),
        ("card", "--output", "my.card"),
        ("qr", "my.card", "--output", "codes.html"),
        ("bundle", "out", "stick.bundle"),
        ("ceremony",),
        ("open",),
        ("list", "--country", "MM"),
        ("verify",),
        ("words", "my.card"),
        *(
            ("export", "--format", form, "--output", f"reports.{form}")
            for form in ("csv", "json", "stop", "xlsx")
        ),
    ):
        done = machine.run(*keyholder, "../passphrase", *words)
        assert done.returncode == 0, (words, done.stdout, done.stderr)


def test_every_module_can_be_imported_there(machine: Machine) -> None:
    """Also those that a command loads late; and their data, by the functions that read it."""
    code = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)\n"
    code += "from keyholder.evidence.version import find_version\n"
    code += "from keyholder.workbench.page_files import read_page_file\n"
    code += "from reports import lexicon, places\n"
    code += "assert read_page_file('/') and lexicon.load_lexicon() and places.region_names('MM')\n"
    code += "print(find_version())"
    done = machine.run(machine.tool / "python", "-I", "-c", code, *find_modules(ROOT))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == read_wheel_version()


def test_a_changed_wheel_is_refused(folder: Path, tmp_path: Path) -> None:
    linux = shutil.copytree(folder / "linux", tmp_path / "stick")
    (own,) = linux.glob("heliograph_keyholder-*.whl")
    with zipfile.ZipFile(own, "a") as wheel:
        wheel.writestr("keyholder/more.py", "")
    command = [find_base(), "-m", "pip", "install", "--no-index", "--find-links", "."]
    command += ["--require-hashes", "--target", str(tmp_path / "target"), "-r", "requirements.txt"]
    done = subprocess.run(
        [*command, "--no-deps"],
        cwd=linux,
        env=clean_environment(tmp_path),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr
