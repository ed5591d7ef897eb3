"""keyholder qr."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from keyholder.commands.options import Json
from keyholder.commands.printing import say, say_json
from keyholder.counts import choose_word, write_count
from keyholder.errors import TravelError
from keyholder.exports.output import check_output, write_output
from keyholder.files import read_start
from keyholder.terminal import show
from keyholder.travel.kinds import find_kind
from keyholder.travel.qr_drawing import draw_page, draw_sheet, draw_terminal, name_part
from keyholder.travel.qr_parts import (
    MOST_PARTS,
    PAGE_SLICE,
    SCREEN_SLICE,
    read_parts,
    write_parts,
)

_LONGEST = MOST_PARTS * PAGE_SLICE
_TEXTS_LIMIT = 1 << 20  # bytes of scanned texts
_DRAWINGS = {".html": draw_page, ".svg": draw_sheet}


def qr(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A card, lock offer, proposal, keyring, root file…"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="An .html or .svg file; or what is read."),
    ] = None,
    part: Annotated[
        int | None,
        typer.Option("--part", min=1, max=MOST_PARTS, help="Show this code alone."),
    ] = None,
    texts: Annotated[
        Path | None,
        typer.Option(
            "--read",
            metavar="TEXTS",
            help="A file of scanned texts, one a line, in any order; `-` reads what is typed.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the output file.")] = False,
    json: Json = False,
) -> None:
    """Show a small file as QR codes, or write the file again from their scanned texts.

    In the terminal a code has 390 bytes of it, on a page (--output codes.html, to print) 1,200. A
    file is shown only if it is of a kind that holders exchange: never a vault or an export.

    --json prints {"kind", "texts": [...]}, or with --read {"kind", "bytes", "missing": [numbers]}.
    """
    if (file is None) == (texts is None):
        raise typer.BadParameter("give a file, or --read", param_hint="FILE")
    if texts is not None:
        _read(texts, output, force=force, json=json)
    elif file is not None:
        _show(file, output, part, force=force, json=json)


def _show(file: Path, output: Path | None, part: int | None, *, force: bool, json: bool) -> None:
    if output is not None:
        if output.suffix.lower() not in _DRAWINGS:
            raise TravelError("qr-output")
        check_output(output, force=force)
    data = _read_file(file, _LONGEST)
    if len(data) > _LONGEST:
        raise TravelError("qr-too-big")
    kind = find_kind(data)
    if kind is None:
        raise TravelError("qr-kind")
    texts = write_parts(data, SCREEN_SLICE if output is None else PAGE_SLICE)
    if output is not None:
        write_output(output, [_DRAWINGS[output.suffix.lower()](kind, texts).encode()])
    if json:
        say_json({"kind": kind, "texts": texts})
    elif output is not None:
        say(f"{write_count(len(texts), 'code')} of a {kind} in {show(str(output))}.")
    else:
        if part is not None and part > len(texts):
            there = choose_word(len(texts), "there is", "there are")
            raise typer.BadParameter(
                f"{there} {write_count(len(texts), 'code')}", param_hint="--part"
            )
        for number, text in enumerate(texts, start=1):
            if part in (None, number):
                say(draw_terminal(text))
                say(name_part(kind, number, len(texts)))


def _read(texts: Path, output: Path | None, *, force: bool, json: bool) -> None:
    if output is None:
        raise typer.BadParameter("--read needs a file to write", param_hint="--output")
    check_output(output, force=force)
    lines = _read_texts(texts)
    data, missing = read_parts(line for line in lines if line)
    kind = find_kind(data)
    if not missing and kind is None:
        raise TravelError("qr-kind")
    if not missing:
        write_output(output, [data])
    if json:
        say_json({"kind": kind, "bytes": len(data), "missing": missing})
    elif missing:
        say(f"Missing codes: {', '.join(map(str, missing))}")
    else:
        say(f"A {kind} of {write_count(len(data), 'byte')} is in {show(str(output))}.")
    if missing:
        raise TravelError("qr-missing")


def _read_texts(texts: Path) -> list[str]:
    if str(texts) == "-":
        data = sys.stdin.read(_TEXTS_LIMIT + 1).encode("utf-8", "replace")
    else:
        data = _read_file(texts, _TEXTS_LIMIT)
    if len(data) > _TEXTS_LIMIT:
        raise TravelError("qr-text")
    return [line.removesuffix("\r") for line in data.decode("ascii", "replace").split("\n")]


def _read_file(file: Path, longest: int) -> bytes:
    try:
        return read_start(file, longest)
    except OSError as error:
        raise TravelError("travel-unreadable") from error
