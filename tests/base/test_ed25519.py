"""Ed25519, by the examples of RFC 8032 (section 7.1) and by what must hold for every key."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seacorder.base.ed25519 import SignaturesNotPossible, is_signed, public_key, sign

EXAMPLES = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        ("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
         "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        ("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        ("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
         "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ),
]
BYTES = st.binary(min_size=32, max_size=32)
ORDER = 2**252 + 27742317777372353535851937790883648493


@pytest.mark.parametrize(("seed", "public", "message", "signature"), EXAMPLES)
def test_the_examples_of_the_standard(seed: str, public: str, message: str, signature: str) -> None:
    assert public_key(bytes.fromhex(seed)).hex() == public
    assert sign(bytes.fromhex(seed), bytes.fromhex(message)).hex() == signature
    assert is_signed(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


@settings(max_examples=20, deadline=None)
@given(BYTES, st.binary(min_size=1, max_size=50), st.integers(0, 63), st.integers(0, 7))
def test_one_changed_bit_anywhere_is_found(seed: bytes, message: bytes, byte: int, bit: int) -> None:
    public, signature = public_key(seed), sign(seed, message)

    def changed(data: bytes) -> bytes:
        place = byte % len(data)
        return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]

    assert is_signed(public, message, signature)
    assert not is_signed(public, changed(message), signature)
    assert not is_signed(public, message, changed(signature))
    assert not is_signed(changed(public), message, signature)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=70), st.binary(max_size=70))
def test_bytes_that_are_no_key_or_signature_are_refused_without_a_fault(public: bytes, signature: bytes) -> None:
    assert not is_signed(public, b"message", signature)


def test_a_signature_that_was_made_another_by_adding_the_order_is_refused() -> None:
    """RFC 8032, 5.1.7: S must be below the order, else one signature gives others."""
    seed, public, message, signature = (bytes.fromhex(one) for one in EXAMPLES[1])
    answer = int.from_bytes(signature[32:], "little") + ORDER
    assert not is_signed(public, message, signature[:32] + answer.to_bytes(32, "little"))
    assert len(seed) == 32


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        sign(b"short", b"")


def test_without_the_library_one_sentence_says_what_is_the_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    seed, public, message, signature = (bytes.fromhex(one) for one in EXAMPLES[1])
    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(SignaturesNotPossible, match=r"the Python package `cryptography` cannot be used .*minisign"):
        is_signed(public, message, signature)
    with pytest.raises(SignaturesNotPossible):
        sign(seed, message)
