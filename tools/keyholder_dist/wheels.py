"""The wheels for one machine: our own, built here, and others', which pip downloads."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename

from tools.keyholder_dist.contents import copy_contents
from tools.keyholder_dist.locked import Locked
from tools.keyholder_dist.targets import PYTHONS, Target

_EPOCH = "1577836800"  # 2020-01-01: all files in the wheel bear it, so two builds are one


class NoWheelError(Exception):
    """A package that a machine needs and that has no wheel for it, or none that can be fetched."""


def build_wheel(root: Path, folder: Path) -> Path:
    """The keyholder's own wheel, made in `folder` from the tree at `root`: always the same."""
    with tempfile.TemporaryDirectory() as temporary:
        copy_contents(root, Path(temporary))
        project = root / "tools" / "keyholder_dist" / "pyproject.toml"
        (Path(temporary) / "pyproject.toml").write_bytes(project.read_bytes())
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
            cwd=temporary,
            env={**os.environ, "SOURCE_DATE_EPOCH": _EPOCH},
            check=True,
            capture_output=True,
        )
    (wheel,) = folder.glob("heliograph_keyholder-*.whl")
    return wheel


def download(
    locked: Sequence[Locked], target: Target, folder: Path, pip: Sequence[str]
) -> dict[Locked, list[Path]]:
    """Fetch what `target` needs under any of PYTHONS into `folder`: the wheels of each package.

    pip chooses them, by its own configuration, and refuses what has none of the lock's hashes. Its
    `--platform` does not reach the markers of requirements, so those are read here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for python in PYTHONS:
        needed = [one for one in locked if one.applies(target, python)]
        for earlier in sorted(folder.parent.glob("*/")):  # most run everywhere: fetched once
            for wheel in (w for one in needed for w in choose(one, target, python, earlier)):
                if not (folder / wheel.name).exists():
                    shutil.copyfile(wheel, folder / wheel.name)
        missing = [one for one in needed if not choose(one, target, python, folder)]
        if missing:
            _fetch(missing, target, python, folder, pip)
    return {one: wheels for one in locked if (wheels := find_wheels(one, folder))}


def find_wheels(locked: Locked, folder: Path) -> list[Path]:
    """The wheels of one package in a folder, by name."""
    return [path for path in sorted(folder.glob("*.whl")) if _is_of(path, locked)]


def hash_file(path: Path) -> str:
    """SHA-256 in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _is_of(path: Path, locked: Locked) -> bool:
    name, version, _, _ = parse_wheel_filename(path.name)
    return canonicalize_name(name) == locked.name and str(version) == locked.version


def choose(locked: Locked, target: Target, python: str, folder: Path) -> list[Path]:
    """The wheels in `folder` that this Python takes on this machine."""
    tags = set(target.tags(python))
    wheels = find_wheels(locked, folder)
    return [path for path in wheels if tags & parse_wheel_filename(path.name)[3]]


def _fetch(
    missing: Sequence[Locked], target: Target, python: str, folder: Path, pip: Sequence[str]
) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as requirements:
        lines = (Locked(x.name, x.version, None, x.hashes).write(sorted(x.hashes)) for x in missing)
        requirements.write("\n".join(lines))
        requirements.flush()
        options = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--implementation=cp"]
        options += [f"--platform={platform}" for platform in target.platforms]
        options += [f"--python-version={python}", f"--dest={folder}"]
        done = subprocess.run(
            [*pip, "download", "-q", *options, f"--requirement={requirements.name}"],
            check=False,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise NoWheelError(
            f"{target.name}, Python {python}: a wheel is missing, or no registry was reached.\n"
            + "\n".join(said)
        )
