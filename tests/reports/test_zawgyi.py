"""Burmese in Zawgyi: found out, and read as Unicode."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.texts import read_text
from reports.zawgyi import is_zawgyi, read_zawgyi

ARRIVAL = 1_789_999_200  # Monday 2026-09-21 14:00 UTC
PAIRS = {
    "ကေလးၿမိဳ႕ လိုင္းလံုးဝမရွိဘူး": "ကလေးမြို့ လိုင်းလုံးဝမရှိဘူး",
    "တစ္ပတ္ရွိၿပီ": "တစ်ပတ်ရှိပြီ",
    "မႏၲေလး": "မန္တလေး",
    "ျမန္မာႏိုင္ငံ": "မြန်မာနိုင်ငံ",
    "အဂၤလိပ္": "အင်္ဂလိပ်",
    "ေက်ာင္းေတြ": "ကျောင်းတွေ",
}
MYANMAR = st.text(st.characters(min_codepoint=0x1000, max_codepoint=0x109F), max_size=80)


@pytest.mark.parametrize("zawgyi", PAIRS)
def test_zawgyi_as_unicode(zawgyi: str) -> None:
    assert read_zawgyi(zawgyi) == PAIRS[zawgyi]


def test_what_is_zawgyi() -> None:
    assert is_zawgyi("ကေလးၿမိဳ႕ လိုင္းလံုးဝမရွိဘူး")
    for text in ("", "hello", "မန္တလေးမှာ အင်တာနက် မရဘူး", "النت", "\u1031", *PAIRS.values()):
        assert not is_zawgyi(text), text


def test_the_text_as_it_came_stays() -> None:
    text = "မႏၲေလး အင္တာနက္ မရဘူး ၃ ရက္ရွိၿပီ ကြ်န္ေတာ္"
    report = read_text(text, arrival=ARRIVAL)
    assert report["raw"] == text
    assert report["cc"] == "MM"
    assert report["kind"] == ["full"]
    assert report["since"] == ARRIVAL // 86_400 * 86_400 - 3 * 86_400
    assert "မန္တလေး" in report["text"]


@settings(deadline=None)
@given(MYANMAR)
def test_any_letters_can_be_read(text: str) -> None:
    is_zawgyi(text)
    assert "\ue000" not in read_zawgyi(text)
    assert read_text(text, arrival=ARRIVAL)["raw"] == text
