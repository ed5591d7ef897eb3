"""`heliograph dev text` and `heliograph dev dial`: the simulated phone, from a shell."""

import asyncio
import json
import os
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import httpx2
import typer

from heliograph.dev.errors import DevelopmentError
from heliograph.dev.line import TEXT_PROVIDERS, Line
from heliograph.dev.providers import FOLDER, read_setups
from heliograph.dev.switch import check_development
from heliograph.dev.webhooks import Call

DEFAULT_SERVICE = "http://127.0.0.1:8000"
_T = TypeVar("_T")

Service = Annotated[
    str,
    typer.Option(
        envvar="HELIOGRAPH_SERVICE", help="Address of the service that `make run` printed."
    ),
]
DataDir = Annotated[
    Path, typer.Option(envvar="HELIOGRAPH_DATA_DIR", help="The data folder that `make run` uses.")
]
Number = Annotated[
    str | None,
    typer.Option("--from", help="The phone's number; an invented one each time if not given."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands `text` and `dial`."""
    app.command()(text)
    app.command()(dial)


def text(
    words: Annotated[str, typer.Argument(metavar="TEXT", help="The text message.")],
    provider: Annotated[
        str, typer.Option(help=f"Who brings it: {' or '.join(TEXT_PROVIDERS)}.")
    ] = "twilio",
    number: Number = None,
    service: Service = DEFAULT_SERVICE,
    data_dir: DataDir = Path("var"),
    as_json: Json = False,
) -> None:
    """Send a text message from a simulated phone, through the provider's real webhook."""
    if provider not in TEXT_PROVIDERS:
        raise DevelopmentError(
            "provider-unknown",
            "There is no such provider of text messages.",
            f"Give --provider {' or '.join(TEXT_PROVIDERS)}.",
        )

    async def send(line: Line) -> list[str]:
        return await line.send_text(provider, number or invent_number(), words)

    replies = _with_line(service, data_dir, send)
    if as_json:
        typer.echo(json.dumps({"replies": replies}))
    elif replies:
        typer.echo("\n".join(replies))
    else:
        typer.echo("Delivered. No reply came back.", err=True)


def dial(
    code: Annotated[str, typer.Argument(help="The USSD code, such as '*384*555#'.")],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="INPUT...", help="What is typed at each menu, in turn."),
    ] = None,
    number: Number = None,
    service: Service = DEFAULT_SERVICE,
    data_dir: DataDir = Path("var"),
    as_json: Json = False,
) -> None:
    """Dial a USSD code from a simulated phone and print every screen. A session that is still
    open at the end is hung up."""
    typed = tuple(inputs or ())

    async def walk(line: Line) -> list[dict[str, object]]:
        call = Call(number or invent_number(), code, str(uuid.uuid4()))
        shown: list[dict[str, object]] = []
        for count in range(len(typed) + 1):
            call = Call(call.number, call.code, call.session, typed[:count])
            screen = await line.dial(call)
            shown.append({"screen": screen.text, "open": screen.open})
            if not screen.open:
                return shown
        await line.hang_up(call)
        return shown

    shown = _with_line(service, data_dir, walk)
    if as_json:
        typer.echo(json.dumps({"screens": shown}))
    else:
        _print_walk(shown, typed)
    if len(shown) <= len(typed):
        raise DevelopmentError(
            "session-over",
            "The menu ended before all inputs were typed.",
            "What was answered until then is reported. Give fewer inputs.",
        )


def invent_number() -> str:
    """A number nobody has: +999 is reserved by the ITU."""
    return f"+999{secrets.randbelow(10**7):07}"


def _print_walk(shown: list[dict[str, object]], typed: tuple[str, ...]) -> None:
    for count, screen in enumerate(shown):
        if count:
            typer.echo(f"\n> {typed[count - 1]}\n")
        typer.echo(screen["screen"])


def _with_line(service: str, data_dir: Path, work: Callable[[Line], Awaitable[_T]]) -> _T:
    check_development(service, os.environ)
    setups = read_setups(data_dir / FOLDER)

    async def run() -> _T:
        async with httpx2.AsyncClient(trust_env=False) as client:
            return await work(Line(client, setups, service, time.time))

    return asyncio.run(run())
