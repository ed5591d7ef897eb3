"""The gateway's disk fills up under load and gets room again: texts are refused, none is lost."""

from pathlib import Path

import pytest

from tests.faults.disks import filled_up, open_memory_disk
from tests.faults.machine import need
from tests.gateway.load import Texts, check
from tests.gateway.places import make_post

MIB = 1 << 20
FULL_SECONDS = 1.0


@pytest.mark.parametrize("reserve", [64 * MIB, 0], ids=["with the reserve", "to the last byte"])
def test_a_disk_that_fills_up(tmp_path: Path, reserve: int, tell) -> None:
    need("mount", root=True)
    limits = f'{{"reserve_bytes": {reserve}}}'
    with (
        open_memory_disk(tmp_path / "memory", 192 * MIB) as folder,
        make_post(folder, loaded=True, limits=limits) as post,
    ):
        texts = Texts(post, senders=4)
        gateway = post.start_gateway()
        service = None
        with texts.running():
            texts.wait_for(50)
            for left in (0, 40_000):
                before = texts.statuses[507]
                with filled_up(folder, left):
                    while texts.statuses[507] == before and gateway.process.poll() is None:
                        texts.wait(0.05)
                    texts.wait(FULL_SECONDS)
                assert gateway.process.poll() is None, gateway.read_output()
                texts.wait_for(50)
            service = post.start_service()
            texts.wait_for(20)
        post.wait_forwarded()
        gateway.stop()
        service.stop()
        reports = check(post, texts)
        tell(refused=texts.statuses[507], acknowledged=len(texts.acknowledged), reports=reports)
