"""The held keyring is checked whenever its bytes are others than those that were checked."""

from typing import Any

import pytest

from keyholder.errors import CoalitionError
from keyholder.held import read_held
from tests.keyholder.conftest import DeskForTests


@pytest.mark.parametrize("name", ["root", "keyring"])
def test_bytes_changed_after_a_good_reading_are_refused_each_time(
    coalition: DeskForTests, name: str
) -> None:
    held = read_held(coalition.home)
    path = getattr(coalition.home, name)
    good = path.read_bytes()
    for at in (0, len(good) // 2, len(good) - 2):
        path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        for _ in range(2):
            with pytest.raises(CoalitionError) as refused:
                read_held(coalition.home)
            assert refused.value.code == "keyring-damaged"
    path.write_bytes(good)
    assert read_held(coalition.home) == held


def test_what_a_caller_changes_is_not_there_for_the_next(coalition: DeskForTests) -> None:
    changed: Any = read_held(coalition.home).keyring.files
    kept = dict(changed)
    changed.clear()
    assert read_held(coalition.home).keyring.files == kept
