"""Copies the few libraries of the web app out of client/node_modules into client/vendor.

What is vendored is committed, so that a service can serve the app on a machine without npm. The
files are the packages' own, but for bare names of imports: an import map would need an inline
script, which the page's policy forbids. `make vendor` writes them again, and a test compares
them.
"""

import json
import re
import shutil
from pathlib import Path

CLIENT = Path(__file__).resolve().parent.parent / "client"
PACKAGES = CLIENT / "node_modules"
VENDOR = CLIENT / "vendor"

FILES = {
    "libsodium.js": "libsodium/dist/modules-esm/libsodium.mjs",
    "libsodium-wrappers.js": "libsodium-wrappers/dist/modules-esm/libsodium-wrappers.mjs",
    "libsodium-wrappers.d.ts": "libsodium-wrappers/dist/modules-esm/libsodium-wrappers.d.mts",
    "idb.js": "idb/build/index.js",
    "qr/index.js": "qr/index.js",
    "qr/decode.js": "qr/decode.js",
    "noble/sha2.js": "@noble/hashes/sha2.js",
    "noble/_md.js": "@noble/hashes/_md.js",
    "noble/_u64.js": "@noble/hashes/_u64.js",
    "noble/utils.js": "@noble/hashes/utils.js",
}
"""Vendored file -> the package's file. libsodium's declarations too: they are part of our own."""
LICENSES = {
    "libsodium": "libsodium-wrappers/LICENSE",
    "idb": "idb/LICENSE",
    "qr": "qr/LICENSE",
    "noble": "@noble/hashes/LICENSE",
}
TYPES = {
    "idb.d.ts": 'export * from "idb";',
    "qr/index.d.ts": 'export * from "qr";\nexport { default } from "qr";',
    "qr/decode.d.ts": 'export * from "qr/decode.js";\nexport { default } from "qr/decode.js";',
    "noble/sha2.d.ts": 'export * from "@noble/hashes/sha2.js";',
}
"""Declarations beside the others: the packages' own, which only `make lint` needs."""
_BARE_NAMES = {'from"libsodium"': 'from"./libsodium.js"'}
_BUILD_HINTS = re.compile(r"\n?//# sourceMappingURL=.*\n?")


def make_vendor() -> dict[str, str]:
    """File name under client/vendor -> its text."""
    made = {name: _rewrite((PACKAGES / file).read_text("utf-8")) for name, file in FILES.items()}
    for name, file in LICENSES.items():
        made[f"licenses/{name}.txt"] = (PACKAGES / file).read_text("utf-8")
    made |= {name: text + "\n" for name, text in TYPES.items()}
    made["versions.json"] = json.dumps(_find_versions(), indent=2) + "\n"
    return made


def _rewrite(text: str) -> str:
    for bare, relative in _BARE_NAMES.items():
        text = text.replace(bare, relative)
    return _BUILD_HINTS.sub("\n", text)


def _find_versions() -> dict[str, str]:
    names = sorted({re.sub(r"^((?:@[^/]+/)?[^/]+)/.*", r"\1", file) for file in FILES.values()})
    return {
        name: json.loads((PACKAGES / name / "package.json").read_text("utf-8"))["version"]
        for name in names
    }


def main() -> None:
    """Write client/vendor again."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for name, text in make_vendor().items():
        path = VENDOR / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
