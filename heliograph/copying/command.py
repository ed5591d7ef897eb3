"""`heliograph copy` as it is typed: where to, what is locked, what is said at the end."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.copying import Proof, Sum
from app.databases import choose_database
from app.errors import StoreError
from heliograph.copying.transfer import copy_store
from heliograph.data_lock import lock_data
from heliograph.errors import OperatorError
from heliograph.settings import Settings
from heliograph.settings_loading import load_settings

_HELP = """Copy the store into another database: SQLite to PostgreSQL, or back. Prove the copy.

The source is the store of the settings, and is only read. Stop its service first: the command takes
the data folder's lock, and refuses a PostgreSQL store while services of the same role and name are
connected to it. The target must be empty, or a copy that was not finished: that one is emptied and
begun again. Until all is read again and its log root compared, no service takes the target.

Keys and blobs are no part of the database: they stay in the data folder, where the service goes on
to find them.

--json prints {"leaves", "root", "bodies", "pending", "tables": {name: rows}}.
"""


def add_to(app: typer.Typer) -> None:
    """Register the command `copy`."""
    app.command("copy", help=_HELP)(copy)


def copy(
    config: Annotated[
        Path | None,
        typer.Option(help="TOML file of settings; HELIOGRAPH_… variables win over it."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The target: sqlite:///FILE or postgresql://…"),
    ] = None,
    to_file: Annotated[
        Path | None, typer.Option(help="A file that holds the URL, which may have a password.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """See _HELP, which Typer shows."""
    settings = load_settings(config)
    url = read_target(to, to_file)
    with lock_stores(settings, url):
        proof, sums = copy_store(settings.store_url, url)
    typer.echo(_write_json(proof, sums) if as_json else _write_text(proof))


def read_target(to: str | None, to_file: Path | None) -> str:
    """The target's URL. Raises OperatorError: copy-target-option, copy-target-file, copy-password,
    copy-target-unknown.
    """
    if (to is None) == (to_file is None):
        raise OperatorError(
            "copy-target-option",
            "Where to copy to must be told once.",
            "Give --to with a URL, or --to-file with a file that holds it.",
        )
    try:
        url = to_file.read_text(encoding="utf-8").strip() if to_file else to or ""
    except (OSError, ValueError):
        raise OperatorError(
            "copy-target-file", "The file given to --to-file cannot be read.", "Check its path."
        ) from None
    try:
        choose_database(url)
        password = make_url(url).password
    except (StoreError, ArgumentError):
        raise OperatorError(
            "copy-target-unknown",
            "The target is no database that this program knows.",
            "Give sqlite:///FILE or postgresql://USER@HOST/DATABASE.",
        ) from None
    if to is not None and password is not None:
        raise OperatorError(
            "copy-password",
            "A password on a command line is seen by other programs and stays in the history.",
            "Write the URL to a file that only you can read, and give it by --to-file.",
        )
    return url


@contextmanager
def lock_stores(settings: Settings, url: str) -> Iterator[None]:
    """Holds the data folder, and the target's where that is another. Raises OperatorError."""
    folders = [settings.data_dir.absolute()]
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        folders.append(Path(parsed.database or "").absolute().parent)
    with ExitStack() as stack:
        for folder in dict.fromkeys(Path(os.path.realpath(one)) for one in folders):
            stack.enter_context(lock_data(folder))
        yield


def _write_text(proof: Proof) -> str:
    root = (proof.audit.root or b"").hex()
    return (
        f"Copied and proved. Leaves: {proof.audit.leaves:,}. Bodies: {proof.bodies:,}. "
        f"Envelopes that wait for their index: {proof.pending:,}.\n"
        f"The log's root is {root} in both.\n"
        "Now set HELIOGRAPH_DATABASE_URL_FILE (or HELIOGRAPH_DATABASE_URL) to the new store and "
        "start the service. Never start one on the old store again: it would be another log."
    )


def _write_json(proof: Proof, sums: dict[str, Sum]) -> str:
    return json.dumps(
        {
            "leaves": proof.audit.leaves,
            "root": (proof.audit.root or b"").hex(),
            "bodies": proof.bodies,
            "pending": proof.pending,
            "tables": {name: total.rows for name, total in sums.items()},
        },
        indent=2,
    )
