"""Hostile characters: the page makes the same of them as the terminal does."""

import json
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from keyholder.terminal import show
from tests.keyholder.hostile import HOSTILE, PLAIN

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import { plain } from "./keyholder/workbench/page/hidden.js";
let told = "";
for await (const piece of process.stdin) told += piece;
process.stdout.write(JSON.stringify(JSON.parse(told).map((text) => plain(text))));
"""
NODE = shutil.which("node")


def ask_page(texts: list[str]) -> list[str]:
    """What the page's module makes of each text."""
    if NODE is None:
        pytest.skip("no node: apt-get install nodejs")
    told = subprocess.run(
        [NODE, "--input-type=module", "--eval", SCRIPT],
        input=json.dumps(texts).encode(),
        capture_output=True,
        check=True,
        cwd=ROOT,
    )
    return list(json.loads(told.stdout))


def test_every_character_is_treated_alike() -> None:
    # What the older of the two has not heard of yet is shown by number there, and may be by the
    # other: only characters that this Python knows are compared.
    known = [
        chr(number)
        for number in range(sys.maxunicode + 1)
        if not 0xD800 <= number <= 0xDFFF and unicodedata.category(chr(number)) not in ("Cn", "Co")
    ]
    assert len(known) > 140_000
    texts = [f"a{one}b" for one in known]
    wanted = [show(text, lines=True) for text in texts]
    assert ask_page(texts) == wanted


def test_texts_are_treated_alike() -> None:
    texts = [one + other for one in (*HOSTILE, *PLAIN) for other in (*HOSTILE, *PLAIN)]
    assert len(texts) > 3_000
    assert ask_page(texts) == [show(text, lines=True) for text in texts]
