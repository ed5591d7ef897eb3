"""Writes docs/workbench: the workbench's views over made-up reports of several shutdowns.

`python -m tools.make_workbench_pictures` serves the real page and takes the pictures in Chromium.
With `--corpus FOLDER` it takes them over the STOP corpus as reports instead, into that folder: to
be looked at, never committed. No test compares them.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, expect

from bench.stop_rows import find_corpus, read_rows
from bench.stop_telling import tell_rows
from keyholder.opening import Opened
from tests.browser import running_browser
from tests.workbench.sittings import make_opened, sitting_over

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "workbench"
WIDTH, HEIGHT = 1280, 800
QUALITY = 75
PATIENCE = 180_000  # ms: the rule looks at all reports first
SEED = 1


def main() -> None:
    """Takes every picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, metavar="FOLDER")
    folder: Path | None = parser.parse_args().corpus
    opened = make_opened(3_000) if folder is None else tell_corpus()
    folder = folder or FOLDER
    folder.mkdir(exist_ok=True)
    with sitting_over(opened) as (_, address), running_browser() as browser:
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce"
        )
        page.goto(address)
        take(page, folder)


def tell_corpus() -> Sequence[Opened]:
    """The rows of STOP, each told by several people."""
    path = find_corpus()
    if path is None:
        raise SystemExit("HELIOGRAPH_SHARED names no folder with the STOP corpus")
    told, _ = tell_rows(read_rows(path), SEED)
    random.Random(SEED).shuffle(told)
    told.sort(key=lambda one: one[0])
    return [
        Opened(place, place.to_bytes(32, "big"), day, 2, 1, report_id, report)
        for place, (day, report_id, report) in enumerate(told)
    ]


def take(page: Page, folder: Path) -> None:
    """One picture a view."""
    expect(page.locator(".rows .row").nth(3)).to_be_visible(timeout=PATIENCE)
    shoot(page, folder, "list")
    page.locator(".rows .row").nth(2).dblclick()
    expect(page.locator("dl.fields").first).to_be_visible(timeout=PATIENCE)
    shoot(page, folder, "report")
    page.locator("#tab-timeline").click()
    expect(page.locator("svg.timeline")).to_be_visible(timeout=PATIENCE)
    shoot(page, folder, "timeline")
    page.locator("#tab-map").click()
    expect(page.locator("svg.world")).to_be_visible(timeout=PATIENCE)
    shoot(page, folder, "map")
    page.locator("#filter-country").select_option("MM")
    expect(page.locator(".country.chosen")).to_be_visible(timeout=PATIENCE)
    shoot(page, folder, "map-of-a-country")
    page.locator("#filter-country").select_option("")
    page.locator("#tab-incidents").click()
    expect(page.locator(".incidents button.link").first).to_be_visible(timeout=PATIENCE)
    shoot(page, folder, "incidents")
    page.locator(".incidents button.link").first.click()
    expect(page.locator("dl.fields").first).to_be_visible(timeout=PATIENCE)
    shoot(page, folder, "incident")
    page.locator("#tab-floods").click()
    expect(page.locator("main")).not_to_contain_text("…", timeout=PATIENCE)
    shoot(page, folder, "floods")


def shoot(page: Page, folder: Path, name: str) -> None:
    """What the window shows."""
    page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=QUALITY)


if __name__ == "__main__":
    main()
