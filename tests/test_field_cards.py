"""The cards for people who text: true to the table, read by our own reader, one page, and nothing
on them that endangers who carries one."""

import json
import os
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from reports.catalogue import languages, placeholders
from reports.report import Report
from reports.table import load_table
from reports.texts import read_text
from tests.browser import running_browser
from tests.conftest import ROOT
from tools import make_field_cards
from tools.field_card import (
    COUNTRIES,
    WORDS,
    Filling,
    lead,
    list_codes,
    load_words,
    write_example,
    write_page,
    write_words,
)

FOLDER = ROOT / "docs" / "field-card"
CARDS = tuple(COUNTRIES)
ARRIVAL = 1_780_299_900  # 2026-06-01T07:45Z
HOUR, DAY = 3_600, 86_400
SECONDS = {"hours": HOUR, "days": DAY}

# Nobody should be asked at a checkpoint what this is: no name of ours, no promise, no word of
# reports, rights, politics or the cause of a cut; in no language of the card.
NOT_SAID = (
    "heliograph", "keepiton", "access now", "coalition", "shutdown", "secur", "safe", "secret",
    "encrypt", "report", "right", "protest", "government", "police", "army", "vpn", "vote", "war ",
    "sécuri", "droit", "signal", "تحالف", "بلاغ", "سري", "محفوظ", "خفیہ", "رپورٹ", "सुरक्षित",
    "गुप्त", "रिपोर्ट", "လုံခြုံ", "လျှို့ဝှက်", "محرمانه", "گزارش", "безопас", "секрет", "донес", "шатдаун",
    "безпеч", "бяспеч", "сакрэт", "ደህንነ", "ሚስጥር", "ሪፖርት", "নিরাপদ", "গোপন", "রিপোর্ট", "segur",
    "denunci", "derecho", "güven", "gizli", "rapor", "salama", "siri", "ripoti", "rahasia", "lapor",
    "sigil", "denúncia",
)  # fmt: skip
FONTS = {"am": "Ethiopic", "bn": "Bengali", "hi": "Devanagari", "my": "Myanmar"}


@pytest.mark.parametrize("lang", CARDS)
def test_the_committed_card_is_the_one_that_is_made(lang: str) -> None:
    made = write_page(lang, Filling())
    assert (FOLDER / f"{lang}.html").read_text(encoding="utf-8") == made, (
        "run `python -m tools.make_field_cards`"
    )


def test_every_language_has_a_card_and_no_card_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.html")} == set(CARDS)
    assert {path.stem for path in WORDS.glob("*.json")} == set(CARDS)
    assert set(languages()) <= set(CARDS)
    assert len(CARDS) == 17


@pytest.mark.parametrize("lang", CARDS)
def test_words(lang: str) -> None:
    english, words = load_words("en"), load_words(lang)
    assert list(words) == list(english)
    for key, message in words.items():
        assert re.fullmatch(r"card(\.[a-z]+)+", key)
        assert placeholders(message.text) == placeholders(english[key].text), key
        assert message.text == message.text.strip() != ""
        assert unicodedata.is_normalized("NFC", message.text), key
        assert message.status in ("draft", "read")
        # The same thing is not said in English by mistake.
        same = message.text == english[key].text
        assert lang == "en" or not same or key in ("card.net.sms", "card.code"), key
    content = json.loads((WORDS / f"{lang}.json").read_text(encoding="utf-8"))
    assert all(set(one) == {"text", "status"} for one in content.values())


def _read(message: str, lang: str) -> Report:
    return read_text(message, arrival=ARRIVAL, country=COUNTRIES[lang])


def test_every_code_on_the_card_is_read_as_the_card_says() -> None:
    codes = [code for column in list_codes("en") for code in column]
    assert len(codes) >= 18
    for code in codes:
        name, value = code.says
        for message in (code.typed, f"{lead()} {code.typed}", f"{lead()} P3 {code.typed} KAMPALA"):
            found = _read(message, "en")
            if "P3" in message:
                assert found["net"].pop("power") == "down"
            if name == "since":
                unit, count = value
                assert found["since"] <= ARRIVAL - count * SECONDS[unit], message
                assert found["since"] > ARRIVAL - (count + 1) * SECONDS[unit], message
            else:
                assert found[name] == value, message
            others = {"net", "cc", "region"} if "P3" in message else set()
            assert set(found["parsed"]) - others <= {name, f"{name}_precision"}, message
            assert "text" not in found, message


def test_each_digit_of_a_level_is_read_as_the_card_says() -> None:
    levels = {"1": "ok", "2": "slow", "3": "down"}
    shown = re.findall(r"<span><b>(\d)</b> ([^<]+)</span>", write_page("en", Filling()))[:3]
    words = load_words("en")
    assert dict(shown) == {
        digit: words[f"card.level.{name}"].text for digit, name in levels.items()
    }
    for digit, name in levels.items():
        for code in list_codes("en")[0]:
            (network,) = code.says[1]
            assert _read(code.typed[0] + digit, "en")["net"] == {network: name}


@pytest.mark.parametrize("lang", CARDS)
def test_the_example_in_codes_is_read(lang: str) -> None:
    found = _read(write_example(lang), lang)
    assert found["net"] == {"data": "down", "sms": "ok", "voice": "ok"}
    assert found["kind"] == ["full"]
    assert found["since"] == ARRIVAL - 6 * HOUR
    assert found["since_precision"] == "hour"
    assert len(found["op"]) == 1
    _is_there(found, lang)


@pytest.mark.parametrize("lang", CARDS)
def test_the_example_in_words_is_read(lang: str) -> None:
    found = _read(write_words(lang), lang)
    assert found["kind"] == ["full"]
    assert found["since_precision"] == "day"
    assert ARRIVAL - 2 * DAY < found["since"] < ARRIVAL
    assert not found.get("net")
    assert len(found["op"]) == 1
    _is_there(found, lang)


def _is_there(found: Report, lang: str) -> None:
    """The place came through: as a region, or as words."""
    assert found["cc"] == COUNTRIES[lang]
    place = load_words(lang)["card.place"].text.split()[0]
    assert "region" in found or place in found["text"]


@pytest.mark.parametrize("lang", CARDS)
def test_the_card_warns_before_anything_else_and_endangers_nobody(lang: str) -> None:
    page = write_page(lang, Filling())
    words = load_words(lang)
    seen = unescape(re.sub(r"<[^>]+>", "\n", page.split("<main", 1)[1]))
    assert seen.index(words["card.warning"].text) < seen.index(words["card.number"].text)
    for key in ("delete", "people", "sim", "danger", "after", "company", "leave"):
        assert words[f"card.{key}"].text in seen
    for word in NOT_SAID:
        assert word not in seen.lower(), word
        assert word not in words["card.title"].text.lower(), word
    assert "<!--" not in page
    # No cause, no danger, nothing of the person: only what is cut, since when, and apps.
    typed = {code.typed for column in list_codes(lang) for code in column}
    for field in ("cause", "safety", "impact", "gov", "relation"):
        for value in load_table().by_name[field].values:
            assert typed.isdisjoint(value.keywords)


@pytest.mark.parametrize("lang", CARDS)
def test_a_card_needs_nothing_else(lang: str) -> None:
    page = write_page(lang, Filling())
    assert not re.search(r"<script|<link|<img|src=|href=|url\(|@import|https?:|\son\w+=", page)
    assert "default-src 'none'" in page
    direction = "rtl" if lang in ("ar", "fa", "ur") else "ltr"
    assert f'<html lang="{lang}" dir="{direction}">' in page


def test_filling_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_field_cards.main([
        "--number", "+1 555 0100", "--code", "*384*555#", "--place", "<Goma> & Airtel",
        "--language", "fr", "--language", "ar", "--output", str(tmp_path / "cards"),
    ])  # fmt: skip
    assert {path.name for path in (tmp_path / "cards").iterdir()} == {"fr.html", "ar.html"}
    page = (tmp_path / "cards" / "ar.html").read_text(encoding="utf-8")
    assert page.count('<bdi dir="ltr">+1 555 0100</bdi>') == 2
    assert page.count('<bdi dir="ltr">*384*555#</bdi>') == 2
    assert "FULL 6H &lt;Goma&gt; &amp; Airtel" in page
    assert "<Goma>" not in page
    assert "ar: 31 of 31 texts are drafts" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--number", "+1555"], ["--code", "x" * 41], ["--place", "a\nb"]]
)
def test_what_is_not_filled_in(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Never into docs/, never more than the line holds."""
    before = {path: path.read_bytes() for path in FOLDER.iterdir()}
    with pytest.raises(SystemExit):
        make_field_cards.main(arguments)
    assert {path: path.read_bytes() for path in FOLDER.iterdir()} == before


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


def _has_letters(lang: str) -> bool:
    if lang not in FONTS:
        return True
    listed = (
        shutil.which("fc-list")
        and subprocess.run(
            ["fc-list", f"Noto Sans {FONTS[lang]}"], capture_output=True, check=True
        ).stdout
    )
    return bool(listed)


@pytest.mark.parametrize("lang", CARDS)
def test_a_card_is_one_page(lang: str, browser: Browser) -> None:
    if not _has_letters(lang):
        pytest.skip(f"no letters for {lang}: apt-get install fonts-noto-core fontconfig")
    page = browser.new_page(viewport={"width": 320, "height": 480})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    address = (FOLDER / f"{lang}.html").as_uri()
    page.goto(address)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320, "wider than a small phone"
    assert page.locator(".again").is_hidden()
    if folder := os.environ.get("HELIOGRAPH_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"card-{lang}.png"), full_page=True)
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1123, "height": 794})  # A4 at 96 dots an inch
    sheet = page.evaluate(
        """() => {
            const millimetres = 25.4 / 96, cards = [...document.querySelectorAll('.card')]
            return {
                cards: cards.length,
                used: Math.max(...cards.map(card => [...card.children].reduce(
                    (sum, part) => sum + part.getBoundingClientRect().height, 0))) * millimetres,
                lines: [...document.querySelectorAll('.to dd')].map(
                    line => line.getBoundingClientRect().width * millimetres),
                wide: cards.flatMap(card => [...card.querySelectorAll('*')]).filter(
                    part => part.clientWidth && part.scrollWidth > part.clientWidth + 1).length,
                letters: parseFloat(getComputedStyle(document.body).fontSize) * 0.75,
            }
        }"""
    )
    assert sheet["cards"] == 2
    assert sheet["used"] < 201, "taller than half a sheet, less its edges"
    assert min(sheet["lines"]) > 33, "too little room to write a number by hand"
    assert sheet["wide"] == 0
    assert sheet["letters"] >= 9.5, "too small to photocopy"
    if folder := os.environ.get("HELIOGRAPH_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"card-{lang}-print.png"))
    page.close()
    assert asked == [address]
