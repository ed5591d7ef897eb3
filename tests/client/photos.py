"""Photos as a phone's camera makes them, with what gives people away in them."""

import struct
from pathlib import Path

from playwright.sync_api import Page

DRAW = """async ({seed, side}) => {
  const canvas = new OffscreenCanvas(side, side);
  const pen = canvas.getContext("2d");
  let state = seed;
  for (let index = 0; index < 400; index += 1) {
    state = (state * 1103515245 + 12345) % 2147483648;
    pen.fillStyle = `hsl(${state % 360} ${state % 90}% ${20 + state % 60}%)`;
    pen.fillRect(state % side, (state >> 8) % side, 5 + state % 60, 5 + (state >> 4) % 60);
  }
  const photo = await canvas.convertToBlob({type: "image/jpeg", quality: 0.7});
  return [...new Uint8Array(await photo.arrayBuffer())];
}"""


def make_photo(page: Page, path: Path, words: str, seed: int, side: int = 320) -> bytes:
    """Writes a JPEG that holds `words` as its camera's comment, and gives bytes of its picture that
    no other file has. page: draws it."""
    drawn = bytes(page.evaluate(DRAW, {"seed": seed, "side": side}))
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHII", 0x010E, 2, len(words) + 1, 26)
    exif += b"\0\0\0\0" + words.encode() + b"\0"
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    path.write_bytes(drawn[:2] + segment + drawn[2:])
    middle = len(drawn) // 2
    return drawn[middle : middle + 32]
