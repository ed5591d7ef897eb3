"""The operator's command. Each sub-command is a module; this one only puts them together."""

import sys

import typer

from heliograph import service_commands
from heliograph.errors import OperatorError, describe_fault
from heliograph.gateway import command as gateway
from heliograph.hardening import harden_process

HELP = "--help"


def make_command(only: str | None = None) -> typer.Typer:
    """The command with all its sub-commands; with `only` alone where that is one of them, so that
    it need not wait for the rest to load, and a gateway, which may be a small machine, need not
    hold a service in memory. Of HELP, there is only what it lists.
    """
    command = typer.Typer(
        help="Run and feed a Heliograph service: sealed reports of internet shutdowns.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    command.callback()(lambda: None)  # else typer would take a single command for all of it
    if only not in service_commands.COMMANDS:
        gateway.add_to(command)
    if only == HELP:
        service_commands.add_summaries(command)
    elif only != gateway.NAME:
        service_commands.add_to(command, only)
    return command


def main() -> None:
    """Entry point. Exit 0 only on success; what went wrong and what to do goes to stderr."""
    harden_process()
    try:
        make_command(next(iter(sys.argv[1:]), HELP))()
    except OperatorError as error:
        sys.stderr.write(f"heliograph: {error}\n")
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 -- a traceback may repeat what came in
        sys.stderr.write(f"heliograph: {describe_fault(error)}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
