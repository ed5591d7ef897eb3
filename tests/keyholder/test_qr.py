"""QR codes of what holders exchange: shown, scanned in any order, and the same file again."""

import io
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyholder.errors import TravelError
from keyholder.travel.kinds import find_kind
from keyholder.travel.qr_parts import read_parts, write_parts
from tests.keyholder.conftest import DeskForTests


@given(st.binary(min_size=1, max_size=3_000), st.integers(40, 1_200), st.randoms())
def test_any_order_gives_the_file(data: bytes, size: int, order: random.Random) -> None:
    texts = write_parts(data, size)
    if len(texts) > 1:
        missing = order.randrange(len(texts))
        rest = texts[:missing] + texts[missing + 1 :]
        assert read_parts(rest) == (b"", [missing + 1])
    order.shuffle(texts)
    assert read_parts([*texts, texts[0]]) == (data, [])


def test_what_is_no_part_is_refused() -> None:
    one, two = write_parts(bytes(60), 40)
    (other,) = write_parts(b"other", 40)
    for texts, code in [
        ([], "qr-text"),
        (["?"], "qr-text"),
        ([""], "qr-text"),
        (["W50700YJJX6VC"], "qr-text"),
        ([one, other], "qr-mixed"),
        ([one, one[:-1] + chr(ord(one[-1]) + 1)], "qr-hash"),
        ([one[:30] + two[30:], two], "qr-hash"),
    ]:
        with pytest.raises(TravelError) as refused:
            read_parts(texts)
        assert refused.value.code == code, texts
    with pytest.raises(TravelError) as refused:
        write_parts(bytes(97), 1)
    assert refused.value.code == "qr-too-big"


def test_every_changed_character_is_found() -> None:
    whole = bytes(range(150))
    texts = write_parts(whole, 100)
    for at in range(len(texts[1])):
        for changed in "0Z":
            text = texts[1][:at] + changed + texts[1][at + 1 :]
            if text == texts[1]:
                continue
            try:
                assert read_parts([texts[0], text])[1] != []
            except TravelError:
                continue


@pytest.mark.parametrize("suffix", [".html", ".svg"])
def test_a_card_is_drawn_and_comes_back(desk: DeskForTests, tmp_path: Path, suffix: str) -> None:
    desk.done("init")
    card, drawn, texts = (tmp_path / name for name in ("a.card", "codes" + suffix, "texts"))
    desk.done("card", "--output", card, "--epochs", 2)
    told = desk.done("qr", card, "--output", drawn, "--json").json
    assert (told["kind"], len(told["texts"])) == ("card", 3)
    page = drawn.read_text()
    assert "card, code 3 of 3" in page
    assert page.count("<path") == 3
    assert "http-equiv" in page or suffix == ".svg"
    assert "src=" not in page
    assert "href" not in page
    texts.write_text("\r\n".join(reversed(told["texts"])), encoding="ascii")
    back = desk.done("qr", "--read", texts, "--output", tmp_path / "b.card")
    assert "A card of" in back.out
    assert (tmp_path / "b.card").read_bytes() == card.read_bytes()
    texts.write_text(told["texts"][1], encoding="ascii")
    result = desk.run("qr", "--read", texts, "--output", tmp_path / "c.card")
    assert (result.status, "Missing codes: 1, 3" in result.out) == (1, True)
    assert not (tmp_path / "c.card").exists()


def test_a_terminal_shows_one_or_all(desk: DeskForTests, tmp_path: Path) -> None:
    desk.done("init")
    card = tmp_path / "a.card"
    desk.done("card", "--output", card, "--epochs", 1)
    whole = desk.done("qr", card).out
    assert "card, code 4 of 4" in whole
    assert max(map(len, whole.splitlines())) <= 80
    one = desk.done("qr", card, "--part", 2).out
    assert "code 2 of 4" in one
    assert "code 1 of 4" not in one
    assert desk.run("qr", card, "--part", 9).status == 2


def test_only_what_holders_exchange_is_shown(coalition: DeskForTests, tmp_path: Path) -> None:
    desk, home = coalition, coalition.home
    desk.done("card", "--output", tmp_path / "card", "--epochs", 1)
    desk.done("bundle", "out", tmp_path / "bundle")
    desk.done("coalition", "export", tmp_path / "keyring")
    kinds = {
        name: find_kind((tmp_path / name).read_bytes()) for name in ("card", "bundle", "keyring")
    }
    assert kinds == {"card": "card", "bundle": "bundle", "keyring": "keyring or proposal"}
    root = home.root.read_bytes()
    assert find_kind(root) == "root file"
    # By its form alone: who signed it is looked at by those who use it.
    unsigned = re.sub(rb'"sig":( ?)"[0-9a-f]{128}"', rb'"sig":\1"' + b"0" * 128 + b'"', root)
    assert unsigned != root
    assert find_kind(unsigned) == "root file"
    for path in (home.identity, home.seeds, home.envelopes):
        result = desk.run("qr", path)
        assert (result.status, result.out) == (1, ""), path.name
    for data in (b"", b"{}", b"\xa0", b"\xa1", bytes(2 << 20)):
        assert find_kind(data) is None
    (tmp_path / "big").write_bytes((tmp_path / "bundle").read_bytes() + bytes(120_000))
    assert "more QR codes" in desk.run("qr", tmp_path / "big").err


def test_what_is_asked_wrongly(
    desk: DeskForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.run("qr").status == 2
    assert desk.run("qr", tmp_path, "--read", tmp_path).status == 2
    assert desk.run("qr", "--read", tmp_path).status == 2
    assert "cannot be read" in desk.run("qr", tmp_path / "none").err
    assert ".svg" in desk.run("qr", tmp_path / "none", "--output", tmp_path / "a.png").err
    texts = tmp_path / "texts"
    texts.write_bytes(b"\x1b[2J" + bytes(1 << 20))
    for data in (b"\x1b[2J\n", b"A" * (2 << 20)):
        texts.write_bytes(data)
        result = desk.run("qr", "--read", texts, "--output", tmp_path / "out")
        assert (result.status, "\x1b" in result.err) == (1, False)
    (stranger,) = write_parts(b"an export, perhaps", 400)
    texts.write_text(stranger, encoding="ascii")
    assert (
        "Only files that holders"
        in desk.run("qr", "--read", texts, "--output", tmp_path / "out").err
    )
    monkeypatch.setattr("sys.stdin", io.StringIO(stranger))
    assert desk.run("qr", "--read", "-", "--output", tmp_path / "out").status == 1
