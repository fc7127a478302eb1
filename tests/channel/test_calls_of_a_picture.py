"""How many calls of functions a recorded picture costs, from the socket to the writer thread of its file.

Processor time cannot be measured on a busy machine; calls can, and in Python they are much of it. The limits are those
that there are now and some more: whoever needs more for good raises them, and says so in
docs/design/processes.md#where-a-recording-processs-time-goes.
"""

import sys
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType

import pytest

from fakes.replayed_camera import BURSTS_A_SECOND, ReplayedCamera

_WARM_UP = 6 * BURSTS_A_SECOND
_COUNTED = 10 * BURSTS_A_SECOND


def calls_of(camera: ReplayedCamera) -> Counter[CodeType]:
    """Calls of functions written in Python while bursts are read, by function."""
    calls: Counter[CodeType] = Counter()

    def count(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            calls[frame.f_code] += 1

    for _ in range(_COUNTED):
        camera.bring()
        sys.setprofile(count)
        try:
            camera.read()
        finally:
            sys.setprofile(None)
    return calls


@pytest.mark.parametrize(("rate", "bits_per_second", "limit"), [(30, 8_000_000, 115), (15, 1_000_000, 155)])
def test_a_picture_costs_no_more_calls_than_it_did(
    rate: int, bits_per_second: int, limit: int, tmp_path: Path
) -> None:
    camera = ReplayedCamera(tmp_path, rate=rate, bits_per_second=bits_per_second)
    for _ in range(_WARM_UP):
        camera.burst()
    calls = calls_of(camera)
    pictures = _COUNTED * rate // BURSTS_A_SECOND
    assert camera.finish() == rate * (5 + (_WARM_UP + _COUNTED) // BURSTS_A_SECOND)
    most = [f"{count / pictures:.2f} {code.co_qualname}" for code, count in calls.most_common(150)]
    assert calls.total() / pictures <= limit, most
