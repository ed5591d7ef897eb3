"""Attachments on a report's page: pictures after a click, and nothing else of theirs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from keyholder.attachments.shelf import Shelf
from keyholder.workbench.answers import POLICY
from tests.blob_sealing import Sealed, seal_blob
from tests.client.pages import violations
from tests.image_making import make_jpeg_head, make_png
from tests.keyholder.fake_service import flip_last
from tests.workbench.sittings import open_as, sitting_over
from tests.workbench.test_page import watched
from tests.workbench.test_server import HEADERS, Caller

ID = b"\x5a\x1e\xd4\x2a" + bytes(4)
PICTURE = make_png(120, 90)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
DRAW = """async (type) => {
  const canvas = new OffscreenCanvas(64, 48);
  canvas.getContext("2d").fillRect(8, 8, 20, 20);
  const photo = await canvas.convertToBlob({type});
  return [...new Uint8Array(await photo.arrayBuffer())];
}"""


@dataclass
class Desk:
    """A sitting over one report; its attachments by number, from 1."""

    address: str
    folder: Path
    blobs: list[Sealed]

    def ask(self, number: object, id: str = ID.hex()) -> tuple[int, dict[str, str], bytes]:
        return Caller(self.address).ask(f"/api/pictures/{id}/{number}")

    def list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = Caller(self.address).get(f"/api/reports/{ID.hex()}")[
            "attachments"
        ]
        return found


@contextmanager
def desk_with(folder: Path, *contents: bytes | Sealed) -> Iterator[Desk]:
    blobs = [one if isinstance(one, Sealed) else seal_blob(one) for one in contents]
    folder.mkdir(exist_ok=True)
    for one in blobs:
        (folder / one.id.hex()).write_bytes(one.data)
    report = {"chan": "app", "cc": "MM", "evidence": {"blobs": [one.named for one in blobs]}}
    with sitting_over([open_as(0, report, ID)]) as (sitting, address):
        sitting.shelf = Shelf(folder)
        yield Desk(address, folder, blobs)


HOSTILE: list[tuple[str, bytes]] = [
    ("svg", SVG),
    ("html", b"<html><script>alert(1)</script>"),
    ("pdf", b"%PDF-1.7"),
    ("text", b"nothing but words"),
    ("gif", b"GIF89a" + bytes(40)),
    ("bomb", make_png(60_000, 60_000, rows=1)),
    ("bomb in jpeg", make_jpeg_head(65_000, 65_000)),
    ("moving", make_png(8, 8, moving=True)),
    ("head alone", b"\x89PNG\r\n\x1a\n"),
]


def test_bytes_of_a_picture_and_of_nothing_else(tmp_path: Path) -> None:
    contents = [PICTURE, *(data for _, data in HOSTILE)]
    with desk_with(tmp_path / "blobs", *contents) as desk:
        status, headers, body = desk.ask(1)
        assert (status, body) == (200, PICTURE)
        assert set(headers) - {"Connection"} == HEADERS
        assert headers["Content-Type"] == "application/octet-stream"
        assert headers["X-Content-Type-Options"] == "nosniff"
        for number in range(2, len(contents) + 1):
            status, headers, body = desk.ask(number)
            assert status == 409, HOSTILE[number - 2]
            assert b'"code": "picture"' in body
        for number, id in (
            ("0", ID.hex()),
            ("99", ID.hex()),
            ("1/", ID.hex()),
            ("../1", ID.hex()),
            ("%31", ID.hex()),
            ("1", "00" * 8),
            ("1", ".."),
        ):
            assert desk.ask(number, id)[0] == 404
        path = f"/api/pictures/{ID.hex()}/1"
        assert Caller(desk.address).ask(path, Authorization="")[0] == 403
        assert Caller(desk.address).ask(path, b"{}")[0] == 405
        assert Caller(desk.address).ask(path + "?x=1")[0] == 405


def test_what_is_not_what_the_report_says_is_not_shown(tmp_path: Path) -> None:
    large = seal_blob(PICTURE + bytes(200_000))
    with desk_with(tmp_path / "blobs", PICTURE, large) as desk:
        assert desk.ask(2)[0] == 200
        path = desk.folder / large.id.hex()
        path.write_bytes(flip_last(large.data))
        assert desk.list()[1]["picture"] == "image/png"  # its beginning is as it was
        assert desk.ask(2)[0] == 409
        path.write_bytes(large.data[:-1])
        assert desk.list()[1]["state"] == "attachment-length"
        path.unlink()
        assert desk.list()[1]["state"] == "attachment-not-fetched"
        assert desk.ask(2)[0] == 409
        path.mkdir()
        assert desk.ask(2)[0] == 409
        assert desk.ask(1)[0] == 200


def test_a_report_without_any_has_none(tmp_path: Path) -> None:
    with desk_with(tmp_path / "blobs") as desk:
        assert desk.list() == []
        assert desk.ask(1)[0] == 404


@pytest.mark.parametrize("kind", ["image/jpeg", "image/webp", "image/png"])
def test_a_picture_is_shown_after_a_click(browser: Browser, tmp_path: Path, kind: str) -> None:
    page = browser.new_page()
    drawn = bytes(page.evaluate(DRAW, kind))
    page.close()
    with desk_with(tmp_path / "blobs", drawn) as desk, watched(browser, desk.address) as seen:
        page = seen.page
        expect(page.get_by_role("grid")).to_be_focused()
        page.keyboard.press("Enter")
        button = page.get_by_role("button", name="Show picture 1")
        expect(button).to_have_attribute("aria-expanded", "false")
        expect(page.locator("img")).to_have_count(0)
        button.focus()
        page.keyboard.press("Enter")
        picture = page.get_by_role("img", name=f"Attachment 1 of report {ID.hex()}")
        expect(picture).to_be_visible()
        sides = picture.evaluate("async (one) => (await one.decode(), [one.naturalWidth, one.src])")
        assert sides[0] == 64
        assert sides[1].startswith("blob:http://127.0.0.1:")
        page.get_by_role("button", name="Hide picture 1").click()
        expect(page.locator("img")).to_have_count(0)
        assert seen.elsewhere == [sides[1]], "the page's own bytes alone"
        assert seen.wrong == []


def test_the_page_says_what_it_does_not_show(browser: Browser, tmp_path: Path) -> None:
    found = {}
    bomb, broken = make_png(60_000, 60_000, rows=1), make_jpeg_head(8, 8)
    with (
        desk_with(tmp_path / "blobs", PICTURE, SVG, bomb, broken) as desk,
        watched(browser, desk.address) as seen,
    ):
        page = seen.page
        expect(page.get_by_role("grid")).to_be_focused()
        page.keyboard.press("Enter")
        listed = page.locator(".attachments > li")
        expect(listed).to_have_count(4)
        expect(listed.nth(0)).to_contain_text(f"1. PNG picture, {len(PICTURE)} bytes: held here")
        expect(listed.nth(1)).to_contain_text("2. other file")
        expect(listed.nth(1).get_by_role("button")).to_have_count(0)
        expect(page.locator("main")).to_contain_text(f"keyholder attachments {ID.hex()[:8]} --save")
        keys = [one.key.hex() for one in desk.blobs]
        assert not [key for key in keys if key in page.content()]
        found["closed"] = violations(page)
        listed.nth(0).get_by_role("button").click()
        expect(listed.nth(0).get_by_role("img")).to_be_visible()
        listed.nth(2).get_by_role("button").click()
        expect(page.locator("#said")).to_contain_text("No picture that is shown here")
        listed.nth(3).get_by_role("button").click()
        expect(listed.nth(3)).to_contain_text("The browser cannot read this picture.")
        found["open"] = violations(page)
        expect(page.locator("img, object, embed, iframe")).to_have_count(1)
        assert not any(found.values()), found
        wrong = [one for one in seen.wrong if "409" not in one]
        assert wrong == []
        page.locator("#lock").click()
        expect(page.get_by_role("heading", name="Locked")).to_be_visible()
        expect(page.locator("img")).to_have_count(0)


def test_the_policy_lets_pictures_come_from_the_page_alone(
    browser: Browser, tmp_path: Path
) -> None:
    rules = dict(one.strip().split(" ", 1) for one in POLICY.split(";"))
    assert rules["img-src"] == "'self' blob:"
    assert rules["default-src"] == "'none'"
    with desk_with(tmp_path / "blobs", PICTURE) as desk, watched(browser, desk.address) as seen:
        for source in ("data:image/gif;base64,R0lGODlhAQABAAAAACw=", "http://127.0.0.2/x.png"):
            refused = seen.page.evaluate(
                """(source) => new Promise((resolve) => {
                  const picture = new Image();
                  picture.onerror = () => resolve(true);
                  picture.onload = () => resolve(false);
                  picture.src = source;
                })""",
                source,
            )
            assert refused
        assert all("Content Security Policy" in one for one in seen.wrong)
        assert len(seen.wrong) == 2
