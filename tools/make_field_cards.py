"""Writes docs/field-card/<language>.html: `python -m tools.make_field_cards`.

With a number, a code or a place it fills the cards in, into a folder of yours, never into docs/:
`python -m tools.make_field_cards --number +15550100 --code '*384*555#' --output DIRECTORY`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.field_card import COUNTRIES, Filling, load_words, write_page

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "field-card"
MOST_CHARACTERS = 40
"""Of what is filled in: what the line holds."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the cards and say which of them no native speaker has read."""
    parser = argparse.ArgumentParser(prog="make_field_cards", description=__doc__)
    parser.add_argument("--number", default="", type=_short, help="where the texts go")
    parser.add_argument("--code", default="", type=_short, help="the USSD code")
    parser.add_argument("--place", default="", type=_short, help="a place and a phone company")
    parser.add_argument("--language", action="append", choices=COUNTRIES, help="default: all")
    parser.add_argument("--output", type=Path, default=FOLDER, help="default: the blank cards' own")
    given = parser.parse_args(arguments)
    filling = Filling(given.number, given.code, given.place)
    if filling != Filling() and given.output.resolve() == FOLDER:
        parser.error("a filled-in card does not belong into docs/: name a folder with --output")
    given.output.mkdir(parents=True, exist_ok=True)
    for lang in given.language or COUNTRIES:
        (given.output / f"{lang}.html").write_text(write_page(lang, filling), encoding="utf-8")
        drafts = sum(message.status == "draft" for message in load_words(lang).values())
        if drafts:
            print(f"{lang}: {drafts} of {len(load_words(lang))} texts are drafts", file=sys.stderr)


def _short(text: str) -> str:
    if len(text) > MOST_CHARACTERS or not text.isprintable():
        raise argparse.ArgumentTypeError(f"at most {MOST_CHARACTERS} printable characters")
    return text


if __name__ == "__main__":
    main()
