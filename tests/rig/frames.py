"""What a recorded file really holds: its frames, decoded, by the numbers in their strips."""

import io
import itertools
from dataclasses import dataclass
from pathlib import Path

import av

from seacorder.inputs.pattern import strip
from seacorder.inputs.pattern.strip import StripReading


@dataclass(frozen=True)
class DecodedFrame:
    """One frame in presentation order; `reading` None where the strip cannot be read."""

    reading: StripReading | None
    seconds: float
    """Presentation time in the file."""
    width: int
    height: int
    is_keyframe: bool


def decoded_frames(file: Path | bytes) -> list[DecodedFrame]:
    """Every frame of a video file, in presentation order. Some 2,000 frames of 640x360 a second."""
    found: list[DecodedFrame] = []
    with av.open(io.BytesIO(file) if isinstance(file, bytes) else str(file)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            luma = frame.planes[0]
            reading = strip.read(memoryview(luma), luma.line_size, frame.width, frame.height)
            found.append(DecodedFrame(reading, frame.time or 0.0, frame.width, frame.height, frame.key_frame))
    return found


def frame_numbers(*files: Path) -> list[int]:
    """The frame numbers of files that follow each other; AssertionError where a strip cannot be read."""
    numbers: list[int] = []
    for file in files:
        for position, frame in enumerate(decoded_frames(file)):
            assert frame.reading is not None, f"{file.name}: frame {position} has no readable strip"
            numbers.append(frame.reading.number)
    return numbers


def missing_and_repeated(numbers: list[int]) -> tuple[list[int], list[int]]:
    """Numbers that are missing between the first and the last, and numbers that come again or go backward."""
    if not numbers:
        return [], []
    missing = sorted(set(range(min(numbers), max(numbers) + 1)) - set(numbers))
    repeated = [number for before, number in itertools.pairwise(numbers) if number <= before]
    return missing, repeated


def packet_count(file: Path) -> int:
    """Video packets of a file, without decoding any."""
    with av.open(str(file)) as container:
        return sum(1 for packet in container.demux(video=0) if packet.size)
