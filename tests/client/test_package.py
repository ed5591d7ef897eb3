"""client/ as a package: what is in it, its types, and the README's example run from it."""

import json
import re
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.client.node import CLIENT, INSTALL, SECONDS, run_node
from tests.coalition import Coalition, make_coalition

NAME = "heliograph-client"
CONSUMER = """
import { HeliographError, KINDS, loadSodium, newReportId, seal } from "heliograph-client";
import { readHeader } from "heliograph-client";
import type { SealingKey } from "heliograph-client/lib/sealing.js";

const key: SealingKey = { suite: 1, epoch: 7, epochStart: 0, keys: [new Uint8Array(32)] };
export async function make(content: Uint8Array): Promise<number> {
  const sodium = await loadSodium();
  const envelope = await seal(sodium, key, KINDS.report, newReportId(), content, { padded: 67 });
  return readHeader(envelope).sizeClass;
}
export const code: string = new HeliographError("no-epoch").code;
// @ts-expect-error: a key has an epoch
export const bad: SealingKey = { suite: 1, epochStart: 0, keys: [] };
// @ts-expect-error: libsodium's types are there
loadSodium().then((sodium) => sodium.no_such_function());
"""
DRIVER = """
import { send } from "./example.mjs";
const [, , address, root] = process.argv;
const content = new TextEncoder().encode("hello");
const pinnedRoot = new Uint8Array(Buffer.from(root, "hex"));
console.log(JSON.stringify(await send({ address, pinnedRoot, content })));
"""


@pytest.fixture(scope="module")
def consumer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the packed package was installed."""
    npm = shutil.which("npm")
    if npm is None or not (CLIENT / "node_modules" / "typescript").is_dir():
        pytest.skip(INSTALL)
    folder = tmp_path_factory.mktemp("package")
    source = folder / "source"
    # Types are made when packing, and the tree is not the place for them while tests run.
    shutil.copytree(CLIENT, source, ignore=shutil.ignore_patterns("node_modules", "types"))
    (source / "node_modules").symlink_to((CLIENT / "node_modules").resolve())
    subprocess.run(
        [npm, "pack", "--offline", "--pack-destination", str(folder)],
        cwd=source,
        check=True,
        capture_output=True,
        timeout=SECONDS,
    )
    (packed,) = folder.glob("*.tgz")
    place = folder / "consumer" / "node_modules"
    place.mkdir(parents=True)
    with tarfile.open(packed) as archive:
        archive.extractall(place, filter="data")
    (place / "package").rename(place / NAME)
    return place.parent


def test_the_package_holds_the_library_and_its_types_alone(consumer: Path) -> None:
    package = consumer / "node_modules" / NAME
    files = [path.relative_to(package) for path in package.rglob("*") if path.is_file()]
    tops = {file.parts[0] for file in files}
    assert tops == {"lib", "vendor", "types", "package.json", "README.md"}
    assert not any("test" in file.parts or "opening" in file.name for file in files)
    modules = {file.relative_to("lib").with_suffix("") for file in files if file.parts[0] == "lib"}
    declared = {
        file.relative_to("types").with_suffix("").with_suffix("")
        for file in files
        if file.parts[0] == "types"
    }
    assert modules == declared
    assert modules == {
        path.relative_to(CLIENT / "lib").with_suffix("") for path in (CLIENT / "lib").rglob("*.js")
    }


def test_a_typescript_program_compiles_against_it(consumer: Path) -> None:
    (consumer / "program.mts").write_text(CONSUMER, "utf-8")
    (consumer / "tsconfig.json").write_text(
        json.dumps(
            {
                "compilerOptions": {
                    "module": "nodenext",
                    "lib": ["es2023", "dom"],
                    "types": [],
                    "strict": True,
                    "noEmit": True,
                    "skipLibCheck": True,
                },
                "files": ["program.mts"],
            }
        ),
        "utf-8",
    )
    run_node("node_modules/typescript/bin/tsc", "--project", str(consumer))


def test_the_example_of_the_readme_seals_and_sends(consumer: Path) -> None:
    (example,) = re.findall(
        r"```js\n(.*?)```", (CLIENT / "README.md").read_text("utf-8"), re.DOTALL
    )
    (consumer / "example.mjs").write_text(example, "utf-8")
    (consumer / "driver.mjs").write_text(DRIVER, "utf-8")
    coalition = make_coalition(fallback=True)
    with _serving(coalition) as (address, came):
        printed = run_node(str(consumer / "driver.mjs"), address, coalition.root.hex())
    assert json.loads(printed)["answer"] == {"status": "stored"}
    (envelope,) = came
    assert coalition.opener.open(envelope).content == b"hello"


@contextmanager
def _serving(coalition: Coalition) -> Iterator[tuple[str, list[bytes]]]:
    """Serves a keyring's files and takes envelopes in."""
    came: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/v1/keyring/")
            self._answer(200 if name in coalition.files else 404, coalition.files.get(name, b""))

        def do_POST(self) -> None:
            came.append(self.rfile.read(int(self.headers["content-length"])))
            self._answer(200, b'{"status": "stored"}')

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
