"""Two services never share a data folder."""

from pathlib import Path

import pytest

from heliograph.data_lock import lock_data
from heliograph.errors import OperatorError


def test_a_second_service_is_refused_and_a_later_one_is_not(tmp_path: Path) -> None:
    with lock_data(tmp_path / "var"):
        with pytest.raises(OperatorError) as caught, lock_data(tmp_path / "var"):
            pass
        assert caught.value.code == "data-folder-in-use"
        with lock_data(tmp_path / "other"):
            pass
    with lock_data(tmp_path / "var"):
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OperatorError) as caught, lock_data(tmp_path / "file" / "var"):
        pass
    assert caught.value.code == "data-folder"
