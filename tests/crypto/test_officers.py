"""Officers' keys: RFC 8032's first test, and that TUF takes them."""

from crypto.officers import new_seed, public_key, tuf_key, tuf_signer


def test_public_key() -> None:
    """RFC 8032, section 7.1, TEST 1."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert public_key(seed).hex() == key


def test_signer_and_key_agree() -> None:
    seed = new_seed()
    signer, key = tuf_signer(seed), tuf_key(public_key(seed))
    assert signer.public_key == key
    key.verify_signature(signer.sign(b"payload"), b"payload")


def test_seeds_are_fresh() -> None:
    assert len({new_seed() for _ in range(50)}) == 50
    assert len(new_seed()) == 32
