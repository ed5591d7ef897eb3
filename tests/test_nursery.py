"""What comes out of the nursery is as if a shell had started it, and nothing is left behind."""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.nursery import run_loaded, start_loaded

PR_GET_CHILD_SUBREAPER = 37  # linux/prctl.h
TELL = """
import json, os, signal, sys
print(json.dumps({
    "files": [os.path.realpath(f"/proc/self/fd/{number}") for number in sorted(
        map(int, os.listdir("/proc/self/fd"))) if os.path.exists(f"/proc/self/fd/{number}")],
    "environ": dict(os.environ), "words": sys.argv, "parent": os.getppid(),
    "input": sys.stdin.read(), "ctrl-c": signal.getsignal(signal.SIGINT) is not signal.SIG_IGN,
}))
sys.exit(7)
"""
TELLS_AND_WAITS = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
PARENT = f"""
import signal, sys
from pathlib import Path
from tests.nursery import start_loaded
print(start_loaded(("-c", {TELLS_AND_WAITS!r}), {{}}, Path(sys.argv[1])).pid, flush=True)
signal.pause()
"""


@pytest.fixture
def output(tmp_path: Path) -> Path:
    path = tmp_path / "output"
    path.touch()
    return path


def test_it_has_what_it_was_given_and_no_more() -> None:
    done = run_loaded(("-c", TELL, "one", "two"), {"ONLY": "this"}, 60)
    assert done.returncode == 7, done.stderr
    found = json.loads(done.stdout)
    assert found["environ"] == {"ONLY": "this"}
    assert found["words"] == ["-c", "one", "two"]
    assert found["parent"] == os.getpid()
    assert found["input"] == ""
    assert found["ctrl-c"] == (signal.getsignal(signal.SIGINT) is not signal.SIG_IGN)
    names = [Path(file).name for file in found["files"]]
    assert names == ["null", "output", "errors"]


def test_a_time_zone_is_taken() -> None:
    words = ("-c", "import time; print(time.strftime('%H', time.gmtime(0)), time.timezone)")
    assert run_loaded(words, {"TZ": "ABC-5"}, 60).stdout.split() == ["00", "-18000"]


def test_orphans_of_others_are_not_ours() -> None:
    """Nobody here would bury them."""
    run_loaded(("-c", ""), {}, 60)
    held = ctypes.c_int(-1)
    assert ctypes.CDLL(None).prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(held), 0, 0, 0) == 0
    assert held.value == 0


def test_threads_get_each_their_own() -> None:
    def run(number: int) -> int:
        return run_loaded(("-c", f"import sys; sys.exit({number})"), {}, 60).returncode

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run, range(24))) == list(range(24))


def test_one_that_takes_too_long_is_killed_and_buried() -> None:
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        run_loaded(("-c", "import signal; signal.pause()"), {}, 0.5)
    with pytest.raises(ProcessLookupError):
        os.kill(int(caught.value.cmd), 0)


def test_an_order_that_is_broken_off_spoils_none_after_it(
    output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a test's timeout does, between the order and its answer."""

    def fail(_nursery: object) -> bytes:
        raise TimeoutError

    with monkeypatch.context() as patch:
        patch.setattr("tests.nursery._read_answer", fail)
        with pytest.raises(TimeoutError):
            start_loaded(("-c", "import sys; sys.exit(3)"), {}, output)
    assert run_loaded(("-c", "import sys; sys.exit(4)"), {}, 60).returncode == 4


def test_it_ends_with_the_tests(output: Path) -> None:
    tests = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(output)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert tests.stdout is not None
    child = int(tests.stdout.readline())
    (nursery,) = Path(f"/proc/{tests.pid}/task/{tests.pid}/children").read_text().split()[:1]
    ends = [os.pidfd_open(pid) for pid in (child, int(nursery))]
    tests.kill()
    tests.wait(30)
    tests.stdout.close()
    for end in ends:
        ended, _, _ = select.select([end], [], [], 30)
        os.close(end)
        assert ended
