"""The folder that goes on a stick: wheels for each machine and their hashes, the guide."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from markdown_it import MarkdownIt

from tools.keyholder_dist.locked import Locked
from tools.keyholder_dist.targets import Target
from tools.keyholder_dist.wheels import download, hash_file

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Heliograph: the keyholder's tool</title>
<style>body {{ max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 sans-serif }}
pre {{ background: #eee; color: #000; padding: .6rem; overflow-x: auto }}</style>
{body}</html>
"""


def make_folder(
    target: Target, locked: Sequence[Locked], own: Path, folder: Path, python: str
) -> None:
    """All wheels for one machine and its requirements.txt, which takes these and no other."""
    wheels = download(locked, target, folder, [python, "-m", "pip"])
    shutil.copyfile(own, folder / own.name)
    version = own.name.split("-")[1]
    ours = Locked("heliograph-keyholder", version, None, frozenset({hash_file(own)}))
    lines = [ours.write(sorted(ours.hashes))]
    lines += [one.write(sorted(map(hash_file, paths))) for one, paths in wheels.items()]
    text = "\n".join(lines) + "\n"
    (folder / "requirements.txt").write_text(text, encoding="utf-8", newline="\n")


def write_sums(folder: Path, guide: Path, version: str) -> Path:
    """The guide, as text and as a page, and the SHA-256 of every file in the folder: SHA256SUMS."""
    text = guide.read_text(encoding="utf-8").replace("VERSION", version)
    page = _PAGE.format(body=MarkdownIt("commonmark").enable("table").render(text))
    (folder / "GUIDE.md").write_text(text, encoding="utf-8", newline="\n")
    (folder / "GUIDE.html").write_text(page, encoding="utf-8", newline="\n")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = folder / "SHA256SUMS"
    lines = [f"{hash_file(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    sums.write_text("".join(lines), encoding="utf-8", newline="\n")
    return sums
