"""The recorder's key is made once and is for its user alone."""

import stat
from pathlib import Path

import pytest

from seacorder.base.errors import StorageFailed
from seacorder.model.signature import read_public_key
from seacorder.storage.signing_key import make_key, read_key


def test_a_key_is_made_once_readable_by_its_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    assert make_key(folder)
    first = read_key(folder)
    assert not make_key(folder)
    assert read_key(folder) == first
    assert stat.S_IMODE((folder / "signing.key").stat().st_mode) == 0o600
    assert read_public_key((folder / "signing.pub").read_text()) == first.public
    assert sorted(one.name for one in folder.iterdir()) == ["signing.key", "signing.pub"]


def test_two_recorders_have_two_keys(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_key(tmp_path / name)
    assert read_key(tmp_path / "a").public.name != read_key(tmp_path / "b").public.name


def test_a_key_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="There is no") as caught:
        read_key(tmp_path)
    assert "next start" in caught.value.action


@pytest.mark.parametrize("content", [b"", b"zz", b"00" * 31, b"\xff\xfe"])
def test_a_damaged_key_is_said_and_never_replaced(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "signing.key").write_bytes(content)
    assert not make_key(tmp_path)
    with pytest.raises(StorageFailed, match="is no key"):
        read_key(tmp_path)
    assert (tmp_path / "signing.key").read_bytes() == content


def test_a_key_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "signing.key").mkdir()
    with pytest.raises(StorageFailed, match="cannot be read"):
        read_key(tmp_path)
