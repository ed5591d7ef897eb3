"""`heliograph gateway`."""

import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer

NAME = "gateway"
_HELP = """Run a gateway by itself: it takes texts and USSD, seals them at once, and keeps them
until a service has them, which may be away for days. Ctrl-C or SIGTERM forwards what it can, and
stops it; what is left is on the disk for the next start.

--status counts what waits, beside the gateway that runs or without one. --json prints
{"waiting", "refused": {code: count}, "deletions"}.
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(NAME, help=_HELP)(gateway)


def gateway(
    config: Annotated[
        Path | None,
        typer.Option(help="TOML file of settings; HELIOGRAPH_… variables win over it."),
    ] = None,
    status: Annotated[
        bool, typer.Option("--status", help="Count what waits in the outbox, and end.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with --status.")] = False,
) -> None:
    """See _HELP."""
    # Loaded only here: whoever runs another command need not have a gateway in memory.
    from heliograph.data_lock import lock_data
    from heliograph.gateway.process import run_gateway
    from heliograph.gateway.settings import GatewaySettings
    from heliograph.roots import read_root
    from heliograph.settings_loading import load

    settings = load(GatewaySettings, config)
    if status:
        _print_status(settings.data_dir, as_json=as_json)
        return

    def announce() -> None:
        digest = hashlib.sha256(read_root(settings) or b"").hexdigest()
        typer.echo(
            f"Listening on {settings.host} port {settings.port}; "
            f"outbox in {settings.data_dir}/; root SHA-256 {digest}."
        )

    with lock_data(settings.data_dir):
        run_gateway(settings, announce=announce)


def _print_status(folder: Path, *, as_json: bool) -> None:
    from heliograph.deleting import NAME as DELETIONS
    from heliograph.errors import OperatorError
    from heliograph.gateway.process import OUTBOX
    from sms.deletions import count_deletions
    from sms.errors import SetupError
    from sms.outbox import read_counts

    deletions = folder / DELETIONS
    try:
        counts = read_counts(folder / OUTBOX)
        to_delete = count_deletions(deletions) if deletions.exists() else 0
    except SetupError:
        raise OperatorError(
            "outbox-unreadable",
            "There is no outbox to read in the data folder.",
            "Check HELIOGRAPH_DATA_DIR and who may read there.",
        ) from None
    if as_json:
        told = {
            "waiting": counts.waiting,
            "refused": dict(counts.refused),
            "deletions": to_delete,
        }
        typer.echo(json.dumps(told))
        return
    typer.echo(f"Envelopes that wait for the service: {counts.waiting}")
    for code, count in sorted(counts.refused.items()):
        typer.echo(f"Envelopes that the service refused, kept aside ({code}): {count}")
    typer.echo(f"Texts that wait to be deleted at the provider: {to_delete}")
