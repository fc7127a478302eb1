"""A fragment's head is read as it was made, wherever it stands, and no edge of a sector lies within a `traf`."""

import pytest

from seacorder.mp4.boxes import HEADER_BYTES, boxes
from seacorder.mp4.fragment_maker import SECTOR_BYTES, NewSample, Run, fragment_head
from seacorder.mp4.fragments import fragment_of


def pictures(count: int) -> Run:
    return Run(1, False, [NewSample(1000 + 10 * i, 50 + i, 10, is_keyframe=not i) for i in range(count)])


SOUND = Run(2, True, [NewSample(700, 20, 30), NewSample(730, 21, 30)])
KINDS = {"a picture": [pictures(1)], "with sound": [pictures(1), SOUND], "27 pictures": [pictures(27)]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_head_is_read_as_it_was_made_and_lies_across_no_edge(kind: str) -> None:
    runs = KINDS[kind]
    sent = [(run.track, sample.size, sample.dts) for run in runs for sample in run.samples]
    padded = 0
    for place in range(10_000, 10_000 + SECTOR_BYTES):
        head = fragment_head(7, runs, place)
        fragment = fragment_of(head[:-HEADER_BYTES], place)
        assert head[-HEADER_BYTES:] == fragment.mdat_header()
        assert (fragment.number, fragment.moof_end) == (7, place + len(head) - HEADER_BYTES)
        assert [(one.track, one.size, one.dts) for one in fragment.samples] == sent
        inside = list(boxes(head, HEADER_BYTES, len(head) - HEADER_BYTES))
        begin = place + next(box.at for box in inside if box.kind == b"traf")
        assert begin // SECTOR_BYTES == (fragment.moof_end - 1) // SECTOR_BYTES
        padded += any(box.kind == b"free" for box in inside)
    trafs_bytes = fragment.moof_end - begin
    assert padded == trafs_bytes - 1, "only where an edge would lie inside"


def test_a_head_longer_than_a_sector_has_no_padding() -> None:
    lengths = {len(fragment_head(1, [pictures(28)], place)) for place in range(SECTOR_BYTES)}
    assert len(lengths) == 1


def test_more_than_an_mdat_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="a fragment of"):
        fragment_head(1, [Run(1, False, [NewSample(0, (1 << 32) - 8, 10)])], 0)
