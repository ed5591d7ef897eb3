"""The rehearsal: a whole founding on throw-away keys in a temporary folder, for people to watch.

Nothing of it is worth anything: the coalition is marked as development, the passphrase is printed,
and the folder is removed at the end, also after an error.
"""

import io
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from crypto.checkpoints import Checkpoint, make_log_signer, write_checkpoint
from crypto.choosing import sealing_key
from crypto.envelope import Kind, day_of, envelope_id, read_header
from crypto.leaves import envelope_leaf
from crypto.log import find_root, hash_leaf
from crypto.notes import Note, sign, write_key, write_note
from crypto.officers import new_seed
from crypto.passphrase import Cost
from crypto.sealing import new_report_id, seal
from keyholder import vault
from keyholder.ceremony.script import EVERYBODY, INNER, OUTER, found, offer_epoch, sign_epochs
from keyholder.ceremony.script import take_cards as keep_cards
from keyholder.commands.printing import say
from keyholder.commands.session import Surroundings
from keyholder.development import SWITCH
from keyholder.errors import TravelError
from keyholder.exports.output import write_output
from keyholder.files import read_start
from keyholder.held import read_held
from keyholder.home import Home
from keyholder.keys.cards import LONGEST, read_card
from keyholder.sequence import Item
from keyholder.travel.bundle import Parcel, Shown, write_bundle
from reports.codec import encode

PASSPHRASE = "six words that everybody here knows"  # noqa: S105 - it is printed
ADDRESS = "http://127.0.0.1:8000"
_TEXTS = ("The network is gone since noon", "No SMS, no calls", "Nothing works in the whole town")

Run = Callable[[Sequence[str], Surroundings], int]
"""The command itself: arguments and surroundings; gives the exit status."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Folder:
    """A stage of homes in one temporary folder. Every command is shown as a group would type it."""

    folder: Path
    run_command: Run
    say: Say

    def tell(self, text: str) -> None:
        """A line of its own."""
        self.say("")
        self.say(f"# {text}")

    def run(self, who: str, *words: object) -> None:
        """Show the command and what it says. TravelError rehearsal-failed."""
        typed = [str(word) for word in words]
        shown = " ".join(word.removeprefix(f"{self.folder}/") for word in typed)
        self.say(f"{who}$ keyholder {shown}")
        told = io.StringIO()
        with redirect_stdout(told), redirect_stderr(told):
            status = self.run_command(["--home", str(self.folder / who), *typed], _surround())
        for line in told.getvalue().replace(f"{self.folder}/", "").splitlines():
            self.say(f"    {line}")
        if status:
            raise TravelError("rehearsal-failed")

    def place(self, name: str) -> Path:
        """In the folder `table`."""
        return self.folder / "table" / name

    def name_holder(self, who: str) -> str:
        """From her card."""
        return read_card(read_start(self.place(f"{who}.card"), LONGEST)).holder_id


@contextmanager
def make_stage(run: Run, say: Say) -> Iterator[Folder]:
    """A stage that is gone afterwards."""
    with _without_settings(), tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        (Path(folder) / "table").mkdir()
        yield Folder(Path(folder), run, say)


@contextmanager
def _without_settings() -> Iterator[None]:
    """The options of the commands that are played read the environment: a service or a passphrase
    file that is set for the real home has no part in the play."""
    names = [name for name in os.environ if name.startswith("KEYHOLDER_")]
    kept = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(kept)


def rehearse(stage: Folder) -> None:
    """Founding, epochs, a report, reading it with two locks, and destroying. TravelError
    rehearsal-failed where a command failed."""
    stage.say(f"The passphrase of everybody here is: {PASSPHRASE}")
    found(stage, ADDRESS, development=True)
    stage.tell("One maker of each lock takes the cards of those who shall have it, too.")
    keep_cards(stage, OUTER[0], OUTER)
    keep_cards(stage, INNER[0], INNER)
    stage.tell("Two makers make the two locks: nobody ever has both.")
    week = offer_epoch(stage, "week", OUTER, INNER)
    stage.tell("The same for the fallback, which serves for a year where no week is current.")
    year = offer_epoch(stage, "year", OUTER, INNER, "--fallback")
    stage.tell("Two officers sign both epochs.")
    sign_epochs(stage, "epochs", week, year)
    stage.tell("With a service: keyholder coalition publish, then everybody: keyholder sync.")
    stage.tell("Here without a network: the keyring as a file. Each finds her seed in it.")
    keyring = stage.place("epochs.keyring")
    stage.run("ben", "coalition", "export", keyring)
    for who in (*OUTER, *INNER):
        stage.run(who, "bundle", "in", keyring)
    stage.run("ada", "coalition", "show")
    stage.tell("Three reporters seal reports; what the service has comes as a bundle.")
    reports = stage.place("reports.bundle")
    _send_reports(stage, reports)
    for who in ("dina", "gus"):
        stage.run(who, "bundle", "in", reports)
        stage.run(who, "open")
    stage.tell("Neither opened anything alone. A holder of lock A peels, one of lock B opens.")
    peeled = stage.place("stick.peeled")
    stage.run("dina", "peel", "--output", peeled)
    stage.run("gus", "list", "--peeled", peeled)
    stage.tell("When its time has come each destroys her keys of the week. Here at once.")
    stage.run("gus", "epoch", "destroy", 1, "--early", "--peeled", peeled)
    stage.run("gus", "open", "--peeled", peeled)
    stage.tell("No passphrase brings them back. That was all: everything is removed now.")


def _send_reports(stage: Folder, file: Path) -> None:
    """What reporters and the service do: three envelopes, their leaves, a signed checkpoint."""
    now = int(time.time())
    home = Home(stage.folder / EVERYBODY[1])
    held = read_held(home)
    leaves, items = [], []
    for place, text in enumerate(_TEXTS):
        key = sealing_key(held.keyring, "app", now)
        content = encode({"chan": "app", "cc": "XK", "text": text}, key.epoch_start)
        envelope = seal(key, Kind.REPORT, new_report_id(), content)
        leaf = envelope_leaf(read_header(envelope), day_of(now), envelope_id(envelope))
        leaves.append(hash_leaf(leaf))
        items.append(Item(place, leaf, envelope))
    signer = make_log_signer(new_seed())
    text = write_checkpoint(Checkpoint(signer.name, len(leaves), find_root(leaves)))
    note = write_note(Note(text, (sign(signer, text),)))
    parcel = Parcel(checkpoints=[Shown(note, write_key(signer.key))])
    write_output(file, write_bundle(vault.unlock(home, PASSPHRASE), parcel, items))


def _surround() -> Surroundings:
    def confirm(question: str) -> bool:
        say(f"{question} [y/N]: y")
        return True

    return Surroundings(
        clock=time.time,
        pause=time.sleep,
        ask=lambda _question: PASSPHRASE,
        confirm=confirm,
        environment={SWITCH: "on"},
        cost=Cost(passes=1, memory=8),  # throw-away keys need no strong passphrase
    )
