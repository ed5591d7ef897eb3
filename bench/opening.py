"""`keyholder list` of many envelopes beside a bare loop over PyNaCl's SealedBox.decrypt.

One home with a coalition and envelopes of suite 01 and 512 bytes, made here. The bare loop runs on
one core and on all; then opening with reading, and the commands as processes of their own with the
memory that they and their workers held at most.
"""

import random
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
from crypto.choosing import sealing_key
from crypto.envelope import HEADER_SIZE, Kind, Suite, day_of, envelope_id, read_header
from crypto.leaves import envelope_leaf
from crypto.locks import derive_lock
from crypto.passphrase import Cost
from crypto.sealing import new_report_id, seal
from keyholder import vault
from keyholder.command import run
from keyholder.commands.session import Surroundings
from keyholder.cores import CHUNK, count_cores, open_chunks
from keyholder.envelopes import add, open_envelopes, read_chunks
from keyholder.held import read_held
from keyholder.home import Home
from keyholder.opening import Opened, choose_keys
from keyholder.sequence import Item
from reports.codec import encode

PASSPHRASE = "a passphrase for measuring"


def _make_home(folder: Path, count: int) -> Home:
    """A coalition with one epoch and `count` envelopes."""
    words = folder / "words"
    words.write_text(PASSPHRASE, encoding="utf-8")
    surroundings = Surroundings(time.time, time.sleep, str, bool, {}, Cost(1, 8))
    options = ["--home", str(folder / "home"), "--passphrase-file", str(words)]
    for command in (["init"], ["coalition", "create"], ["epoch", "new", "--alone"]):
        if run([*options, *command], surroundings) != 0:
            raise RuntimeError("the coalition was not made")
    home = Home(folder / "home")
    now = int(time.time())
    key = sealing_key(read_held(home).keyring, "app-sms", now)
    rng = random.Random(1)
    with open_envelopes(home) as database:
        items = []
        for place in range(count):
            cc = rng.choice(["MM", "IR", "ET", "SD", "PK", "IN"])
            content = encode(
                {
                    "chan": "app-sms",
                    "cc": cc,
                    "region": f"{cc}-{rng.randrange(1, 20):02}",
                    "area": "Sagaing township",
                    "op": ["41401"],
                    "net": {"data": "down", "sms": rng.choice(["ok", "down"])},
                    "kind": ["full"],
                    "since": now - now % 900 - 900 * rng.randrange(200),
                    "since_precision": "hour",
                    "status": rng.choice(["ongoing", "ended"]),
                    "obs": now - now % 900,
                    "lang": "en",
                    "text": f"No internet since this morning, shops closed, calls work {place}",
                },
                key.epoch_start,
            )
            body = seal(key, Kind.REPORT, new_report_id(), content, padded=512)
            leaf = envelope_leaf(read_header(body), day_of(now), envelope_id(body))
            items.append(Item(place, leaf, body))
        add(database, items)
    return home


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
        total = 0
        for pid in (process.pid, *_find_children(process.pid)):
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        most = max(most, total)
        time.sleep(0.1)
    return most


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
        home = _make_home(folder, count)
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
