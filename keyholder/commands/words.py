"""keyholder words."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from keyholder.commands.options import Json
from keyholder.commands.printing import say_fingerprint, say_json
from keyholder.errors import KeysError
from keyholder.words import write_words


def words(
    file: Annotated[Path, typer.Argument(help="Any file.")],
    json: Json = False,
) -> None:
    """The fingerprint of a file in hex and as twelve words, for two people to compare by telephone.

    It needs no home and no passphrase.

    --json prints {"fingerprint": hex, "words": twelve words}.
    """
    try:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").digest()
    except OSError as error:
        raise KeysError("file-unreadable") from error
    if json:
        say_json({"fingerprint": digest.hex(), "words": write_words(digest)})
        return
    say_fingerprint("Fingerprint of this file", digest)
