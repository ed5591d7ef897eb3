"""What a desk bears of a service that contradicts itself, and how long it waits for it."""

import pytest

from keyholder.checked import Checked
from tests.keyholder.conftest import DeskForTests
from tests.keyholder.fake_service import FakeService
from tests.keyholder.test_log import fill, sync, verify


class TestBounds:
    """A service may contradict itself at every index; the desk stays usable, and names it."""

    def test_neighbours_are_one_finding(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        fill(coalition, service, 6)
        for item in service.items[1:4]:
            item[2] = None
        assert sync(coalition) == [("body-removed", 1, 3)]
        assert verify(coalition) == [("body-removed", 1, 3)]

    def test_findings_are_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("keyholder.checked._FINDINGS", 3)
        checked = Checked()
        for index in range(0, 100, 2):
            checked.find("body-removed", index, index)
            checked.find("body-altered", index + 1, index + 1)
        assert [one[:3] for one in checked.findings] == [
            ("body-removed", 0, 0),
            ("body-altered", 1, 99),
            ("body-removed", 2, 98),
        ]

    def test_a_packed_answer_is_not_unpacked(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        """A kilobyte of gzip can become a megabyte, twice packed a gigabyte."""
        service.headers["Content-Encoding"] = "gzip"
        result = coalition.run("sync")
        assert (result.status, "makes no sense" in result.err) == (1, True)

    def test_what_follows_a_cosignature_is_not_read(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        """The service promises a terabyte and sends nothing of it: whoever waits for it hangs."""
        fill(coalition, service, 1)
        service.promised = 1 << 40
        assert coalition.done("sync", "--json").json["log"]["cosigned"] is True


class TestLeavesThatAreNotSigned:
    def test_are_named_an_hour_later(self, coalition: DeskForTests, service: FakeService) -> None:
        """A checkpoint that stands still: the service commits itself to nothing."""
        fill(coalition, service, 2)
        service.note = service.tell_log("checkpoint")
        assert sync(coalition) == []
        fill(coalition, service, 3)
        assert sync(coalition) == []
        coalition.now += 3_599
        fill(coalition, service, 1)
        assert sync(coalition) == []
        coalition.now += 1
        assert sync(coalition) == [("log-unsigned", 2, 4)]
        service.note = None
        assert sync(coalition) == []

    def test_a_service_without_checkpoints(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        service.note = b""  # 404
        fill(coalition, service, 2)
        assert sync(coalition) == []
        coalition.now -= 1_000_000  # this desk's clock was wrong
        assert sync(coalition) == []
        coalition.now += 3_600
        assert sync(coalition) == [("log-unsigned", 0, 1)]

    def test_signed_ones_are_not_waited_for(
        self, coalition: DeskForTests, service: FakeService
    ) -> None:
        for _hour in range(3):
            fill(coalition, service, 1)
            service.note = None
            service.note = service.tell_log("checkpoint")
            fill(coalition, service, 1)
            assert sync(coalition) == []
            coalition.now += 3_600
