"""Options that several commands share."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from keyholder.filters import Filter
from keyholder.moments import DAY, read_day
from reports.places import find_country
from reports.table import load_table

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Publish = Annotated[
    bool, typer.Option("--publish", help="Send the keyring to the service at once.")
]
Propose = Annotated[
    Path | None,
    typer.Option(
        "--propose",
        metavar="FILE",
        help="Write a proposal that other officers sign, even where one is enough. The same file "
        "again adds to it, as long as nobody else has signed.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Service = Annotated[
    str | None,
    typer.Option(
        "--service",
        envvar="KEYHOLDER_SERVICE",
        metavar="URL",
        help="The service's address. Without it, the first address in the keyring.",
    ),
]
Country = Annotated[
    str | None, typer.Option("--country", help="A country's name or ISO 3166-1 code.")
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="YYYY-MM-DD",
        help="Observed on that day (UTC) or later; where a report does not say: received.",
    ),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="YYYY-MM-DD", help="Observed on that day (UTC) or earlier."),
]
Channel = Annotated[
    str | None,
    typer.Option("--channel", help="app, web, app-sms, sms, ussd, relay or import."),
]
Status = Annotated[
    str | None, typer.Option("--status", help="unknown, ongoing, ended or intermittent.")
]
Kind = Annotated[
    str | None, typer.Option("--kind", help="A kind of shutdown: full, throttled, apps, dns…")
]
Net = Annotated[
    list[str] | None,
    typer.Option(
        "--net",
        metavar="NETWORK=LEVEL",
        help="How a network is, for example data=down. May be given several times.",
    ),
]
Text = Annotated[
    str | None,
    typer.Option("--text", help="Words in the text, the place or an operator; case plays no part."),
]
Epoch = Annotated[int | None, typer.Option("--epoch", min=1, max=65535, help="Number of an epoch.")]

Peeled = Annotated[
    list[Path] | None,
    typer.Option(
        "--peeled",
        metavar="FILE",
        help="A file of `keyholder peel`: opens dual envelopes with lock B alone. May be given "
        "several times.",
    ),
]


def make_filter(
    *,
    country: Country = None,
    since: Since = None,
    until: Until = None,
    channel: Channel = None,
    status: Status = None,
    kind: Kind = None,
    net: Net = None,
    text: Text = None,
    epoch: Epoch = None,
) -> Filter:
    """The filter that the options ask for. typer.BadParameter (exit 2) where one makes no sense."""
    return Filter(
        country=None if country is None else _read_country(country),
        since=None if since is None else _read_day(since, "--since"),
        until=None if until is None else _read_day(until, "--until") + DAY,
        channel=_check_value("chan", channel, "--channel"),
        status=_check_value("status", status, "--status"),
        kind=_check_value("kind", kind, "--kind"),
        net=dict(_read_net(one) for one in net or ()),
        text=text,
        epoch=epoch,
    )


def with_filter(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `make_filter` in the place of its parameter `wanted`.

    Typer reads a command's options from its signature, so the command gets one that has them.
    """
    asked = inspect.signature(make_filter).parameters
    own = inspect.signature(command)

    @wraps(command)
    def run(**given: Any) -> None:
        wanted = make_filter(**{name: given.pop(name) for name in asked})
        command(**given, wanted=wanted)

    kept = [one for name, one in own.parameters.items() if name != "wanted"]
    run.__signature__ = own.replace(  # type: ignore[attr-defined]  # PEP 362 has it
        parameters=[one.replace(kind=one.KEYWORD_ONLY) for one in (*kept, *asked.values())]
    )
    return run


def _read_country(name: str) -> str:
    code = find_country(name)
    if code is None:
        raise typer.BadParameter("no such country", param_hint="--country")
    return code


def _read_day(text: str, option: str) -> int:
    try:
        return read_day(text)
    except ValueError as error:
        raise typer.BadParameter("must be a day such as 2026-01-31", param_hint=option) from error


def _check_value(field: str, value: str | None, option: str) -> str | None:
    known = load_table().by_name[field].numbers
    if value is not None and value not in known:
        raise typer.BadParameter("must be one of " + ", ".join(known), param_hint=option)
    return value


def _read_net(text: str) -> tuple[str, str]:
    field = load_table().by_name["net"]
    name, _, level = text.partition("=")
    if name not in field.member_numbers or level not in field.numbers:
        networks, levels = ", ".join(field.member_numbers), ", ".join(field.numbers)
        raise typer.BadParameter(
            f"must be NETWORK=LEVEL, with one of {networks} and one of {levels}",
            param_hint="--net",
        )
    return name, level
