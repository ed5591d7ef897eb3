"""Every rule of tools/rules.py is broken once on purpose, and must say where and what to do.

Words and paths that the rules forbid are put together here, so that this file obeys them.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import rules
from tools.text_rules import FLOORS

LOCK = "".join(f"{name}=={floor}.1 \\\n    --hash=sha256:00\n" for name, floor in FLOORS.items())
CLEAN = {
    "requirements.lock": LOCK,
    "requirements-run.lock": LOCK,
    "README.md": "Call +15550100, or +1 212 555 0123.\n",
    "app/errors.py": "class StoreError(Exception):\n    code = 'full'\n",
    "app/store.py": (
        "import logging\n\nlog = logging.getLogger(__name__)\n\n\n"
        "def put(items, incident):\n"
        "    log.warning('refused %s items, incident %s', len(items), incident)\n"
        "    log.log(logging.INFO, 'stored')\n"
        "    catalogue.error(items)\n"
        "    raise StoreError\n"
    ),
}

RECORD = (
    "# 1. A\n**Context.** a\n**Decision.** b\n**Consequences.** c\n**Guarded by** `app/store.py`.\n"
)
CLEAN["docs/adr/0001-a.md"] = RECORD
CLEAN["docs/a.md"] = "[up](../README.md#x) [folder](adr/) [out](https://example.org) [here](#x)\n"

Plant = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def plant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Plant:
    """Check a clean tree with these files over it; gives the exit status and the findings."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)

    def check(
        changes: dict[str, str | None], clean: dict[str, str] = CLEAN
    ) -> tuple[int, list[str]]:
        for name, text in {**clean, **changes}.items():
            path = tmp_path / name
            if text is None:
                path.unlink(missing_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        status = rules.main(tmp_path)
        return status, capsys.readouterr().out.splitlines()[:-1]

    return check


def test_a_clean_tree_passes(plant: Plant) -> None:
    assert plant({}) == (0, [])


def test_nothing_to_check_is_a_failure(plant: Plant) -> None:
    status, _ = plant({}, clean={})
    assert status == 1


PLANTED = [
    ("lock address", "web/package-lock.json", "\nhttps:" + "//example.org", "2: a lock file names"),
    ("lock address", "other.lock", "file:" + "///x", "1: a lock file names an address"),
    ("long module", "app/long.py", "x = 1\n" * 301, "301: 301 lines, 300 are the most"),
    ("long test", "tests/test_long.py", "x = 1\n" * 451, "451: 451 lines, 450 are the most"),
    ("empty name", "app/utils.py", "", "1: the name utils says nothing"),
    ("empty folder name", "app/common/words.py", "", "1: the name common says nothing"),
    ("empty name in JavaScript", "client/helpers.mjs", "", "1: the name helpers says nothing"),
    ("left over", "docs/z.md", "fine\nTO" + "DO later\n", "2: unfinished work"),
    ("left over", "Makefile", "# FIX" + "ME\n", "1: unfinished work"),
    ("left over", "reports/a.py", "# XX" + "X\n", "1: unfinished work"),
    ("stub", "reports/a.py", "x = NotImplemented" + "Error\n", "1: unfinished work"),
    ("machine path", "docs/z.md", "see /ro" + "ot/x\n", "1: a path of one machine"),
    ("machine path", "spec/a.json", '{"at": "/wo' + 'rk/x"}', "1: a path of one machine"),
    ("machine path", ".ci/run", "cd /ho" + "me/me\n", "1: a path of one machine"),
    ("phone number", "docs/z.md", "\ncall +2547" + "11000001\n", "2: a number that somebody"),
    ("phone number with gaps", "docs/z.md", "+33 6 12" + " 34 56 78\n", "1: a number that"),
    ("phone number in a form", "tests/a.txt", "From=%2B4477" + "00900123&", "1: a number that"),
    ("phone number in New York", "tests/a.txt", "+1212" + "4440123", "1: a number that"),
    ("whole FastAPI", "pyproject.toml", '"fastapi' + '[standard]"\n', "1: FastAPI's extras"),
    (
        "no errors.py",
        "sms/a.py",
        "raise ValueError\n",
        "1: raised here, but there is no sms/errors",
    ),
    ("no errors.py above", "sms/b/a.py", "\nraise ValueError('x')\n", "2: raised here, but there"),
    ("upload", "app/a.py", "from fastapi import UploadFile\n", "1: UploadFile may spool"),
    ("form", "sms/a.py", "async def f(request):\n    await request.form()\n", "2: form may spool"),
    (
        "middleware",
        "app/a.py",
        "from a.b import BaseHTTPMiddleware\n",
        "1: BaseHTTPMiddleware halves",
    ),
    ("middleware", "heliograph/a.py", "service.middleware('http')\n", "1: middleware halves"),
    ("print", "sms/a.py", "print('x')\n", "1: printed where reports pass"),
    ("log f-string", "app/a.py", "log.info(f'{body}')\n", "1: a log line's text must be"),
    ("log variable", "app/a.py", "self._log.info(text)\n", "1: a log line's text must be"),
    ("log nothing", "app/a.py", "log.log(level)\n", "1: a log line's text must be"),
    ("log argument", "sms/a.py", "log.info('from %s', sender)\n", "1: a log line may carry only"),
    ("log attribute", "sms/a.py", "log.info('%s', sms.text)\n", "1: a log line may carry only"),
    ("log call", "sms/a.py", "log.info('%s', repr(code))\n", "1: a log line may carry only"),
    (
        "log by keyword",
        "app/a.py",
        "log.error('a', exc_info=True)\n",
        "1: a log line may carry only",
    ),
    ("log traceback", "app/a.py", "logger.exception('a')\n", "1: logs a traceback"),
    ("log of the root", "app/a.py", "import logging\nlogging.info(x)\n", "2: a log line's text"),
    ("link", "docs/b.md", "\n[x](gone.md)\n", "2: the link to gone.md leads nowhere"),
    ("link upwards", "README.md", "[x](../README.md)\n", "1: the link to ../README.md leads"),
    ("record's number", "docs/adr/0003-c.md", RECORD, "1: not the name of record 0002"),
    ("record's name", "docs/adr/second.md", RECORD, "1: not the name of record 0002"),
    (
        "record's parts",
        "docs/adr/0002-b.md",
        RECORD.replace("**Decision.**", "**Choice.**"),
        "1: has no **Decision.** part",
    ),
    (
        "record without a check",
        "docs/adr/0002-b.md",
        RECORD.partition("**Guarded")[0],
        "1: has no **Guarded by** part",
    ),
    (
        "record's check",
        "docs/adr/0002-b.md",
        RECORD.replace("store.py", "gone.py"),
        "5: guarded by app/gone.py, which does not exist",
    ),
    ("log by name", "app/a.py", "logging.getLogger('a').info(x)\n", "1: a log line's text"),
]


@pytest.mark.parametrize(
    ("name", "text", "expected"), [case[1:] for case in PLANTED], ids=[case[0] for case in PLANTED]
)
def test_a_planted_violation_is_found(plant: Plant, name: str, text: str, expected: str) -> None:
    status, findings = plant({name: text})
    assert status == 1
    assert len(findings) == 1
    assert findings[0].startswith(f"{name}:{expected}")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-run.lock"])
@pytest.mark.parametrize("package", sorted(FLOORS))
class TestFloors:
    def test_a_version_below_its_floor_is_found(
        self, plant: Plant, lock: str, package: str
    ) -> None:
        low = LOCK.replace(f"{package}=={FLOORS[package]}.1", f"{package}==0.0.9")
        status, (finding,) = plant({lock: low})
        assert status == 1
        assert finding.startswith(f"{lock}:")
        assert f"{package} 0.0.9 is below {FLOORS[package]}" in finding

    def test_a_package_that_is_not_locked_is_found(
        self, plant: Plant, lock: str, package: str
    ) -> None:
        without = LOCK.replace(f"{package}==", "other==")
        status, (finding,) = plant({lock: without})
        assert status == 1
        assert finding.startswith(f"{lock}:1: {package} is not locked")


def test_a_missing_lock_file_is_found(plant: Plant) -> None:
    status, findings = plant({"requirements-run.lock": None})
    assert status == 1
    assert len(findings) == len(FLOORS)


def test_numbers_compare_as_numbers(plant: Plant) -> None:
    older = LOCK.replace("starlette==1.10.0.1", "starlette==1.9.9")
    exact = LOCK.replace("cryptography==50.1", "cryptography==50.0.0")
    assert plant({"requirements.lock": exact}) == (0, [])
    assert plant({"requirements.lock": older})[0] == 1


def test_ignored_files_links_and_binary_files_are_left_out(plant: Plant, tmp_path: Path) -> None:
    word = "TO" + "DO"
    (tmp_path / "picture").write_bytes(b"\0" + word.encode())
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert plant({".gitignore": "var/\n", "var/a.md": word}) == (0, [])


def test_words_inside_other_words_are_allowed(plant: Plant) -> None:
    assert plant({"docs/z.md": "MASTODON, a/home/b, ex.org/root/x, hash+15, 2+254711000001\n"}) == (
        0,
        [],
    )
