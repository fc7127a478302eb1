"""A fragment is taken only when all that its head says fits together."""

import struct

import pytest

from seacorder.mp4.boxes import NotMp4, StoredSample, made
from seacorder.mp4.fragments import fragment_of

AT = 1000


def moof(*, base: int | None = None, count: int = 2, sizes: tuple[int, ...] = (100, 50), number: int = 3) -> bytes:
    """A head for samples of 40 ticks each, the first decoded at 400; its data follow the head of an `mdat` box."""

    def built(data_offset: int) -> bytes:
        defaults = struct.pack(">II", 0x020008, 1) if base is None else struct.pack(">IIQ", 0x000009, 1, base)
        tfhd = made(b"tfhd", defaults, struct.pack(">I", 40))
        tfdt = made(b"tfdt", struct.pack(">IQ", 0x01000000, 400))
        trun = made(b"trun", struct.pack(">III", 0x201, count, data_offset), *(struct.pack(">I", one) for one in sizes))
        return made(b"moof", made(b"mfhd", struct.pack(">II", 0, number)), made(b"traf", tfhd, tfdt, trun))

    return built(len(built(0)) + 8 - (0 if base is None else base - AT))


def test_samples_follow_each_other_behind_the_head() -> None:
    head = moof()
    fragment = fragment_of(head, AT)
    begin = AT + len(head) + 8
    assert fragment.samples == (StoredSample(1, begin, 100, 400), StoredSample(1, begin + 100, 50, 440))
    assert (fragment.number, fragment.moof_end, fragment.end) == (3, AT + len(head), begin + 150)
    assert fragment.mdat_header() == struct.pack(">I4s", 158, b"mdat")


def test_offsets_may_count_from_a_place_in_the_file() -> None:
    assert fragment_of(moof(base=900), AT).samples[0].offset == AT + len(moof(base=900)) + 8


@pytest.mark.parametrize(
    "head",
    [
        moof(count=3),
        moof(sizes=()),
        moof(sizes=(0xFFFFFFF0, 9)),
        moof()[:-4],
        moof()[:4] + b"moov" + moof()[8:],
    ],
)
def test_a_head_that_contradicts_itself_is_refused(head: bytes) -> None:
    with pytest.raises(NotMp4):
        fragment_of(head, AT)


def test_samples_elsewhere_are_refused() -> None:
    with pytest.raises(NotMp4, match="behind it"):
        fragment_of(moof(base=900), AT + 1)
