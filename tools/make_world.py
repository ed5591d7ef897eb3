"""Make the workbench's map of countries from the npm packages world-atlas and topojson-client.

Run by hand when the packages change: `python -m tools.make_world`. What it writes is committed, so
that a keyholder's laptop needs no npm. Natural Earth's data are in the public domain.
"""

import json
import subprocess
from pathlib import Path

from babel.core import get_global

ROOT = Path(__file__).resolve().parent.parent
WORLD = ROOT / "keyholder" / "workbench" / "page" / "world.json"
_SCRIPT = Path(__file__).with_name("make_world.mjs")
# Natural Earth gives these no number.
_BY_NAME = {"Kosovo": "XK", "Somaliland": "XS"}


def make_world() -> str:
    """`{"AF": "M…", …}`: SVG paths by alpha-2 code; what no code names stands under "-"."""
    told = subprocess.run(
        ["node", str(_SCRIPT), str(ROOT / "client")],
        check=True,
        capture_output=True,
    )
    paths: dict[str, str] = {}
    for country in json.loads(told.stdout):
        code = _find_code(country["id"], country["name"])
        if not country["path"]:
            continue  # Antarctica, which is cut off
        paths[code] = paths.get(code, "") + country["path"]
    return json.dumps(paths, sort_keys=True, indent=0) + "\n"


def _find_code(number: str, name: str) -> str:
    if name in _BY_NAME:
        return _BY_NAME[name]
    aliases = [code for code in get_global("territory_aliases").get(number, []) if len(code) == 2]
    return aliases[0] if aliases else "-"


if __name__ == "__main__":
    WORLD.write_text(make_world(), encoding="utf-8")
