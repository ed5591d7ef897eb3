"""Writes docs/app-screens: the web app's main screens in four languages, on a small phone.

`python -m tools.make_app_screens` runs the real service and Chromium for a minute. Pictures are
looked at by people; no test compares them.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import running_browser
from tests.client.pages import App, phone
from tests.client.photos import make_photo
from tests.road.running import running_service

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "app-screens"
LANGUAGES = {"en-GB": "English", "ar": "Arabic", "my": "Burmese", "ru": "Russian"}
TEXTS = {
    "en-GB": "In the market nobody could pay. Nothing since the morning prayer.",
    "ar": "لا أحد يستطيع الدفع في السوق. لا شيء منذ صلاة الفجر.",
    "my": "ဈေးထဲမှာ ဘယ်သူမှ ငွေမပေးနိုင်ပါ။ မနက်ကတည်းက ဘာမှမရပါ။",
    "ru": "На рынке никто не мог заплатить. С утра ничего не работает.",
}
QUALITY = 75
"""Of the pictures: letters are sharp, and all of them take a megabyte."""
SETTLED_MILLISECONDS = 700
"""What a screen takes to fade in."""


def main() -> None:
    """Writes every picture and the page that shows them."""
    FOLDER.mkdir(exist_ok=True)
    names: list[str] = []
    with (
        tempfile.TemporaryDirectory() as name,
        running_browser() as browser,
        running_service(Path(name) / "var") as service,
    ):
        for language in LANGUAGES:
            with phone(browser, service, language) as app:
                names = _walk(app, language, Path(name))
    (FOLDER / "README.md").write_text(write_page(names), encoding="utf-8")


def write_page(names: list[str]) -> str:
    """The page: a row a screen, a column a language."""
    head = " | ".join(["screen", *LANGUAGES.values()])
    rows = [
        " | ".join(
            [name, *(f"![{name}, {said}]({language[:2]}-{name}.jpg)"
                     for language, said in LANGUAGES.items())]
        )
        for name in names
    ]  # fmt: skip
    lines = [
        "# The web app's screens",
        "",
        "The main screens at 360 × 640, in English, Arabic, Burmese and Russian, taken by",
        "`python -m tools.make_app_screens` from the real service in Debian's Chromium. Languages",
        "other than English were translated by machine, and the app says so.",
        "",
        f"| {head} |",
        "|" + "---|" * (len(LANGUAGES) + 1),
        *(f"| {row} |" for row in rows),
    ]
    return "\n".join([*lines, ""])


def _walk(app: App, language: str, folder: Path) -> list[str]:
    """One report from the first screen to the outbox: the names of the screens in order."""
    page, names = app.page, []
    app.open()

    def take(name: str) -> None:
        page.evaluate("document.fonts.ready")
        page.wait_for_timeout(SETTLED_MILLISECONDS)
        page.evaluate("scrollTo(0, 0)")
        path = FOLDER / f"{language[:2]}-{name}.jpg"
        page.screenshot(path=str(path), type="jpeg", quality=QUALITY)
        names.append(name)

    def choose(name: str, value: str) -> None:
        page.locator(f'label.choice:has(input[name="{name}"][value="{value}"])').click()

    take("start")
    page.locator("#write").click()
    _go(page, lambda: choose("net-data", "down"))
    choose("net-sms", "ok")
    take("networks")
    page.locator("#next").click()
    _go(page, lambda: choose("kind", "full"))
    page.locator("#next").click()
    _go(page, lambda: choose("plat-telegram", "cut"))
    page.locator("#next").click()
    _go(page, lambda: choose("cc", "MM"))
    page.locator("#next").click()
    _go(page, lambda: page.locator("#region").select_option("MM-06"))
    take("place")
    page.locator("#next").click()
    page.locator("#next").click()
    _go(page, lambda: choose("since-day", "yesterday"))
    page.locator("#end").click()
    page.locator("#add-words").click()
    page.locator("textarea").fill(TEXTS[language])
    take("words")
    page.locator("#done").click()
    page.locator("#add-files").click()
    make_photo(page, folder / "photo.jpg", "canary", seed=1)
    page.locator("#files-picker").set_input_files(folder / "photo.jpg")
    expect(page.locator(".attachment")).to_be_visible()
    take("files")
    page.locator("#done").click()
    expect(page.locator("#send")).to_be_visible()
    take("review")
    app.context.set_offline(True)
    page.locator("#send").click()
    expect(page.locator("#sent-waiting")).to_be_visible()
    take("sent")
    page.locator("#waiting").click()
    expect(page.locator("#state")).to_be_visible()
    outbox = page.locator("h1").inner_text()
    take("outbox")
    page.locator("#to-pass").click()
    expect(page.locator("h1")).not_to_have_text(outbox)
    take("pass")
    page.go_back()
    page.go_back()
    page.locator("#home").click()
    page.locator("#safety").click()
    expect(page.locator("#to-look")).to_be_visible()
    take("safety")
    return names


def _go(page: Page, act: Callable[[], object]) -> None:
    """Does something on the next screen once it stands there."""
    expect(page.locator("h1")).to_be_focused()
    act()
    page.wait_for_timeout(SETTLED_MILLISECONDS)  # the row of buttons below is drawn again


if __name__ == "__main__":
    main()
