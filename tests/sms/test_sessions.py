"""Sessions of providers that send the latest answer alone."""

from dataclasses import replace

from sms import sessions
from sms.contract import UssdTurn
from sms.sessions import SESSION_SECONDS, Sessions
from tests.coalition import NOW

TURN = UssdTurn("s", "+15550100004", "*1#", None, authentic=False, whole=False)


def answer(
    kept: Sessions, typed: str | None, now: int = NOW, session: str = "s"
) -> tuple[str, ...]:
    turn = replace(TURN, typed=typed, session_id=session)
    answers = kept.join("x", turn, now)
    kept.keep("x", turn, answers, now)
    return answers


def test_answers_add_up_until_the_session_starts_again() -> None:
    kept = Sessions()
    assert answer(kept, None) == ()
    assert answer(kept, "1") == ("1",)
    assert answer(kept, "2*") == ("1", "2*")
    assert answer(kept, None) == ()
    assert answer(kept, "3") == ("3",)


def test_what_was_not_kept_is_not_remembered() -> None:
    kept = Sessions()
    turn = replace(TURN, typed="1")
    assert kept.join("x", turn, NOW) == kept.join("x", turn, NOW) == ("1",)
    kept.keep("x", turn, ("1",), NOW)
    assert kept.join("y", turn, NOW) == ("1",)
    assert kept.join("x", replace(turn, sender="+15550100005"), NOW) == ("1",)


def test_a_numbered_turn_that_comes_again_takes_its_own_place() -> None:
    kept = Sessions()

    def say(typed: str | None, number: int) -> tuple[str, ...]:
        turn = replace(TURN, typed=typed, number=number)
        answers = kept.join("x", turn, NOW)
        kept.keep("x", turn, answers, NOW)
        return answers

    assert say(None, 1) == ()
    assert say("1", 2) == say("1", 2) == ("1",)
    assert say("1", 3) == ("1", "1")
    assert say("2", 4) == ("1", "1", "2")
    assert say("1", 2) == ("1",)  # late, and the session goes on where it was
    assert say("3", 5) == ("1", "1", "2", "3")
    assert say("9", 0) == ("9",)
    assert say(None, 1) == ()  # the code was dialled again
    assert say("4", 2) == ("4",)


def test_minutes_later_all_is_forgotten() -> None:
    kept = Sessions()
    answer(kept, "1")
    assert answer(kept, "2", NOW + SESSION_SECONDS) == ("2",)
    answer(kept, "1", NOW + 3 * SESSION_SECONDS, "other")
    assert len(kept._answers) == 1


def test_a_session_that_is_over_is_forgotten() -> None:
    kept = Sessions()
    answer(kept, "1")
    answer(kept, "1", session="other")
    kept.forget("x", "s")
    kept.forget("y", "other")
    assert answer(kept, "2") == ("2",)
    assert answer(kept, "2", session="other") == ("1", "2")


def test_there_are_only_so_many() -> None:
    kept = Sessions()
    for number in range(sessions.MAX_SESSIONS + 5):
        answer(kept, "1", session=str(number))
    assert len(kept._answers) == sessions.MAX_SESSIONS
    assert answer(kept, "2", session="0") == ("2",)
