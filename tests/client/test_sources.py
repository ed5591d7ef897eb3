"""What the service leaves out of the app's files are comments, and nothing else."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from heliograph.web_sources import find_paths, read_sources
from tests.client.node import CLIENT, INSTALL

COMPILER = CLIENT / "node_modules" / "typescript" / "bin" / "tsc"


def compile_scripts(folder: Path, scripts: dict[str, bytes]) -> dict[str, str]:
    """Each script as a compiler writes it again, which knows comments from what looks like one."""
    names = {path: f"{number}.js" for number, path in enumerate(scripts)}
    folder.mkdir()
    for path, name in names.items():
        (folder / name).write_bytes(scripts[path])
    how = ["--allowJs", "--noCheck", "--removeComments", "--target", "esnext", "--module", "esnext"]
    how += ["--noResolve", "--ignoreConfig", "--outDir", "out"]
    node = shutil.which("node")
    if node is None or not COMPILER.is_file():
        pytest.skip(INSTALL)
    done = subprocess.run(
        [node, COMPILER, *how, *names.values()],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # It keeps some notices and not others; test_notices_of_others_stay is about those.
    return {
        path: re.sub(
            r"/\*!.*?\*/\s*", "", (folder / "out" / name).read_text("utf-8"), flags=re.DOTALL
        )
        for path, name in names.items()
    }


def test_scripts_are_the_same_programs(tmp_path: Path) -> None:
    served = {path: body for path, body in read_sources() if path.endswith(".js")}
    written = {path: file.read_bytes() for path, file in find_paths() if path in served}
    before = compile_scripts(tmp_path / "written", written)
    assert before == compile_scripts(tmp_path / "served", served)
    assert len(before) > 50
    saved = sum(map(len, written.values())) - sum(map(len, served.values()))
    assert saved > 0
    print(f"{saved} bytes of comments in {len(served)} scripts")
    spoilt = dict.fromkeys(["/x.js"], b"const a = `\n// no comment\n`;\n")
    assert "no comment" in compile_scripts(tmp_path / "third", spoilt)["/x.js"]  # it can tell


def test_styles_have_the_same_rules() -> None:
    served = dict(read_sources())
    for path, file in find_paths():
        if path.endswith(".css"):
            text = re.sub(r"/\*.*?\*/", "", file.read_text("utf-8"), flags=re.DOTALL)
            assert (
                text.split()
                == re.sub(r"/\*.*?\*/", "", served[path].decode(), flags=re.DOTALL).split()
            )


def test_notices_of_others_stay() -> None:
    served = dict(read_sources())
    count = 0
    for path, file in find_paths():
        for notice in re.findall(rb"/\*!.*?\*/", file.read_bytes(), re.DOTALL):
            assert notice in served[path]
            count += 1
    assert count
