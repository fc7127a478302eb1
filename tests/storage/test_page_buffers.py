"""Memory of their own for bytes that wait."""

import pytest

from seacorder.storage.page_buffers import OWN_PAGES_BYTES, joined


@pytest.mark.parametrize("size", [0, 10, OWN_PAGES_BYTES - 1, OWN_PAGES_BYTES, 1_000_003])
def test_pieces_are_joined_whatever_their_size(size: int) -> None:
    whole = bytes(place % 251 for place in range(size))
    data = joined([whole[:7], b"", whole[7:]])
    assert data == whole
    assert len(data) == size


def test_what_is_joined_cannot_be_changed() -> None:
    data = joined([bytes(OWN_PAGES_BYTES)])
    assert isinstance(data, memoryview)
    assert data.readonly
