"""Message ids where there are none: sent again is one, said again is two."""

from dataclasses import dataclass

from sms.links.repeats import AGAIN_SECONDS, MAX_REMEMBERED, PERIOD_SECONDS, Repeats

TEXT, OTHER = b"t" * 32, b"o" * 32


@dataclass
class Clocks:
    wall: float = 1_800_000_000.0
    steady: float = 0.0

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def make(self) -> Repeats:
        return Repeats(clock=lambda: self.wall, timer=lambda: self.steady)


def test_until_it_is_answered_it_is_the_same() -> None:
    clocks = Clocks()
    repeats = clocks.make()
    first = repeats.name(TEXT)
    clocks.pass_by(5 * PERIOD_SECONDS)
    assert repeats.name(TEXT) == first


def test_sent_again_because_the_answer_was_lost() -> None:
    clocks = Clocks()
    repeats = clocks.make()
    first = repeats.name(TEXT)
    repeats.answer(TEXT)
    clocks.pass_by(AGAIN_SECONDS)
    assert repeats.name(TEXT) == first


def test_said_again_is_another_text() -> None:
    clocks = Clocks()
    repeats = clocks.make()
    names = set()
    for _ in range(5):
        names.add(repeats.name(TEXT))
        repeats.answer(TEXT)
        clocks.pass_by(AGAIN_SECONDS + 1)
    clocks.pass_by(PERIOD_SECONDS)
    names.add(repeats.name(TEXT))
    assert len(names) == 6


def test_another_text_is_another() -> None:
    repeats = Clocks().make()
    assert repeats.name(TEXT) != repeats.name(OTHER)


def test_after_a_restart_it_is_one_report_within_the_hour() -> None:
    clocks = Clocks()
    first = clocks.make().name(TEXT)
    clocks.pass_by(10)
    again = clocks.make().name(TEXT)
    assert again.report_name == first.report_name
    clocks.pass_by(PERIOD_SECONDS)
    assert clocks.make().name(TEXT).report_name != first.report_name


def test_what_is_stored_outside_cannot_be_guessed() -> None:
    """Whoever knows number, words and hour, and has the gateway's key, has no other's id."""
    clocks = Clocks()
    assert clocks.make().name(TEXT).message_id != clocks.make().name(TEXT).message_id


def test_a_clock_of_another_age() -> None:
    clocks = Clocks(wall=-1e9)
    repeats = clocks.make()
    assert repeats.name(TEXT) == repeats.name(TEXT)
    clocks.wall = 0
    assert repeats.name(OTHER)


def test_what_is_remembered_is_bounded() -> None:
    repeats = Clocks().make()
    for number in range(MAX_REMEMBERED + 10):
        repeats.name(number.to_bytes(32, "big"))
    assert len(repeats._seen) == MAX_REMEMBERED
    repeats.answer(b"never seen")
