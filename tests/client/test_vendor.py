"""What is vendored is what npm's lock file has, and nothing else."""

import pytest

from tests.client.node import INSTALL
from tools.vendor_client import PACKAGES, VENDOR, make_vendor


def test_vendored_files_are_the_packages_own() -> None:
    if not PACKAGES.is_dir():
        pytest.skip(INSTALL)
    found = {
        path.relative_to(VENDOR).as_posix(): path.read_text("utf-8")
        for path in VENDOR.rglob("*")
        if path.is_file()
    }
    assert found == make_vendor()
