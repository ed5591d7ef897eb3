"""The doctor reads the log again: what was altered, removed or forged in the database is named."""

import pytest
from sqlalchemy import delete, insert, select, update

from app.auditing import CHECKPOINT, LEAF, LEAF_ID, Tree, audit_log
from app.auditing_bodies import BODY, PENDING
from app.entries import prefix_of
from app.purges import BLOB, DONE, ENVELOPE, PURGE
from app.sequencing import KEYRING
from app.store import Store
from app.tiles import LOG_TILE
from crypto.log import find_root, hash_leaf
from heliograph.doctor import log
from heliograph.doctor.checks import CHECKS
from heliograph.doctor.deployment import Deployment
from tests.app.running import LOG_SEED, Place, make_envelope, make_log
from tests.heliograph.doctor.deployments import COUNT, find_codes, spoil

CHECK_NAMES = ("log.key", "log.pending", "log.leaves", "log.bodies")


def read_leaf(deployment: Deployment, index: int) -> bytes:
    found = deployment.read(
        lambda connection: connection.execute(
            select(LEAF.c.leaf).where(LEAF.c.log_index == index)
        ).scalar_one()
    )
    assert isinstance(found, bytes)
    return found


def find_said(deployment: Deployment, check: str) -> str:
    return "\n".join(finding.says for finding in CHECKS[check](deployment))


@pytest.mark.parametrize("check", CHECK_NAMES)
def test_a_good_log_passes(deployment: Deployment, check: str) -> None:
    assert find_codes(deployment, check) == []


def test_what_is_good_is_counted(deployment: Deployment) -> None:
    assert f"{COUNT + 1}; checkpoints that agree: 2" in find_said(deployment, "log.leaves")
    assert f"{COUNT}, all that are not purged." in find_said(deployment, "log.bodies")
    assert "came: 5." in find_said(deployment, "log.pending")


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 1000])
def test_the_tree_is_the_one_of_rfc_6962(size: int) -> None:
    hashes = [hash_leaf(number.to_bytes(4, "big")) for number in range(size)]
    tree = Tree()
    groups = [group for one in hashes for group in tree.add(one)]
    assert tree.find_root() == find_root(hashes)
    assert groups == [
        (8, place, find_root(hashes[place * 256 : place * 256 + 256]))
        for place in range(size // 256)
    ]


def test_a_tree_of_three_levels() -> None:
    tree = Tree()
    hashes = [hash_leaf(number.to_bytes(4, "big")) for number in range(65_536 + 3)]
    groups = [group for one in hashes for group in tree.add(one)]
    assert [group[:2] for group in groups if group[0] > 8] == [(16, 0)]
    assert groups[-1][2] == find_root(hashes[:65_536])
    assert tree.find_root() == find_root(hashes)


def test_an_altered_leaf_is_named(place: Place, deployment: Deployment) -> None:
    leaf = read_leaf(deployment, 310)  # 300 is the keyring
    epoch = leaf[:3] + bytes((leaf[3] ^ 1,)) + leaf[4:]
    spoil(place, update(LEAF).where(LEAF.c.log_index == 310).values(leaf=epoch))
    assert set(find_codes(deployment, "log.leaves")) == {"root-differs", "tile-wrong"}
    said = find_said(deployment, "log.leaves")
    assert f"Index 300 to {COUNT}." in said  # from the last good checkpoint to the next one
    assert "Index 256 to 511." in said
    assert find_codes(deployment, "log.bodies") == ["body-altered"]
    assert "Index 310." in find_said(deployment, "log.bodies")


def test_a_removed_leaf_is_named(place: Place, deployment: Deployment) -> None:
    spoil(place, delete(LEAF).where(LEAF.c.log_index.in_([7, 8, 9])))
    assert set(find_codes(deployment, "log.leaves")) == {"leaf-missing", "leaf-id-surplus"}
    assert "Index 7 to 9." in find_said(deployment, "log.leaves")
    assert find_codes(deployment, "log.bodies") == ["body-surplus"]


def test_a_log_that_was_cut_is_named(place: Place, deployment: Deployment) -> None:
    spoil(place, delete(LEAF).where(LEAF.c.log_index >= 500))
    assert find_codes(deployment, "log.leaves")[0] == "leaf-missing"
    assert f"Index 500 to {COUNT}." in find_said(deployment, "log.leaves")


def test_a_leaf_that_is_none_is_named(place: Place, deployment: Deployment) -> None:
    spoil(place, update(LEAF).where(LEAF.c.log_index == 5).values(leaf=b"\x07" * 39))
    assert "leaf-invalid" in find_codes(deployment, "log.leaves")


def test_ids_that_find_nothing_are_named(place: Place, deployment: Deployment) -> None:
    spoil(place, delete(LEAF_ID).where(LEAF_ID.c.log_index.in_([20, 21, 40])))
    assert find_codes(deployment, "log.leaves") == ["leaf-unfindable"]
    assert "Index 20 to 21, 40." in find_said(deployment, "log.leaves")


def test_ids_of_no_leaf_are_named(place: Place, deployment: Deployment) -> None:
    spoil(place, insert(LEAF_ID).values(id_prefix=1, log_index=3))
    assert find_codes(deployment, "log.leaves") == ["leaf-id-surplus"]


def test_a_second_leaf_is_named(place: Place, deployment: Deployment) -> None:
    leaf = read_leaf(deployment, 10)
    spoil(
        place,
        insert(LEAF).values(log_index=COUNT + 1, leaf=leaf),
        insert(LEAF_ID).values(log_index=COUNT + 1, id_prefix=prefix_of(leaf[7:])),
    )
    assert find_codes(deployment, "log.leaves") == ["leaf-twice"]
    assert f"Index {COUNT + 1}." in find_said(deployment, "log.leaves")


def test_kept_hashes_are_compared(place: Place, deployment: Deployment) -> None:
    first, second = (LOG_TILE.c.position == place for place in (0, 1))
    spoil(
        place, update(LOG_TILE).where(first).values(hash=b"x" * 32), delete(LOG_TILE).where(second)
    )
    assert set(find_codes(deployment, "log.leaves")) == {"tile-wrong", "tile-missing"}
    spoil(place, insert(LOG_TILE).values(level=8, position=9, hash=b"x" * 32))
    assert "2304 to 2559" in find_said(deployment, "log.leaves")


def test_checkpoints_are_compared(place: Place, deployment: Deployment) -> None:
    size = CHECKPOINT.c.size
    spoil(place, update(CHECKPOINT).where(size == 300).values(root=b"x" * 32))
    assert set(find_codes(deployment, "log.leaves")) == {"root-differs", "checkpoint-altered"}
    spoil(place, update(CHECKPOINT).where(size == 300).values(note=b"x"))
    assert set(find_codes(deployment, "log.leaves")) == {"root-differs", "checkpoint-altered"}


def test_another_key_is_named(deployment: Deployment) -> None:
    (deployment.settings.data_dir / "log.key").write_bytes(bytes(reversed(LOG_SEED)))
    assert find_codes(deployment, "log.key") == ["log-key-other"]


def test_bodies_are_compared(place: Place, deployment: Deployment) -> None:
    index = BODY.c.log_index
    keyring = deployment.read(
        lambda connection: connection.execute(
            select(LEAF.c.log_index).where(LEAF.c.leaf == b"\x02" + _digest(connection))
        ).scalar_one()
    )
    spoil(
        place,
        delete(BODY).where(index == 11),
        update(BODY).where(index == 12).values(body=make_envelope(9999)),
        update(BODY).where(index == 13).values(body=b"short"),
        insert(BODY).values(log_index=keyring, body=make_envelope(1)),
    )
    assert set(find_codes(deployment, "log.bodies")) == {
        "body-missing", "body-altered", "body-surplus",
    }  # fmt: skip
    said = find_said(deployment, "log.bodies")
    assert "Index 11." in said
    assert "Index 12 to 13." in said


def test_what_was_purged_is_not_what_was_removed(place: Place, deployment: Deployment) -> None:
    leaves = [read_leaf(deployment, index) for index in (11, 12)]
    spoil(
        place,
        delete(BODY).where(BODY.c.log_index.in_([11, 12])),
        insert(PURGE).values(kind=ENVELOPE, id=leaves[0][7:], state=DONE),
        insert(PURGE).values(kind=BLOB, id=leaves[1][7:], state=DONE),  # a blob's id is another's
    )
    assert find_codes(deployment, "log.bodies") == ["body-missing"]
    assert "Index 12." in find_said(deployment, "log.bodies")
    spoil(place, insert(PURGE).values(kind=ENVELOPE, id=leaves[1][7:], state=DONE))
    assert find_codes(deployment, "log.bodies") == []
    assert "Purged: 2." in find_said(deployment, "log.bodies")


def _digest(connection: object) -> bytes:
    found = connection.execute(select(KEYRING.c.digest)).scalar_one()  # type: ignore[attr-defined]
    assert isinstance(found, bytes)
    return found


def test_a_sample_is_read_of_a_big_log(
    place: Place, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "SAMPLE", 300)
    assert find_codes(deployment, "log.bodies") == []
    assert "--bodies" in find_said(deployment, "log.bodies")
    spoil(place, delete(BODY).where(BODY.c.log_index > 200))
    assert find_codes(deployment, "log.bodies") == ["body-missing"]
    deployment.all_bodies = True
    assert "Index 201 to" in find_said(deployment, "log.bodies")


def test_what_is_pending_is_compared(place: Place, deployment: Deployment) -> None:
    spoil(place, update(PENDING).values(body=make_envelope(1)))
    assert find_codes(deployment, "log.pending") == ["pending-altered"]


def test_many_that_wait_are_a_warning(place: Place, deployment: Deployment) -> None:
    limits = deployment.settings.limits
    deployment.settings = deployment.settings.model_copy(
        update={"limits": type(limits)(pending_envelopes=4)}
    )
    assert find_codes(deployment, "log.pending") == ["pending-many"]


def test_the_reading_goes_on_beside_a_writing_service(place: Place, deployment: Deployment) -> None:
    """Also what the service appends and signs in the middle of the reading does no harm."""

    async def test(store: Store) -> None:
        audit = deployment.read(log.start_audit)
        await store.put([make_envelope(number) for number in range(2000, 2600)])
        await make_log(store).advance()
        while deployment.read(lambda connection: log.audit_step(connection, audit)):
            await store.put([make_envelope(3000 + audit.leaves)])
            await make_log(store).advance()
        assert not audit.faults
        assert audit.leaves == COUNT + 1
        whole = await store.read(audit_log)
        assert not whole.faults
        assert whole.confirmed == whole.leaves > COUNT + 600
        assert whole.root == (await store.read(audit_log)).root

    place.run(test)
