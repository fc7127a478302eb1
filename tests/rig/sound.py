"""What a recorded file really sounds like: the seconds that the test tone says, beside those that the pictures show."""

import math
from array import array
from dataclasses import dataclass
from pathlib import Path

import av

from rig.frames import decoded_frames
from seacorder.inputs.sound import tone

BEFORE_SECONDS = 0.35
"""So much of a second's own past must be in the file too: the tone is known by the hum before it."""
AFTER_SECONDS = 0.8
"""The bits take 0.43 s, and a split or a stop may cost the last 0.3 s of sound."""


@dataclass(frozen=True)
class HeardSecond:
    """A second of UTC that begins in the sound of a file."""

    at_seconds: float
    """Presentation time in the file."""
    second: int
    """UTC since 1970, modulo 256."""


def samples_of(file: Path) -> tuple[float, "array[float]"]:
    """(presentation time of the first, mono samples): every packet where its time puts it, nothing between them.

    Of a part that ended at once there may be none.
    """
    out, begin = array("f"), None
    with av.open(str(file)) as container:
        for frame in container.decode(audio=0):
            assert frame.sample_rate == tone.RATE
            assert frame.pts is not None
            at = round(frame.pts * frame.time_base * tone.RATE)
            begin = at if begin is None else begin
            if at - begin > len(out):
                out.extend(array("f", bytes(4 * (at - begin - len(out)))))
            del out[at - begin :]
            out.extend(memoryview(frame.planes[0]).cast("f")[: frame.samples])
    return (begin or 0) / tone.RATE, out


def heard_seconds(file: Path) -> list[HeardSecond]:
    """The tone's seconds in a file."""
    begin, samples = samples_of(file)
    return [HeardSecond(begin + one.sample / tone.RATE, one.second) for one in tone.markers(samples)]


def whole_seconds(file: Path) -> set[int]:
    """The seconds (UTC, modulo 256) that must be heard: their beginning, and the hum before it, lies in the pictures.

    A split or a stop may cost the sound of its last moments.
    """
    frames = [frame.reading.utc_ms / 1000 for frame in decoded_frames(file) if frame.reading is not None]
    first, last = math.ceil(frames[0] + BEFORE_SECONDS), math.floor(frames[-1] - AFTER_SECONDS)
    return {second % 256 for second in range(first, last + 1)}


def later_than_picture_ms(file: Path) -> list[float]:
    """For each second that is heard: how much later that is in the file than its picture, by the picture's strip."""
    frames = [frame for frame in decoded_frames(file) if frame.reading is not None]
    late = []
    for heard in heard_seconds(file):
        near = min(frames, key=lambda frame: abs(frame.seconds - heard.at_seconds))
        assert near.reading is not None
        shown_utc = near.reading.utc_ms / 1000 + heard.at_seconds - near.seconds
        assert round(shown_utc) % 256 == heard.second, f"{heard} while the picture shows {shown_utc}"
        late.append((shown_utc - round(shown_utc)) * 1000)
    return late
