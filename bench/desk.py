"""The analyst's desk: opening beside the bare loop, memory, and every question under a second.

For each mix of suites a home is made with so many envelopes; the bare loop and `keyholder`'s own
opening (from the home's file to reports that are read) take turns of half a second in the same
number of processes on the same cores, each with the start of its processes. Every other round
begins with the other one, because whoever begins is a fiftieth slower. Then one workbench holds
all of them, in a process of its own, and is asked over HTTP as the page asks; the first search is
the first one after opening.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.bare_opening import open_bare
from bench.figures import Figure
from bench.homes import ALL_WAYS, PASSPHRASE, SEALED_TEXTS, make_home
from bench.opening import read_held_memory
from bench.rounds import Scope, divide, tell
from bench.turns import take_turns
from keyholder import vault
from keyholder.cores import CHUNK, RANGE, count_cores, open_ranges
from keyholder.envelopes import list_ranges, open_envelopes, read_chunks
from keyholder.held import read_held
from keyholder.home import Home
from keyholder.opening import EpochKeys, Opened, choose_keys

REPORTS = 100_000
"""What the limits are for."""
_QUESTIONS = (
    ("first search", "/api/reports?text=9999"),
    ("search for what is in nearly all", "/api/reports?text=a"),
    ("search in Burmese", "/api/reports?text=%E1%80%96%E1%80%AF%E1%80%94%E1%80%BA%E1%80%B8"),
    ("country, network, status", "/api/reports?country=MM&net=data%3Ddown&status=ongoing"),
    ("channel, sorted by since", "/api/reports?channel=sms&sort=-since"),
    ("all, sorted by country", "/api/reports?sort=country"),
    ("the last page", "/api/reports?after={last}"),
    ("timeline", "/api/timeline"),
    ("map", "/api/map"),
)
_LATER = (
    ("incidents, sorted by reports", "/api/incidents?sort=reports"),
    ("incidents of a country and a text", "/api/incidents?country=MM&text=a"),
    ("timeline with incidents", "/api/timeline"),
    ("map with incidents", "/api/map"),
    ("by grade", "/api/reports?grade=lone"),
)


def measure(scope: Scope) -> list[Figure]:
    """Ratios, seconds and MiB; `scope.opened` is a fifth of the reports."""
    count = 5 * scope.opened
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name:
        for mix, channels, goal in (
            ("default suites", ALL_WAYS, 0.85),
            ("suite 01 alone", SEALED_TEXTS, None),
        ):
            tell(f"sealing {count:,} envelopes, {mix}")
            folder = Path(name) / mix.replace(" ", "-")
            folder.mkdir()
            home = make_home(folder, count, channels)
            rounds = scope.rounds if goal is None else 2 * scope.rounds
            figures += _compare(home, mix, count, goal, rounds)
            if channels == ALL_WAYS:
                figures += _ask_all(home, folder / "words", count)
    return figures


def _compare(home: Home, mix: str, count: int, goal: float | None, rounds: int) -> list[Figure]:
    identity = vault.unlock(home, PASSPHRASE)
    seeds = vault.read_seeds(home, identity)
    keys = choose_keys(read_held(home).keyring, seeds)
    bare: list[float] = []
    ours: list[float] = []
    both = (
        (bare, partial(_prepare_bare, home, seeds[0].seed)),
        (ours, partial(_prepare_ours, home, keys)),
    )
    for number in range(rounds):
        tell(f"opening, {mix}, round {number + 1} of {rounds}")
        first, second = both[::-1] if number % 2 else both
        spent = take_turns(first[1], second[1], count)
        first[0].append(count / spent[0])
        second[0].append(count / spent[1])
    ratios = ", ".join(f"{a / b:.2f}" for a, b in zip(ours, bare, strict=True))
    note = f"bare {max(bare):,.0f}/s, ours {max(ours):,.0f}/s, {count_cores()} processes; {ratios}"
    return [
        Figure(f"open and read ÷ bare loop, {mix}", divide(ours, bare), goal, note=note),
        Figure(f"seconds to open 100,000, {mix}", REPORTS / min(ours), 60, most=True),
    ]


def _prepare_ours(home: Home, keys: Sequence[EpochKeys]) -> Callable[[], int]:
    def work() -> int:
        with open_envelopes(home) as database:
            ranges = list_ranges(database, RANGE, count_cores())
            outcomes = open_ranges(home.envelopes, ranges, keys, count_cores())
            return sum(isinstance(one, Opened) for chunk in outcomes for one in chunk)

    return work


def _prepare_bare(home: Home, seed: bytes) -> Callable[[], int]:
    with open_envelopes(home) as database:
        bodies = [[kept.body or b"" for kept in chunk] for chunk in read_chunks(database, CHUNK)]
    return partial(open_bare, seed, bodies, count_cores())


def _ask_all(home: Home, words: Path, count: int) -> list[Figure]:
    """The workbench as a process: memory and answers."""
    figures = []
    with _run(home, words) as (process, host, token):
        peak = _wait_until(process, host, token, lambda state: state["opening"] is None)
        for name, path in _QUESTIONS:
            figures.append(_ask(host, token, name, path.format(last=count - 100)))
        peak = max(
            peak,
            _wait_until(process, host, token, lambda state: state["incidents"] is not None),
        )
        figures += [_ask(host, token, name, path) for name, path in _LATER]
        peak = max(peak, read_held_memory(process.pid))
    return [
        Figure(
            f"workbench with {count:,}, MiB at most, workers included",
            peak / 1024,
            1024,
            most=True,
        ),
        *figures,
    ]


@contextmanager
def _run(home: Home, words: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    start = "from keyholder.command import main\nif __name__ == '__main__': main()"
    options = ["--home", str(home.folder), "--passphrase-file", str(words), "workbench"]
    process = subprocess.Popen(
        [sys.executable, "-c", start, *options], stdout=subprocess.PIPE, text=True, env=os.environ
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        host, _, token = line.strip().removeprefix("Workbench: http://").partition("/#")
        yield process, host, token
    finally:
        process.terminate()
        process.wait()


def _wait_until(process: subprocess.Popen[str], host: str, token: str, done: Any) -> int:
    """The most that it held meanwhile, in KiB."""
    most = 0
    while True:
        most = max(most, read_held_memory(process.pid))
        if done(_get(host, token, "/api/state")):
            return most
        time.sleep(0.2)


def _ask(host: str, token: str, name: str, path: str) -> Figure:
    started = time.perf_counter()
    _get(host, token, path)
    return Figure(f"{name}, s", time.perf_counter() - started, 1, most=True)


def _get(host: str, token: str, path: str) -> Any:
    connection = http.client.HTTPConnection(host, timeout=600)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        told = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered with {answer.status}")
        return told
    finally:
        connection.close()
