"""Message catalogues: the same keys and placeholders in each language, and screens that fit."""

import json
import re

import pytest

from reports.catalogue import (
    FOLDER,
    find_message,
    label,
    languages,
    load_catalogue,
    placeholders,
    text,
)
from reports.gsm7 import count_septets, fits_screen
from reports.questions import load_dialogue, questions, screen_text

OWN_SCRIPT = frozenset({"am", "bn"})


def test_languages() -> None:
    assert languages()[0] == "en"
    assert set(languages()) >= {"en", "fr", "am", "bn", "es", "tr", "sw", "id", "pt"}


@pytest.mark.parametrize("lang", languages())
def test_form(lang: str) -> None:
    content = json.loads((FOLDER / f"{lang}.json").read_text(encoding="utf-8"))
    for key, one in content.items():
        assert re.fullmatch(r"[a-z][a-z_-]*(\.[a-z_-]+)+", key)
        assert set(one) == {"text", "status"}
        assert one["text"] == one["text"].strip() != ""
    statuses = {one["status"] for one in content.values()}
    assert statuses == ({"read"} if lang == "en" else {"draft"})


@pytest.mark.parametrize("lang", languages())
def test_same_keys_and_placeholders(lang: str) -> None:
    english, other = load_catalogue("en"), load_catalogue(lang)
    assert set(other) == set(english)
    for key in english:
        assert placeholders(other[key].text) == placeholders(english[key].text)


@pytest.mark.parametrize("lang", languages())
def test_screens_fit_whatever_the_second_language(lang: str) -> None:
    """A script of its own has 80 units; no other language may push a screen out of GSM-7."""
    assert len(questions()) <= 4
    for other in languages():
        for question in questions():
            # `CON ` never reaches the network. 160 septets are counted with it, to be sure.
            screen = screen_text(lang, question, other)
            screen = screen if lang in OWN_SCRIPT else f"CON {screen}"
            assert lang in OWN_SCRIPT or count_septets(screen) is not None, screen
            assert fits_screen(screen), screen
    for key in ("ussd.thanks", "sms.reply"):
        assert fits_screen("END " + text(lang, key))
        assert lang in OWN_SCRIPT or count_septets(text(lang, key)) is not None


@pytest.mark.parametrize("lang", languages())
def test_the_warning_stands_first_and_offers_the_other_language(lang: str) -> None:
    first = screen_text(lang, questions()[0], "fr" if lang == "en" else "en").splitlines()
    assert first[0] == text(lang, load_dialogue().warning)
    assert first[-1].startswith("0 ")
    for question in questions()[1:]:
        assert text(lang, load_dialogue().warning) not in screen_text(lang, question)


@pytest.mark.parametrize("lang", languages())
def test_nothing_on_a_phone_names_us_or_promises_safety(lang: str) -> None:
    for key, message in load_catalogue(lang).items():
        if key.startswith(("ussd.", "sms.")):
            plain = message.text.lower()
            for word in ("heliograph", "coalition", "keepiton", "shutdown", "secure", "sécuris",
                         "safe", "secret", "report", "signalement"):  # fmt: skip
                assert word not in plain, key
    reply = text(lang, load_dialogue().reply).lower()
    for word in ("internet", "cut", "coup", "réseau", "network"):
        assert word not in reply


def test_texts() -> None:
    assert text("fr", "ussd.thanks") == "Merci."
    assert text("xx", "ussd.thanks") == "Thank you."
    assert text("en", "no.such.key") == "no.such.key"
    assert label("fr", "value.level", "down") == "coupé"
    assert label("en", "value.level", "?9") == "?9"
    assert find_message("en", "no.such.key") is None


def test_placeholders(monkeypatch: pytest.MonkeyPatch) -> None:
    from reports import catalogue

    message = catalogue.Message("{count} of {total}", "read")
    monkeypatch.setattr(catalogue, "find_message", lambda lang, key: message)
    assert text("en", "any", count=1) == "1 of {total}"
    assert placeholders(message.text) == {"count", "total"}
