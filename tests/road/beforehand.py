"""A development coalition that is there before `heliograph dev serve` starts.

What its first start makes takes six runs of `keyholder`, each with its imports and a passphrase
at its full price: ten seconds of CPU, and one more for each command that opens the vault later. So
the same commands run in this process, at the lowest price. How it is made in earnest,
test_tour.py and tests/heliograph/test_dev_coalition.py see.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from crypto.checkpoints import make_log_signer
from crypto.notes import write_key
from crypto.passphrase import Cost
from heliograph.dev.coalition import prepare_coalition
from heliograph.dev.switch import SWITCH
from heliograph.private_files import keep_secret
from heliograph.serve import LOG_SEED_SIZE
from keyholder.command import run
from keyholder.commands.session import Surroundings

CHEAP = Cost(passes=1, memory=8)


def make_beforehand(data: Path, address: str) -> None:
    """Make `data`/dev and the log's key, as the first start on `data` would."""
    now = int(time.time())

    def run_here(home: Path, passphrase: Path, arguments: Sequence[str]) -> None:
        surroundings = Surroundings(
            clock=lambda: now,  # else a quarter of an hour may begin in between, and its epoch
            pause=time.sleep,
            ask=_refuse,
            confirm=_refuse,
            environment={SWITCH: "on"},
            cost=CHEAP,
        )
        options = ["--home", str(home), "--passphrase-file", str(passphrase)]
        assert run([*options, *arguments], surroundings) == 0, arguments

    seed = keep_secret(data / "log.key", LOG_SEED_SIZE)
    prepare_coalition(
        data / "dev",
        address,
        log_key=write_key(make_log_signer(seed).key),
        now=now,
        envelopes_stored=False,
        run=run_here,
    )


def _refuse(question: str) -> NoReturn:
    raise AssertionError(f"nobody answers: {question}")
