"""QR codes drawn: for a terminal, as one SVG, or as a page that prints. Made of our words alone."""

import io
from collections.abc import Sequence

import segno

_SCALE = 3  # units a module
_BORDER = 4  # modules of white around a code, as ISO/IEC 18004 asks for
_COLUMNS = 2
_LINE = 24  # units a line of text
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>QR codes</title>
<style>
body {{ font: 16px sans-serif; background: #fff; color: #000; margin: 1em; }}
figure {{ display: inline-block; margin: 0 1em 1em 0; break-inside: avoid; }}
</style>
<h1>{title}</h1>
<p>Scan all codes, in any order, each text on a line of its own; then run
<code>keyholder qr --read</code>.</p>
{figures}
</html>
"""


def draw_terminal(text: str) -> str:
    """One code in half blocks; light on dark terminals."""
    stream = io.StringIO()
    _make(text).terminal(out=stream, compact=True, border=2)
    return stream.getvalue()


def draw_page(kind: str, texts: Sequence[str]) -> str:
    """A page of all codes that loads nothing."""
    figures = "\n".join(
        f"<figure>{_draw(text)}<figcaption>{name_part(kind, number, len(texts))}</figcaption>"
        "</figure>"
        for number, text in enumerate(texts, start=1)
    )
    return _PAGE.format(title=f"QR codes of a {kind}", figures=figures)


def draw_sheet(kind: str, texts: Sequence[str]) -> str:
    """One SVG of all codes."""
    codes = [_make(text) for text in texts]
    side = max(code.symbol_size(_SCALE, _BORDER)[0] for code in codes)
    rows = -(-len(codes) // _COLUMNS)
    columns = min(_COLUMNS, len(codes))
    parts = []
    for number, text in enumerate(texts):
        x, y = number % _COLUMNS * side, number // _COLUMNS * (side + _LINE)
        name = name_part(kind, number + 1, len(texts))
        parts.append(f'<text x="{x + 12}" y="{y + 16}" font-size="14">{name}</text>')
        parts.append(_draw(text).replace("<svg ", f'<svg x="{x}" y="{y + _LINE}" ', 1))
    width, height = columns * side, rows * (side + _LINE)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def name_part(kind: str, number: int, count: int) -> str:
    """What stands beside a code. `kind` is one of keyholder/travel/kinds.py."""
    return f"{kind}, code {number} of {count}"


def _draw(text: str) -> str:
    return str(_make(text).svg_inline(scale=_SCALE, border=_BORDER))


def _make(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="l", mode="alphanumeric", boost_error=False)
