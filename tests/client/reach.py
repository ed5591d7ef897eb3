"""Every screen of a report one after the other, and what of it a small window would hide."""

from collections.abc import Iterator

from playwright.sync_api import Browser, Page, expect

STEPS = 15
# What stands out of a window of 320 pixels, beside what is hidden for eyes on purpose.
STANDS_OUT = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth ? ["page"] : [];
  const out = [...document.querySelectorAll("#app *")].filter((one) => {
    const { left, right, width } = one.getBoundingClientRect();
    return width > 0 && !one.closest(".unseen, svg") && (left < -0.5 || right > innerWidth + 0.5);
  });
  return [...wide, ...out.map((one) => `${one.tagName} ${one.className} ${one.id}`)];
}"""
# Buttons and cards that a thumb would miss: WCAG 2.2 asks for 24 pixels, we ask for 48 in height.
TOO_SMALL = """() => [...document.querySelectorAll("button, .card, .field, select")]
  .filter((one) => one.getClientRects().length > 0 && one.getBoundingClientRect().height < 47.5)
  .map((one) => `${one.tagName} ${one.className} ${one.id}`)"""
LARGE = {"en", "ar", "my", "ru"}
"""Languages that are looked at with letters twice as large, too."""


def walk(page: Page, app: str) -> Iterator[str]:
    """Each screen once, by name; answers what opens more of a screen."""
    page.goto(app)
    expect(page.locator("h1")).to_be_focused()
    yield "start"
    page.locator("#language").click()
    expect(page.locator("main .choices")).to_be_visible()
    yield "language"
    page.locator("#back").click()
    page.locator("#write").click()
    for number in range(1, STEPS + 1):
        expect(page.locator(".step progress")).to_have_attribute("value", str(number))
        expect(page.locator("h1")).to_be_focused()
        for answer in ("cc-MM", "since-day-days", "status-ended", "until-day-date"):
            name, _, value = answer.rpartition("-")
            card = page.locator(f'label.choice:has(input[name="{name}"][value="{value}"])')
            if card.count():
                card.click()
        if page.locator("#reach").count():
            page.locator("#reach").click()
            expect(page.locator("#contact")).to_be_visible()
        if page.locator("textarea#text").count():
            page.locator("textarea#text").fill("Latin 4G 123 كلمات")
        yield f"question {number}"
        page.locator("#next").click()
    expect(page.locator("#send")).to_be_visible()
    yield "review"
    page.locator("#send").click()
    expect(page.locator("[role=alert]")).to_be_visible(timeout=20_000)
    yield "send"


def find_out_of_view(browser: Browser, app: str, lang: str) -> dict[str, list[str]]:
    """Screen -> what stands out of a window of 320 pixels, or is too small for a thumb."""
    context = browser.new_context(
        viewport={"width": 320, "height": 568}, locale=lang, reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        out = {}
        for name in walk(page, app):
            assert page.locator("html").get_attribute("lang") == lang
            right_to_left = lang in {"ar", "fa", "ur"}
            assert page.locator("html").get_attribute("dir") == ("rtl" if right_to_left else "ltr")
            out[name] = [*page.evaluate(STANDS_OUT), *page.evaluate(TOO_SMALL)]
            assert "app." not in page.locator("#app").inner_text().replace("app.example", "")
            if lang in LARGE:
                page.evaluate("document.documentElement.style.fontSize = '200%'")
                out[f"{name}, 200 %"] = page.evaluate(STANDS_OUT)
                page.evaluate("document.documentElement.style.fontSize = ''")
    finally:
        context.close()
    assert len(out) > STEPS
    return {name: found for name, found in out.items() if found}
