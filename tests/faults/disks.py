"""Disks for the experiments: one whose power can be cut, and one that fills up.

The power cut: the service's files are on ext4, in an image on a loop device, in a file on XFS. A
reflink of that file is the disk as it was at one instant: XFS takes the file's lock, waits for
writes under way and writes the file's cached pages first. So the copy has all that ext4 had sent to
its device, and nothing that it still held in memory. It is mounted as after a power cut: ext4
replays its journal. What this cannot show is a device that reports a write as flushed and loses it.
"""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

OUTER_BYTES, INNER_BYTES = 8 << 30, 1 << 30
"""Sizes of the images. They are sparse: only what is written takes room."""


def call(*command: object) -> str:
    """Runs a program to its end; its output. Raises CalledProcessError."""
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def mounted(source: Path | str, folder: Path, *options: str) -> Iterator[Path]:
    """A mount for the time of the block."""
    folder.mkdir(exist_ok=True)
    call("mount", *options, source, folder)
    try:
        yield folder
    finally:
        # Lazily: whatever still has a file open there does not keep the mount.
        call("umount", "--lazy", folder)


class CuttableDisk:
    """A disk that can be copied as a power cut would leave it. Use `open_disk`."""

    def __init__(self, host: Path, mounts: ExitStack) -> None:
        self._image = host / "disk.img"
        self._last = host / "last.img"
        self._mounts = mounts
        self.folder = host.parent / "disk"
        with self._image.open("wb") as file:
            file.truncate(INNER_BYTES)
        call("mkfs.ext4", "-q", "-F", self._image)
        self._mount()

    def _mount(self) -> None:
        # Direct, so that what is on the way is in no cache of this machine but ext4's own.
        device = call("losetup", "--find", "--show", "--direct-io=on", self._image)
        try:
            self._mounts.enter_context(mounted(device, self.folder))
        finally:
            call("losetup", "--detach", device)  # it goes when the mount goes, and not before

    @contextmanager
    def cut(self) -> Iterator[Path]:
        """The disk at this instant, mounted as by a machine that starts again."""
        call("cp", "--reflink=always", self._image, self._last)
        looked_at = self._last.with_name("cut.img")
        call("cp", "--reflink=always", self._last, looked_at)
        try:
            with mounted(looked_at, self.folder.with_name("cut"), "-o", "loop") as folder:
                yield folder
        finally:
            looked_at.unlink()

    def go_on_from_last_cut(self) -> None:
        """Everything since the last cut did not happen. Nobody may use the disk when this is
        called.
        """
        self._mounts.close()
        self._last.replace(self._image)
        self._mount()


@contextmanager
def open_disk(folder: Path) -> Iterator[CuttableDisk]:
    """A disk whose power can be cut, at `.folder`. For root; all of it is taken away again."""
    outer = folder / "outer.img"
    with outer.open("wb") as file:
        file.truncate(OUTER_BYTES)
    call("mkfs.xfs", "-q", "-m", "reflink=1", outer)
    with ExitStack() as stack:
        stack.callback(outer.unlink)
        host = stack.enter_context(mounted(outer, folder / "host", "-o", "loop"))
        yield CuttableDisk(host, stack.enter_context(ExitStack()))


@contextmanager
def open_memory_disk(folder: Path, size: int) -> Iterator[Path]:
    """A tmpfs of `size` bytes."""
    with mounted("tmpfs", folder, "-t", "tmpfs", "-o", f"size={size}"):
        yield folder


@contextmanager
def filled_up(folder: Path, leave: int = 0) -> Iterator[None]:
    """Somebody else's file takes all the room but `leave` bytes, for the time of the block."""
    filler = folder / "filler"
    with filler.open("wb") as file, contextlib.suppress(OSError):
        while (room := shutil.disk_usage(folder).free - leave) > 0:
            file.write(bytes(min(room, 1 << 20)))
            file.flush()
    try:
        yield
    finally:
        filler.unlink()
