"""Writes docs/screens.html: every screen and reply of every language, as a plain phone shows it.

`python -m tools.make_screens` writes the page; a test compares it with what the catalogues say.
One file without scripts, that asks no other address for anything.
"""

import unicodedata
from collections.abc import Iterator
from html import escape
from pathlib import Path

from babel import Locale

from reports.catalogue import languages, load_catalogue, text
from reports.gsm7 import (
    SCREEN_SEPTETS,
    SCREEN_UNITS,
    SMS_SEPTETS,
    SMS_UNITS,
    count_septets,
    count_units,
)
from reports.questions import load_dialogue, questions
from reports.screens import reply_text, screen_text, thanks_text

PAGE = Path(__file__).resolve().parent.parent / "docs" / "screens.html"
HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Every screen in every language</title>
<style>
body { margin: 0 auto; max-width: 64rem; padding: 0 1rem 3rem; color: #222; background: #fff;
  font: 1rem/1.45 system-ui, sans-serif; }
h2 { margin: 2.5rem 0 .5rem; border-top: 1px solid #bbb; padding-top: 1rem; }
h2 small, .note { color: #555; font-weight: normal; }
nav a { display: inline-block; margin: 0 .6rem .3rem 0; padding: .3rem 0; }
.phones { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { box-sizing: border-box; width: 13.5rem; max-width: 100%; margin: 0; color: #eee;
  padding: .8rem .7rem .6rem; background: #3a3f47; border-radius: 1rem 1rem 1.6rem 1.6rem; }
.glass { box-sizing: border-box; height: 17.5rem; overflow: auto; padding: .4rem .5rem; color: #111;
  background: #dbe6c9; border: 2px solid #1b1e22; border-radius: .3rem; line-height: 1.6; }
.glass p { margin: 0; overflow-wrap: anywhere; }
figure.text .glass { background: #e9e6da; }
figcaption { margin-top: .5rem; font-size: .85rem; }
figcaption b { display: block; }
.pairs { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: 0; list-style: none; }
</style>
</head>
<body>
<h1>Every screen in every language</h1>
<p>What a plain phone shows when somebody dials the code, and what may answer a text. Below each
stands its length in the encoding in which it is sent. A screen holds {septets} characters in GSM-7,
of which <code>CON</code> and a space take 4, or {units} in UCS-2; a text {sms_septets} or
{sms_units}. The numbers mean the same in every language. <em>Draft</em> is what a machine wrote and
no native speaker has read yet.</p>
<p class="note">This page is written by <code>python -m tools.make_screens</code> from
<code>locales/</code> and <code>spec/report-v1.json</code>.</p>
"""
TAIL = "</body>\n</html>\n"


def direction(lang: str) -> str:
    """`rtl` or `ltr`, by the first letter of the language's warning."""
    warning = text(lang, load_dialogue().warning)
    kinds = (unicodedata.bidirectional(char) for char in warning)
    return "rtl" if next(kind for kind in kinds if kind in ("L", "R", "AL")) != "L" else "ltr"


def write_page() -> str:
    """The whole page."""
    # Not `format`: the style has braces of its own.
    limits = {
        "{septets}": SCREEN_SEPTETS + len("CON "), "{units}": SCREEN_UNITS,
        "{sms_septets}": SMS_SEPTETS, "{sms_units}": SMS_UNITS,
    }  # fmt: skip
    head = HEAD
    for mark, limit in limits.items():
        head = head.replace(mark, str(limit))
    links = (f'<a href="#{lang}">{escape(_name(lang))}</a>' for lang in languages())
    parts = [head, "<nav>\n", *(f"{link}\n" for link in links), "</nav>\n"]
    parts += [line for lang in languages() for line in _write_language(lang)]
    return "".join([*parts, TAIL])


def _write_language(lang: str) -> Iterator[str]:
    statuses = [message.status for message in load_catalogue(lang).values()]
    drafts = f"{statuses.count('draft')} of {len(statuses)} entries draft"
    other = "fr" if lang == "en" else "en"
    first, *later = questions()
    yield f'<section id="{lang}">\n<h2>{escape(_name(lang))} <small>{drafts}</small></h2>\n'
    yield '<div class="phones">\n'
    yield _write_screen(lang, "First screen", screen_text(lang, first, other))
    if direction(lang) == "rtl":
        caption = "The same on a phone that is set to English"
        yield _write_screen(lang, caption, screen_text(lang, first, other), base="ltr")
    for number, question in enumerate(later, 2):
        yield _write_screen(lang, f"Screen {number}", screen_text(lang, question))
    yield _write_screen(lang, "The end", thanks_text(lang))
    for question in later:
        if question.text_digit:
            caption = f"Reply to a text: {text('en', question.key)}"
            yield _write_text(lang, caption, reply_text(lang, question))
    yield _write_text(lang, "Reply to a text: nothing to ask", reply_text(lang))
    yield "</div>\n<p>The first screen's last line and length where the other language is:</p>\n"
    yield '<ul class="pairs">\n'
    for other in languages():
        if other != lang:
            screen = screen_text(lang, first, other)
            offer = escape(screen.splitlines()[-1])
            yield f"<li>{escape(_name(other))}: <bdi>{offer}</bdi>, {_count(screen)[0]}</li>\n"
    yield "</ul>\n</section>\n"


def _write_screen(lang: str, caption: str, shown: str, base: str = "") -> str:
    return _write_phone(lang, caption, shown, (SCREEN_SEPTETS, SCREEN_UNITS), base)


def _write_text(lang: str, caption: str, shown: str) -> str:
    return _write_phone(lang, caption, shown, (SMS_SEPTETS, SMS_UNITS), "", "text")


def _write_phone(
    lang: str, caption: str, shown: str, limits: tuple[int, int], base: str, kind: str = "screen"
) -> str:
    length, encoding = _count(shown)
    limit = limits[encoding == "UCS-2"]
    lines = "".join(f"<p>{escape(line)}</p>" for line in shown.splitlines())
    label = f"{escape(_name(lang))}: {escape(caption)}"
    side = base or direction(lang)
    return (
        f'<figure class="{kind}">\n<div class="glass" lang="{lang}" dir="{side}" tabindex="0" '
        f'role="group" aria-label="{label}">{lines}</div>\n'
        f"<figcaption><b>{escape(caption)}</b> {length} of {limit}, {encoding}</figcaption>\n"
        "</figure>\n"
    )


def _count(shown: str) -> tuple[int, str]:
    septets = count_septets(shown)
    return (count_units(shown), "UCS-2") if septets is None else (septets, "GSM-7")


def _name(lang: str) -> str:
    return str(Locale("en").languages[lang])


if __name__ == "__main__":
    PAGE.write_text(write_page(), encoding="utf-8")
