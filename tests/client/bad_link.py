"""Reports written without a network, a browser killed, a service behind a bad line: the whole way,
for the test of a minute (test_bad_link.py) and for that of `make test-faults`."""

import json
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import BrowserType, Page
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from app.blob_rows import find_blob, find_pieces
from app.piece_files import PieceFiles
from crypto.blob_opening import open_blob
from tests.client.own_phone import (
    find,
    kill,
    own_phone,
    visit,
    wait_failed,
    wait_sent,
    write_report,
)
from tests.client.pages import start_again
from tests.client.photos import make_photo
from tests.client.slow_link import SlowLink
from tests.road.running import Running

JPEG = b"\xff\xd8\xff"


@dataclass
class Written:
    """What a person wrote: texts by number, and what is in the photos."""

    texts: list[str] = field(default_factory=list)
    canaries: dict[str, bytes | str] = field(default_factory=dict)
    photos: int = 0

    @property
    def needles(self) -> dict[str, bytes | str]:
        """All that must not be found on the phone."""
        return {f"text {n}": text for n, text in enumerate(self.texts)} | self.canaries


@dataclass
class Journey:
    """A phone, its service, and the lines between them. The keyring names every line, in order."""

    chromium: BrowserType
    service: Running
    lines: list[SlowLink]
    folder: Path
    asked: list[str] = field(default_factory=list)
    written: Written = field(default_factory=Written)
    written_seconds: float = 0.0
    sent_seconds: float = 0.0

    @property
    def profile(self) -> Path:
        return self.folder / "profile"

    @property
    def profile_killed(self) -> Path:
        """What the kill has left."""
        return self.folder / "killed"

    def publish(self) -> None:
        """Signs a keyring with the lines as the service's addresses."""
        words = [word for line in self.lines for word in ("--address", line.url)]
        self.service.run("keyholder", "coalition", "change", *words, "--publish")

    def first_visit(self) -> None:
        """With everything there; afterwards the browser is closed as a person closes it."""
        with own_phone(self.chromium, self.profile, self.asked.append) as context:
            visit(context.pages[0], self.lines[0].url)

    def write(self, reports: int, photos: int) -> None:
        """Without any network: by the app's screens, until each is sealed; then SIGKILL."""
        begun = time.monotonic()
        self.service.stop()
        for line in self.lines:
            line.become("refuse")
        with own_phone(self.chromium, self.profile, self.asked.append) as context:
            page = context.pages[0]
            page.goto(self.lines[0].url)
            for number in range(reports):
                # Letters and figures of chance: no compression makes them shorter.
                text = f"Report {number:02}: {secrets.token_hex(12)} ငါ مرحبا"
                self.written.texts.append(text)
                photo = self._take_photo(page, number) if number < photos else None
                write_report(page, text, photo)
            assert kill(self.profile)
        shutil.copytree(self.profile, self.profile_killed, symlinks=True)
        self.written_seconds = time.monotonic() - begun

    def _take_photo(self, page: Page, number: int) -> Path:
        path = self.folder / f"photo-{number}.jpg"
        words = f"camera of {secrets.token_hex(12)}"
        piece = make_photo(page, path, words, seed=number + 1)
        self.written.canaries |= {f"camera {number}": words, f"photo {number}": piece}
        self.written.photos += 1
        return path

    def send(
        self,
        seconds: float,
        back: Sequence[SlowLink] | None = None,
        cause: Literal["start", "pause", "online"] = "start",
    ) -> None:
        """The browser is started again on what the kill has left, and everything leaves by itself:
        nobody taps anything.

        cause: why it is sent. "start": the service is back behind the lines of `back` (all of them
        if None) before the app starts. "pause": it is back once a try has failed, and the next one
        comes in its time. "online": once the browser says that there is a network again.
        """
        self.service = start_again(self.service)
        lines = self.lines if back is None else back
        if cause != "pause":
            self._carry(lines)
        begun = time.monotonic()
        with own_phone(self.chromium, self.profile, self.asked.append) as context:
            context.set_offline(cause == "online")
            page = context.pages[0]
            page.goto(self.lines[0].url)
            if cause != "start":
                wait_failed(page, [line.url for line in lines])
            if cause == "pause":
                self._carry(lines)
            begun = time.monotonic()
            context.set_offline(False)
            wait_sent(page, seconds)
        self.sent_seconds = time.monotonic() - begun

    def _carry(self, lines: Sequence[SlowLink]) -> None:
        for line in lines:
            line.become("carry")

    def search(self) -> list[tuple[str, str]]:
        """What of the person's words and photos lies anywhere in the profile, or lay there at the
        kill."""
        folders = (self.profile, self.profile_killed)
        return [one for folder in folders for one in find(folder, self.written.needles)]

    def check_arrived(self) -> None:
        """Each report is in the store once, opened by the keyholder's tool; photos are whole."""
        self.service.settle()
        listed = self.service.run("keyholder", "list", "--json").stdout
        reports: list[dict[str, Any]] = json.loads(listed)["reports"]
        texts = [entry["report"]["text"] for entry in reports]
        assert sorted(texts) == sorted(self.written.texts)
        # Nothing came twice: one envelope a report, as many in the store as reports were written.
        assert [len(entry["envelopes"]) for entry in reports] == [1] * len(texts)
        named = [
            blob
            for entry in reports
            for blob in entry["report"].get("evidence", {}).get("blobs", [])
        ]
        photos = [self._open_photo(blob) for blob in named]
        assert len(set(photos)) == len(named) == self.written.photos
        hidden = list(self.written.needles.values())
        for number, photo in enumerate(photos):
            # The app draws them anew: now we know what must not have been in the profile, either.
            assert photo.startswith(JPEG)
            assert not any(
                (one.encode() if isinstance(one, str) else one) in photo for one in hidden
            )
            self.written.canaries[f"drawn {number}"] = photo[len(photo) // 2 :][:32]

    def _open_photo(self, named: dict[str, Any]) -> bytes:
        """What a report calls its attachment, from the service's own folder."""
        id, key = bytes.fromhex(named["hash"]), bytes.fromhex(named["key"])
        engine = create_engine(f"sqlite:///{self.service.data / 'store.db'}", poolclass=NullPool)
        with engine.connect() as database:
            found = find_blob(database, id)
            assert found is not None
            pieces = find_pieces(database, found.stem)
        folder = PieceFiles(self.service.data / "blobs")
        blob = b"".join(folder.read(piece, 0, piece.length) for piece in pieces)
        return b"".join(open_blob(BytesIO(blob), key, id, named["size"]))

    def check_origins(self) -> None:
        """The app asked nobody but whom the keyring names."""
        named = tuple(f"{line.url}/" for line in self.lines)
        own = ("blob:", "data:", "about:", "chrome:")
        others = {url for url in self.asked if not url.startswith((*named, *own))}
        assert self.asked
        assert others == set()
