"""Passing on, from one phone to another: as a file, as pictures of codes, and before the camera."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import ARGUMENTS
from tests.client.pages import App, listed, phone
from tests.road.running import Running, running_service

ARRIVE_MILLISECONDS = 90_000
SCAN_MILLISECONDS = 60_000
SIDE = 720
"""Pixels of the camera's picture."""
LUMA = """async ([picture, side]) => {
  const blob = await (await fetch(`data:image/png;base64,${picture}`)).blob();
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, side, side);
  context.drawImage(bitmap, 0, 0, side, side);
  const {data} = context.getImageData(0, 0, side, side);
  let text = "";
  for (let at = 0; at < data.length; at += 4) text += String.fromCharCode(data[at]);
  return btoa(text);
}"""
WAITING = """async () => {
  const depot = await (await import("/web/depot.js")).openDepot();
  return (await depot.outbox.waiting()).map(({id}) => id).sort();
}"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_service(tmp_path_factory.mktemp("passing") / "var") as running:
        yield running


@pytest.fixture
def writer(browser: Browser, service: Running) -> Iterator[App]:
    """A phone without a network, once it has a keyring."""
    with phone(browser, service) as app:
        app.open()
        app.context.set_offline(True)
        yield app
        assert app.elsewhere() == []


@pytest.fixture
def carrier(browser: Browser, service: Running) -> Iterator[App]:
    """Another phone, with a network later."""
    with phone(browser, service) as app:
        app.open()
        app.context.set_offline(True)
        yield app
        assert app.elsewhere() == []


def go_passing(app: App) -> None:
    app.page.locator("#waiting").click()
    app.page.locator("#to-pass").click()


def arrive(carrier: App) -> None:
    """What the carrier took is sent as soon as there is a network."""
    carrier.context.set_offline(False)
    carrier.go("waiting")
    state = carrier.page.locator("#state")
    expect(state).to_have_attribute("data-is", "all", timeout=ARRIVE_MILLISECONDS)


def test_a_file_is_carried_with_its_attachments(
    writer: App, carrier: App, service: Running, tmp_path: Path
) -> None:
    writer.seal("carried over the pass")
    writer.seal("carried with a picture", attached=200_000)
    go_passing(writer)
    writer.page.get_by_role("checkbox").check()
    with writer.page.expect_download() as saving:
        writer.page.locator("#save").click()
    assert saving.value.suggested_filename == "data.bin"
    file = tmp_path / "carried"
    saving.value.save_as(file)
    assert file.stat().st_size > 200_000
    # The writer's own copy stays until it has arrived.
    assert len(writer.page.evaluate(WAITING)) == 2

    go_passing(carrier)
    carrier.page.locator("#take-file").set_input_files(file)
    expect(carrier.page.locator("#said")).to_have_text("Taken over. Reports: 2. Attachments: 1.")
    arrive(carrier)
    found = listed(service)
    assert found.count("carried over the pass") == 1
    assert found.count("carried with a picture") == 1
    writer.context.set_offline(False)
    arrive(writer)
    assert listed(service).count("carried with a picture") == 1


def test_a_file_that_is_none_changes_nothing(carrier: App, tmp_path: Path) -> None:
    go_passing(carrier)
    file = tmp_path / "other"
    file.write_bytes(b"<!doctype html><p>Free Wi-Fi")
    carrier.page.locator("#take-file").set_input_files(file)
    expect(carrier.page.locator("#said")).to_have_text("There is nothing in it that can be sent.")
    assert carrier.page.evaluate(WAITING) == []


def test_a_picture_of_a_code_is_taken(
    writer: App, carrier: App, service: Running, tmp_path: Path
) -> None:
    writer.seal("seen on a screen")
    writer.seal("seen on a screen as well")
    go_passing(writer)
    writer.page.locator("#to-codes").click()
    go_passing(carrier)
    carrier.page.locator("#to-scan").click()
    for number in (1, 2):
        expect(writer.page.locator("#code-step")).to_have_text(f"Code {number} of 2")
        code = writer.page.get_by_role("img", name=f"QR code of sealed report {number} of 2")
        picture = tmp_path / f"{number}.png"
        code.screenshot(path=picture)
        carrier.page.locator("#take-picture").set_input_files(picture)
        said = carrier.page.locator("#said")
        expect(said).to_contain_text(f"Taken over: {number}.", timeout=SCAN_MILLISECONDS)
        if number == 1:
            writer.page.locator("#code-after").press("Enter")
            expect(writer.page.locator("#code-before")).to_be_focused()
    assert carrier.page.evaluate(WAITING) == writer.page.evaluate(WAITING)
    carrier.page.locator("#take-picture").set_input_files(picture)
    expect(carrier.page.locator("#said")).to_have_text("You have this one.")
    arrive(carrier)
    assert listed(service).count("seen on a screen as well") == 1


def test_a_picture_of_nothing_is_told(carrier: App, tmp_path: Path) -> None:
    picture = tmp_path / "nothing.png"
    carrier.page.screenshot(path=picture)
    go_passing(carrier)
    carrier.page.locator("#to-scan").click()
    carrier.page.locator("#take-picture").set_input_files(picture)
    said = carrier.page.locator("#said")
    expect(said).to_contain_text("No code was found", timeout=SCAN_MILLISECONDS)


def test_the_camera_reads_a_code(
    browser: Browser, writer: App, service: Running, tmp_path: Path
) -> None:
    writer.seal("held before a camera")
    go_passing(writer)
    writer.page.locator("#to-codes").click()
    picture = writer.page.locator("svg.qr").screenshot()
    film = tmp_path / "camera.y4m"
    film.write_bytes(make_film(writer, picture))
    arguments = [
        *ARGUMENTS,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    (report,) = writer.page.evaluate(WAITING)
    kind = browser.browser_type
    seeing = kind.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=arguments
    )
    with phone(seeing, service) as carrier:
        carrier.context.grant_permissions(["camera"])
        carrier.open()
        carrier.context.set_offline(True)
        go_passing(carrier)
        carrier.page.locator("#to-scan").click()
        said = carrier.page.locator("#said")
        expect(said).to_contain_text("Taken over: 1.", timeout=SCAN_MILLISECONDS)
        assert carrier.page.evaluate(WAITING) == [report]
        carrier.page.locator("#back").click()
        expect(carrier.page.locator("video")).to_have_count(0)
    seeing.close()


def make_film(app: App, picture: bytes) -> bytes:
    """A film of two frames that show the picture, as Chromium takes it for a camera's."""
    page = app.context.new_page()
    luma = base64.b64decode(page.evaluate(LUMA, [base64.b64encode(picture).decode(), SIDE]))
    page.close()
    frame = b"FRAME\n" + luma + b"\x80" * (SIDE * SIDE // 2)
    return f"YUV4MPEG2 W{SIDE} H{SIDE} F10:1 Ip A1:1 C420\n".encode() + frame * 2
