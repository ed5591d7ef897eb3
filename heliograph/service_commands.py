"""The commands around a service. They need all that a service is made of."""

from pathlib import Path
from typing import Annotated

import typer

from heliograph.copying import command as copying
from heliograph.data_lock import lock_data
from heliograph.dev import commands as phone
from heliograph.dev import start
from heliograph.doctor import command as checking
from heliograph.migrate import migrate_store
from heliograph.report import command as reporting
from heliograph.serve import describe_start, run_service
from heliograph.settings_loading import load_settings
from heliograph.settings_table import write_json, write_table

ConfigOption = Annotated[
    Path | None,
    typer.Option(help="TOML file of settings; HELIOGRAPH_… variables win over it."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def serve(config: ConfigOption = None) -> None:
    """Start the service with its gateway. Ctrl-C or SIGTERM drains and stops it."""
    given = load_settings(config)
    with lock_data(given.data_dir):
        run_service(given, announce=lambda: typer.echo(describe_start(given)))


def migrate(config: ConfigOption = None) -> None:
    """Bring the store's database to this version's schema. Safe to repeat."""
    revision = migrate_store(load_settings(config))
    typer.echo(f"The store's schema is at revision {revision}.")


def settings(as_json: JsonOption = False) -> None:
    """List every setting with what it takes and its default."""
    typer.echo(write_json() if as_json else write_table())


def add_to(command: typer.Typer) -> None:
    """Register every command but `gateway`."""
    for function in (serve, migrate, settings):
        command.command()(function)
    copying.add_to(command)
    checking.add_to(command)
    reporting.add_to(command)
    development = typer.Typer(
        help="Try Heliograph on one machine: a development coalition and a simulated phone.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    development.command()(start.serve)
    phone.add_to(development)
    command.add_typer(development, name="dev")
