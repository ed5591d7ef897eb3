"""Writes a bundle as one zip file or as a folder: whole, closed to others, or not there."""

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from keyholder.errors import ExportError
from keyholder.evidence.archive import write_archive
from keyholder.exports.output import check_output, write_output
from keyholder.files import make_folder, write_whole

ZIP = ".zip"


def check_bundle_output(path: Path, *, force: bool) -> None:
    """Before any work: as `check_output`; a folder is never replaced."""
    check_output(path, force=force and path.suffix == ZIP)


def write_bundle_files(path: Path, files: Mapping[str, bytes]) -> None:
    """A zip file where the name ends so, else a folder. ExportError output-unwritable.

    A folder is filled under another name beside it; only a killed program leaves that behind.
    """
    if path.suffix == ZIP:
        write_output(path, write_archive(files.items()))
        return
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        make_folder(beside)
        try:
            for name, data in files.items():
                make_folder((beside / name).parent)
                write_whole(beside / name, [data])
            beside.rename(path)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
    except OSError as error:
        raise ExportError("output-unwritable") from error
