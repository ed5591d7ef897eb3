"""The card for people who text or dial: one page a language, as HTML that needs nothing else.

Its upper part is to carry: the number, the codes, two examples. Its lower part is to read and to
leave behind. The codes are the table's, the words stand in locales/card/. Which codes are on it,
and what is not said on it, docs/field-card/README.md explains.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from reports.catalogue import FOLDER, Message, fill, label, read_messages
from reports.table import Value, load_table

WORDS = FOLDER / "card"
TEMPLATE = Path(__file__).with_suffix(".html")
COUNTRIES = {
    "en": "UG", "fr": "SN", "ar": "IQ", "ur": "PK", "hi": "IN", "my": "MM", "fa": "IR", "ru": "RU",
    "uk": "UA", "be": "BY", "am": "ET", "bn": "BD", "es": "VE", "tr": "TR", "sw": "TZ", "id": "ID",
    "pt": "MZ",
}  # fmt: skip
"""The languages of the card, and the country that each one's example is from."""
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur"})

NETWORKS = ("data", "fixed", "sms", "voice")
LEVELS = ("down", "slow", "ok")
KINDS = ("full", "throttled", "apps")
STATES = ("ongoing", "ended")
APPS = ("facebook", "whatsapp", "telegram", "instagram", "youtube", "tiktok", "x")
TIMES = (("hours", 6, "H"), ("days", 3, "D"))
EXAMPLE = (("data", "down"), ("sms", "ok"), ("voice", "ok"))


@dataclass(frozen=True, slots=True)
class Filling:
    """What whoever prints may fill in. What is empty stays a blank line; an empty `place` is the
    language's own example of a place and a phone company."""

    number: str = ""
    code: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it is typed, its meaning in words, and what it says: a field and a value, which
    for `since` is a unit and a count."""

    typed: str
    meaning: str
    says: tuple[str, Any]


def load_words(lang: str) -> Mapping[str, Message]:
    """The words of one language's card."""
    return read_messages(WORDS / f"{lang}.json")


def list_codes(lang: str) -> tuple[list[Code], list[Code], list[Code]]:
    """The card's three lists: networks, what is done and since when, apps."""
    words = {key: message.text for key, message in load_words(lang).items()}
    fields = load_table().by_name
    down, level = _level_digits()["down"], words["card.level.down"]
    networks = [
        Code(letter + down, f"{words[f'card.net.{name}']}: {level}", ("net", {name: "down"}))
        for name, letter in _keywords(fields["net"].members, NETWORKS)
    ]
    said = [
        Code(keyword, words[f"card.kind.{name}"], ("kind", [name]))
        for name, keyword in _keywords(fields["kind"].values, KINDS)
    ]
    said += [
        Code(f"{count}{letter}", fill(words[f"card.{unit}"], count=count), ("since", (unit, count)))
        for unit, count, letter in TIMES
    ]
    said += [
        Code(keyword, words[f"card.status.{name}"], ("status", name))
        for name, keyword in _keywords(fields["status"].values, STATES)
    ]
    # Phones show the names of apps in these letters everywhere.
    apps = [
        Code(keyword, label("en", "value.plat", name), ("plat", [name]))
        for name, keyword in _keywords(fields["plat"].values, APPS)
    ]
    return networks, said, apps


def write_words(lang: str, place: str = "") -> str:
    """The example in words: no internet there since yesterday."""
    words = load_words(lang)
    return fill(words["card.words.example"].text, place=place or words["card.place"].text)


def write_example(lang: str, place: str = "") -> str:
    """The example in codes: data are cut, texts and calls work, for six hours, a place."""
    net = load_table().by_name["net"]
    letters, digits = dict(_keywords(net.members, NETWORKS)), _level_digits()
    levels = [letters[name] + digits[level] for name, level in EXAMPLE]
    _, said, _ = list_codes(lang)
    known = [
        code.typed for code in said if code.says in (("kind", ["full"]), ("since", ("hours", 6)))
    ]
    return " ".join([lead(), *levels, *known, place or load_words(lang)["card.place"].text])


def lead() -> str:
    """The word that a message of codes begins with."""
    return str(load_table().reading["lead"][0])


def write_page(lang: str, filling: Filling) -> str:
    """The whole page."""
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        lang=lang,
        direction="rtl" if lang in RIGHT_TO_LEFT else "ltr",
        title=escape(load_words(lang)["card.title"].text),
        card=_write_card(lang, filling),
    )


def _write_card(lang: str, filling: Filling) -> str:
    words = {key: escape(message.text) for key, message in load_words(lang).items()}
    networks, said, apps = list_codes(lang)
    digits = _level_digits()
    levels = " · ".join(
        f"<span><b>{digits[one]}</b> {words[f'card.level.{one}']}</span>" for one in LEVELS
    )
    codes = fill(words["card.codes"], lead=f"<b>{lead()}</b>")
    example = escape(write_example(lang, filling.place))
    advice = ("company", "danger", "people", "delete", "sim", "after")
    return "\n".join([
        "<section>",
        f"<h1>{words['card.title']}</h1>",
        f'<p class="warning">{words["card.warning"]}</p>',
        '<dl class="to">',
        _write_line(words["card.number"], filling.number),
        _write_line(words["card.code"], filling.code),
        "</dl>",
        f"<p>{words['card.words']}</p>",
        f'<p class="example">{escape(write_words(lang, filling.place))}</p>',
        f"<p>{codes}</p>",
        f'<p class="example"><bdi dir="ltr">{example}</bdi></p>',
        '<div class="codes">',
        f"<div><dl>{_write_list(networks)}</dl><p>{levels}</p></div>",
        f"<div><dl>{_write_list(said)}</dl></div>",
        f"<div><h2>{words['card.apps']}</h2><dl>{_write_list(apps)}</dl></div>",
        "</div>",
        "</section>",
        "<section>",
        f"<h2>{words['card.before']}</h2>",
        "<ul>",
        *(f"<li>{words[f'card.{one}']}</li>" for one in advice),
        "</ul>",
        f"<p>{words['card.leave']}</p>",
        "</section>",
    ])  # fmt: skip


def _write_line(name: str, filled: str) -> str:
    return f'<div><dt>{name}</dt><dd><bdi dir="ltr">{escape(filled)}</bdi></dd></div>'


def _write_list(codes: Iterable[Code]) -> str:
    return "".join(f"<dt>{code.typed}</dt><dd>{escape(code.meaning)}</dd>" for code in codes)


def _level_digits() -> Mapping[str, str]:
    return dict(_keywords(load_table().by_name["net"].values, LEVELS))


def _keywords(values: Iterable[Value], names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(name, the keyword that people are told) of these values."""
    known = {value.name: value.keywords[0] for value in values if value.keywords}
    return ((name, known[name]) for name in names)
