"""Message catalogues: the same keys and placeholders in each language, and screens that fit."""

import json
import re
import unicodedata

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

INVISIBLE = re.compile("[\u00a0\u00ad\u061c\u200b\u200d-\u200f\u202a-\u202f\u2060-\u2069\ufeff]")
"""Marks that a person who edits a catalogue cannot see; the zero-width non-joiner is a letter of
Persian."""


def test_languages() -> None:
    assert languages()[0] == "en"
    assert set(languages()) >= {
        *("en", "fr", "ar", "be", "fa", "hi", "my", "ru", "uk", "ur"),
        *("am", "bn", "es", "tr", "sw", "id", "pt"),
    }


@pytest.mark.parametrize("lang", languages())
def test_form(lang: str) -> None:
    content = json.loads((FOLDER / f"{lang}.json").read_text(encoding="utf-8"))
    for key, one in content.items():
        assert re.fullmatch(r"[a-z][a-z_-]*(\.[a-z_-]+)+", key)
        assert set(one) == {"text", "status"}
        assert one["text"] == one["text"].strip() != ""
        assert one["status"] in ("draft", "read")
        assert lang != "en" or one["status"] == "read"
        assert unicodedata.is_normalized("NFC", one["text"])
        assert not INVISIBLE.search(one["text"]), key


@pytest.mark.parametrize("lang", languages())
def test_same_keys_and_placeholders(lang: str) -> None:
    english, other = load_catalogue("en"), load_catalogue(lang)
    assert set(other) == set(english)
    for key in english:
        assert placeholders(other[key].text) == placeholders(english[key].text)


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
