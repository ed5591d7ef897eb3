"""`keyholder list` of many envelopes beside a bare loop over PyNaCl's SealedBox.decrypt.

One home with a coalition and envelopes of suite 01 and 512 bytes, made here. The bare loop runs on
one core and on all; then opening with reading, and the commands as processes of their own with the
memory that they and their workers held at most.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from nacl.public import PrivateKey, SealedBox

from bench.figures import Figure
from bench.homes import PASSPHRASE, SEALED_TEXTS, make_home
from crypto.envelope import HEADER_SIZE, Suite
from crypto.locks import derive_lock
from keyholder import vault
from keyholder.cores import CHUNK, count_cores, open_chunks
from keyholder.envelopes import open_envelopes, read_chunks
from keyholder.held import read_held
from keyholder.home import Home
from keyholder.opening import Opened, choose_keys


def _time(name: str, count: int, cores: int, work: Callable[[], object]) -> tuple[Figure, float]:
    """The rate of `work`, and how many envelopes it opened per second of CPU (its children's
    included), which other work on the machine disturbs least."""
    started, spent = time.perf_counter(), _count_cpu()
    work()
    took, spent = time.perf_counter() - started, _count_cpu() - spent
    rate = count / took
    note = f"{took:.1f} s; {rate / cores:,.0f}/s a core; {count / spent:,.0f} per second of CPU"
    return Figure(f"{name}, envelopes/s", rate, note=note), count / spent


def _count_cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


_BOXES: list[SealedBox[PrivateKey]] = []


def _prepare_bare(private: bytes) -> None:
    _BOXES.append(SealedBox(PrivateKey(private)))


def _open_bare(bodies: list[bytes]) -> int:
    box = _BOXES[0]
    for body in bodies:
        box.decrypt(body[HEADER_SIZE:])
    return len(bodies)


def _watch_memory(process: subprocess.Popen[bytes]) -> int:
    """The most that the process and its children held together, in KiB (Linux; PSS, so that shared
    pages count once)."""
    most = 0
    while process.poll() is None:
        most = max(most, read_held_memory(process.pid))
        time.sleep(0.1)
    return most


def read_held_memory(process: int) -> int:
    """What a process and its children hold together now, in KiB; as above."""
    total = 0
    for pid in (process, *_find_children(process)):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def _find_children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(child) for child in listed.split()]


def measure(count: int) -> list[Figure]:
    """Rates, the share of the bare loop, and memory in MiB."""
    cores = count_cores()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = make_home(folder, count, SEALED_TEXTS)
        identity = vault.unlock(home, PASSPHRASE)
        held, seeds = read_held(home), vault.read_seeds(home, identity)
        private = derive_lock(seeds[0].seed, Suite.SEALED_BOX, "A").private
        keys = choose_keys(held.keyring, seeds)
        with open_envelopes(home) as database:
            chunks = list(read_chunks(database, CHUNK))
        bodies = [[kept.body or b"" for kept in chunk] for chunk in chunks]
        _prepare_bare(private)
        one, _ = _time(
            "bare SealedBox.decrypt, one core", count, 1, lambda: sum(map(_open_bare, bodies))
        )
        bare, bare_cpu = _time(
            "bare SealedBox.decrypt, all cores",
            count,
            cores,
            lambda: _open_bare_everywhere(private, bodies, cores),
        )
        opened, opened_cpu = _time(
            "opened and read, all cores",
            count,
            cores,
            lambda: sum(
                isinstance(each, Opened)
                for outcomes in open_chunks(iter(chunks), keys, count, cores)
                for each in outcomes
            ),
        )
        figures = [one, bare, opened]
        figures.append(Figure("opened and read ÷ bare, by wall time", opened.value / bare.value))
        figures.append(Figure("opened and read ÷ bare, by CPU", opened_cpu / bare_cpu))
        for words in (["open"], ["list"], ["list", "--country", "MM", "--text", "9999"]):
            figures += _measure_command(home, folder / "words", words, count, cores)
    return figures


def _open_bare_everywhere(private: bytes, bodies: list[list[bytes]], cores: int) -> int:
    with ProcessPoolExecutor(
        cores, get_context("spawn"), initializer=_prepare_bare, initargs=(private,)
    ) as pool:
        return sum(pool.map(_open_bare, bodies))


def _measure_command(
    home: Home, passphrase: Path, words: list[str], count: int, cores: int
) -> list[Figure]:
    """A command as a process of its own: its rate, and the memory that it held at most."""
    name = f"keyholder {' '.join(words)}"
    start = "from keyholder.command import main\nif __name__ == '__main__': main()"
    options = ["--home", str(home.folder), "--passphrase-file", str(passphrase)]
    memory = 0

    def run_command() -> None:
        nonlocal memory
        process = subprocess.Popen(
            [sys.executable, "-c", start, *options, *words], stdout=subprocess.DEVNULL
        )
        memory = _watch_memory(process)
        if process.returncode != 0:
            raise RuntimeError(f"{name} failed")

    rate, _ = _time(name, count, cores, run_command)
    return [rate, Figure(f"{name}, MiB at most, workers included", memory / 1024)]
