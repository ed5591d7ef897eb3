"""`python -m tools.keyholder_dist`: a folder for each kind of laptop, hashes, and a guide."""

import argparse
import shutil
import sys
from pathlib import Path

from keyholder.words import write_words
from tools.keyholder_dist.folder import make_folder, write_sums
from tools.keyholder_dist.locked import read_lock
from tools.keyholder_dist.targets import TARGETS
from tools.keyholder_dist.wheels import NoWheelError, build_wheel, hash_file

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Build into OUTPUT/<version>; what an earlier run left there is replaced when all is whole."""
    names = [target.name for target in TARGETS]
    parser = argparse.ArgumentParser(prog="python -m tools.keyholder_dist", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / "keyholder")
    parser.add_argument("--python", default=sys.executable, help="whose pip downloads")
    parser.add_argument("--only", choices=names, action="append", help="these machines alone")
    options = parser.parse_args()

    options.output.mkdir(parents=True, exist_ok=True)
    making = options.output / ".making"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    own = build_wheel(ROOT, making)
    version = own.name.split("-")[1]
    locked = read_lock(ROOT / "requirements-keyholder.lock")
    for target in TARGETS:
        if target.name in (options.only or names):
            print(f"{target.name} …", flush=True)
            try:
                make_folder(target, locked, own, making / target.name, options.python)
            except NoWheelError as error:
                print(error, file=sys.stderr)
                return 1
    own.unlink()
    sums = write_sums(making, ROOT / "docs" / "keyholder-laptops.md", version)
    finished = options.output / version
    shutil.rmtree(finished, ignore_errors=True)
    making.rename(finished)

    digest = hash_file(finished / sums.name)
    print(f"made {finished}. Its {sums.name} has this SHA-256; tell it by telephone:")
    print("  " + " ".join(digest[place : place + 4] for place in range(0, 64, 4)))
    print(f"  {write_words(bytes.fromhex(digest))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
