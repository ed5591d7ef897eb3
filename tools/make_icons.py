"""Writes the web app's icons as PNG, from the SVG beside them. `python -m tools.make_icons`.

Chromium draws them: phones that install a page want PNG of 192 and 512 pixels.
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

ICONS = Path("client/web/icons")
SIZES = (192, 512)


def main(chromium: str = "/usr/bin/chromium") -> None:
    """Draw each SVG of the folder at each size, in square pixels."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for path in sorted(ICONS.glob("*.svg")):
            for size in SIZES:
                page = browser.new_page(viewport={"width": size, "height": size})
                page.set_content(
                    f"<style>body{{margin:0}}svg{{display:block;width:{size}px}}</style>"
                    + path.read_text(encoding="utf-8")
                )
                page.screenshot(path=str(path.with_name(f"{path.stem}-{size}.png")))
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
