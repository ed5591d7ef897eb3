"""The card in spec/holders-v1.md is one that our reader takes."""

import re

from crypto.officers import public_key
from keyholder.keys.cards import digest_card, read_card
from tests.conftest import ROOT


def test_the_card_of_the_worked_example() -> None:
    text = (ROOT / "spec" / "holders-v1.md").read_text(encoding="utf-8")
    section = text.partition("## Worked example")[2].partition("## Known limits")[0]
    seed, fingerprint = re.findall(r"`([0-9a-f]{64})`", section)
    data = bytes.fromhex("".join(section.split("```")[1].split()))
    card = read_card(data)
    assert card.signing_key == public_key(bytes.fromhex(seed))
    assert card.wrap_keys == {}
    assert digest_card(card).hex() == fingerprint
