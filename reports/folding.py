"""Names folded so that spellings meet: case, accents, letter variants, digits, punctuation."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

# Letters that Unicode does not take apart, and letters that languages of one script write apart:
# Arabic alef, yeh, kaf and heh of Arabic, Persian and Urdu keyboards; Ukrainian apostrophes.
_LETTERS = str.maketrans(
    {
        "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
        "ə": "a", "ħ": "h", "ŋ": "ng", "ё": "е",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ئ": "ي", "ک": "ك",
        "ڪ": "ك", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۂ": "ه", "ؤ": "و",
        "'": None, "’": None, "‘": None, "ʼ": None, "ʻ": None, "ʿ": None, "ʾ": None, "`": None,
        "´": None, "′": None, "ـ": None,
    }
)  # fmt: skip
# Marks that may go: accents, Arabic vowel signs, nukta. Vowel signs of Indic scripts are letters.
_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u093c\u09bc]")
_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
SIGNS = (
    r"\u0300-\u036f\u064b-\u065f\u0670\u0780-\u07bf\u0900-\u0963\u0966-\u0dff\u0e00-\u0eff"
    r"\u0f18-\u1049\u104c-\u109f\u135d-\u135f\u1780-\u17d3\u180b-\u18af"
)
"""Vowel signs and marks inside of words, for a regular expression's brackets: Python's `\\w` leaves
them out. Full stops of these scripts are left out here."""
_GAPS = re.compile(rf"[^\w{SIGNS}]+|_+")

# Nine runs of ten: Arabic-Indic, extended Arabic-Indic, Devanagari, Bengali, Myanmar, fullwidth.
_DIGIT_ZEROS = (0x0660, 0x06F0, 0x0966, 0x09E6, 0x1040, 0x1090, 0xFF10)
DIGITS = {zero + n: str(n) for zero in _DIGIT_ZEROS for n in range(10)}
_DIGIT = re.compile(f"[{''.join(map(chr, DIGITS))}]")
_LETTER = re.compile(f"[{''.join(map(chr, _LETTERS))}]")
_LONGEST = 64
"""So many characters of a word with letters beyond ASCII are folded; no known word is longer."""


def fold_word(word: str) -> str:
    """One word, folded: `Ḩalab` -> `halab`, `İZMİR` -> `izmir`, `٣` -> `3`. Empty may come back."""
    return fold_words([word])[0]


def fold_words(words: Sequence[str]) -> list[str]:
    """At least one word, each folded, in one go: a line feed is in no word, and no form of Unicode
    makes, takes or joins one. Not cached: a cache would keep people's words in memory."""
    joined = "\n".join(words)
    if joined.isascii():
        return joined.lower().replace("'", "").replace("`", "").split("\n")
    if max(map(len, words)) > _LONGEST:
        joined = "\n".join(word if word.isascii() else word[:_LONGEST] for word in words)
    plain = _INVISIBLE.sub("", joined).casefold()
    apart = unicodedata.normalize("NFKD", plain)
    # Arabic letters with hamza come apart into letter and mark; the letter is what we want.
    bare = _replace(_MARKS.sub("", apart), _LETTER, _LETTERS)
    return translate_digits(unicodedata.normalize("NFC", bare)).split("\n")


def translate_digits(text: str) -> str:
    """The text with digits of seven scripts as ASCII; every character keeps its place."""
    return text if text.isascii() else _replace(text, _DIGIT, DIGITS)


def _replace(text: str, some: re.Pattern[str], table: Mapping[int, str | None]) -> str:
    # `str.translate` is ten times slower where the table has few of the text's letters.
    for char in set(some.findall(text)):
        text = text.replace(char, table[ord(char)] or "")
    return text


def fold_name(name: str) -> str:
    """A name of several words, folded, with one space between words and `&` read as `and`."""
    words = _GAPS.sub(" ", name.replace("&", " and ").replace("’", "").replace("'", "")).split()
    return " ".join(folded for word in words if (folded := fold_word(word)))
