"""The app on a phone: fixtures of `tests/client`, for proofs that take minutes."""

from tests.client.conftest import browser as browser
from tests.client.conftest import files as files
