"""The commands around a service: each is loaded when it is typed.

A service is made of much that takes a second or two to load, and `report` needs little of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

ConfigOption = Annotated[
    Path | None,
    typer.Option(help="TOML file of settings; HELIOGRAPH_… variables win over it."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def serve(config: ConfigOption = None) -> None:
    """Start the service with its gateway. Ctrl-C or SIGTERM drains and stops it."""
    from heliograph.data_lock import lock_data
    from heliograph.serve import describe_start, run_service
    from heliograph.settings_loading import load_settings

    given = load_settings(config)
    with lock_data(given.data_dir):
        run_service(given, announce=lambda: typer.echo(describe_start(given)))


def migrate(config: ConfigOption = None) -> None:
    """Bring the store's database to this version's schema. Safe to repeat."""
    from heliograph.migrate import migrate_store
    from heliograph.settings_loading import load_settings

    revision = migrate_store(load_settings(config))
    typer.echo(f"The store's schema is at revision {revision}.")


def settings(as_json: JsonOption = False) -> None:
    """List every setting with what it takes and its default."""
    from heliograph.settings_table import write_json, write_table

    typer.echo(write_json() if as_json else write_table())


def serve_development(
    workbench: Annotated[
        bool, typer.Option(help="Start a workbench for the coalition's analyst as well.")
    ] = True,
) -> None:
    """Start the service with a development coalition, a phone simulator and a workbench, on
    loopback."""
    from heliograph.dev.start import serve

    serve(workbench)


def add_copy(command: typer.Typer) -> None:
    """Register `copy`."""
    from heliograph.copying.command import add_to

    add_to(command)


def add_doctor(command: typer.Typer) -> None:
    """Register `doctor`."""
    from heliograph.doctor.command import add_to

    add_to(command)


def add_report(command: typer.Typer) -> None:
    """Register `report`."""
    from heliograph.report.command import add_to

    add_to(command)


def add_dev(command: typer.Typer) -> None:
    """Register `dev` with the commands below it."""
    from heliograph.dev.commands import add_to

    development = typer.Typer(
        help=COMMANDS["dev"].summary, no_args_is_help=True, rich_markup_mode=None
    )
    development.command("serve")(serve_development)
    add_to(development)
    command.add_typer(development, name="dev")


@dataclass(frozen=True, slots=True)
class Command:
    """What loads and registers a command, and its line in `--help`, which loads none of them."""

    add: Callable[[typer.Typer], object]
    summary: str


COMMANDS = {
    "serve": Command(
        lambda command: command.command()(serve), "Start the service with its gateway."
    ),
    "migrate": Command(
        lambda command: command.command()(migrate),
        "Bring the store's database to this version's schema.",
    ),
    "settings": Command(
        lambda command: command.command()(settings),
        "List every setting with what it takes and its default.",
    ),
    "copy": Command(
        add_copy, "Copy the store into another database: SQLite to PostgreSQL, or back."
    ),
    "doctor": Command(add_doctor, "Check a deployment and say how to mend what is found."),
    "report": Command(
        add_report,
        "Seal reports on this machine and send them; keep them sealed until they arrive.",
    ),
    "dev": Command(
        add_dev, "Try Heliograph on one machine: a development coalition and a simulated phone."
    ),
}
"""Every command but `gateway`, in the order of `--help`."""


def add_to(command: typer.Typer, only: str | None = None) -> None:
    """Register the command `only`; all of them where no command has that name."""
    for found in [COMMANDS[only]] if only in COMMANDS else COMMANDS.values():
        found.add(command)


def add_summaries(command: typer.Typer) -> None:
    """Register what `--help` lists."""
    for name, found in COMMANDS.items():
        command.command(name, help=found.summary)(lambda: None)
