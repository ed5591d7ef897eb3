"""The contract of providers that bring USSD: whole sessions, from the first screen to the last."""

from abc import abstractmethod
from typing import Any, ClassVar

from sms.contract import RawRequest
from tests.sms.desk import Desk
from tests.sms.provider_contract import ProviderContract

MAX_HOPS = 12


class UssdContract(ProviderContract):
    """As ProviderContract. Before it among the parents, where they do not number answers:
    AnswersWithoutNumber."""

    dial: ClassVar[str]
    """The captured request that starts a session: the same one that `case` goes on with."""

    def answer(self, inputs: list[str]) -> RawRequest:
        """The request after these inputs. As it is: of a provider that sends the latest alone."""
        return self.with_text(self.load(self.case), inputs[-1])

    @abstractmethod
    def read_screen(self, answer: Any) -> tuple[str, bool]:
        """What an answer of ours shows, and whether the session ends with it."""

    def test_a_session_goes_from_the_first_screen_to_the_last(self, desk: Desk) -> None:
        screens = [self.read_screen(self.post(desk, self.load(self.dial)))]
        assert desk.sink.keys == []
        inputs: list[str] = []
        while not screens[-1][1]:
            inputs.append("1")
            screens.append(self.read_screen(self.post(desk, self.answer(inputs))))
            assert len(screens) <= MAX_HOPS
        assert len({text for text, _ in screens}) == len(screens) > 2
        assert all(text for text, _ in screens)
        reports = desk.open()
        assert [report["seq"] for report in reports] == list(range(1, len(inputs) + 1))
        assert len({report["id"] for report in reports}) == 1
        assert reports[-1]["raw"] == "*".join(inputs)
        assert {report["auth"] for report in reports} == {"unchecked"}

    def test_a_session_that_breaks_off_is_kept(self, desk: Desk) -> None:
        self.post(desk, self.load(self.dial))
        self.post(desk, self.answer(["1"]))
        self.post(desk, self.answer(["1", "2"]))
        assert [report["raw"] for report in desk.open()] == ["1", "1*2"]

    def test_a_start_that_comes_again_is_the_first_screen_again(self, desk: Desk) -> None:
        answers = {self.post(desk, self.load(self.dial)).content for _ in range(5)}
        assert len(answers) == 1
        assert desk.sink.keys == []

    def test_sessions_do_not_run_into_each_other(self, desk: Desk) -> None:
        for number in (1, 2):
            self.post(desk, self.with_id(self.load(self.dial), number))
        for number in (1, 2):
            self.post(desk, self.with_id(self.answer(["1"]), number))
        reports = desk.open()
        assert [report["raw"] for report in reports] == ["1", "1"]
        assert len({report["id"] for report in reports}) == 2


class AnswersWithoutNumber:
    """Of a provider that sends the latest answer alone and does not number it."""

    def test_a_replay_gets_the_same_answer_and_no_second_envelope(self: Any, desk: Desk) -> None:
        """Not for an answer: nothing tells one that comes again from the same answer to the next
        question, which is common. It counts as the next one, in the same report. A start that comes
        again is the first screen again, as the tests of sessions say."""
        self.post(desk, self.load(self.dial))
        for _ in range(2):
            assert self.post(desk, self.answer(["1"])).status_code == 200
        reports = desk.open()
        assert [(report["raw"], report["seq"]) for report in reports] == [("1", 1), ("1*1", 2)]
        assert reports[0]["id"] == reports[1]["id"]
