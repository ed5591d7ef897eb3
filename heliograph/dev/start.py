"""`heliograph dev serve`, which is `make run`: everything on one machine, made at first start."""

import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx2
import typer

from app.databases import choose_database
from crypto.checkpoints import make_log_signer
from crypto.notes import write_key
from heliograph.data_lock import lock_data
from heliograph.dev.coalition import prepare_coalition
from heliograph.dev.line import Line
from heliograph.dev.phone import PREFIX, create_router
from heliograph.dev.providers import USSD_CODE, make_setups
from heliograph.dev.workbench import running_workbench
from heliograph.listening import listen
from heliograph.migrate import migrate_store
from heliograph.serve import read_log_seed, run_service
from heliograph.settings import Settings
from heliograph.settings_loading import load_settings

_NO_WORKBENCH: Callable[[], str | None] = lambda: None  # noqa: E731 - nothing to wait for
REPLY_CODES = ("+1555", "+999")  # numbers that nobody has, so the simulator may be answered


def serve(workbench: bool) -> None:
    """Start the service with a development coalition, a phone simulator and, unless it is not
    wanted, an analyst's workbench, on loopback."""
    settings = load_settings(None)
    # Before anything is made: a first start takes a while, a port that is taken is told at once.
    with lock_data(settings.data_dir), listen(settings) as listener:
        _serve(settings, listener, workbench)


def _serve(start: Settings, listener: socket.socket, workbench: bool) -> None:
    address = f"http://{start.host}:{listener.getsockname()[1]}"  # port 0 is one of the kernel's
    folder = start.data_dir / "dev"
    migrate_store(start)
    if not folder.is_dir():
        typer.echo("First start: making a development coalition. This can take a minute.", err=True)
    coalition = prepare_coalition(
        folder,
        address,
        log_key=write_key(make_log_signer(read_log_seed(start)).key),
        now=int(time.time()),
        envelopes_stored=_holds_envelopes(start.store_url),
    )
    setups = make_setups(folder)
    settings = start.model_copy(
        update={
            "development": True,
            "public_urls": (address,),
            "root_file": coalition.root,
            "sequence_interval_seconds": 1.0,
            "providers": setups,
            "reply_calling_codes": REPLY_CODES,
        }
    )
    line = Line(httpx2.AsyncClient(trust_env=False), setups, address, time.time)
    with ExitStack() as stack:
        wait = _NO_WORKBENCH
        if workbench:
            running = running_workbench(coalition.home, coalition.passphrase, address)
            wait = stack.enter_context(running)
        run_service(
            settings,
            routers=[create_router(line)],
            listener=listener,
            bundle=coalition.bundle,
            announce=lambda: _announce(address, coalition.env, wait()),
        )


def _holds_envelopes(url: str) -> bool:
    """Whether the store has anything in it that only the present keys can open."""
    engine = choose_database(url).open_engine(url, writes=False)
    try:
        with engine.connect() as connection:
            query = "SELECT EXISTS(SELECT 1 FROM pending) OR EXISTS(SELECT 1 FROM leaf)"
            return bool(connection.exec_driver_sql(query).scalar_one())
    finally:
        engine.dispose()


def _announce(address: str, env: Path, workbench: str | None) -> None:
    """workbench: its address; None where none runs."""
    typer.echo(
        f"""
Heliograph is running, for trying out: its keys protect nobody.

  service          {address}
  web app          {address}/   (as a reporter sees it; works offline after one visit)
  phone simulator  {address}{PREFIX}   (text it, or dial {USSD_CODE})
  workbench        {workbench or "none runs; start it with `keyholder workbench --open`"}
  data             {env.parent.parent}/

Send a report in one of the first two, and press "Get new reports" in the workbench.
What stands behind its # lets a browser in. It locks after a day without use, or with its button;
then `keyholder workbench --open` starts another one. In another shell in this folder:

  . {env}
  heliograph dev text "NET MM13 D3 S1 V1 FULL 6H MPT"
  sleep 2; keyholder sync; keyholder list

Ctrl-C stops it.
"""
    )
    sys.stdout.flush()
