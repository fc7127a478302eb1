"""The timed text of a repaired file.

FFmpeg's muxer of fragments moves pictures when a track of text is among them. So a repair copies pictures and sound
with it, and puts the texts behind them afterwards, in an `mdat` box of their own in front of the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from seacorder.evidence.layout import outer_boxes
from seacorder.mp4.boxes import made
from seacorder.mp4.fragment_maker import NewSample
from seacorder.mp4.index_maker import with_track
from seacorder.mp4.sample_table import SampleTable
from seacorder.mp4.text_track import text_track
from seacorder.mp4.tracks import tracks_in

NO_TEXT = b"\0\0"
"""A sample that shows nothing."""


@dataclass(frozen=True, slots=True)
class Text:
    """A sample; times in milliseconds, as a text track has them."""

    dts: int
    duration: int
    sample: bytes


def put_texts(path: Path, texts: Sequence[Text]) -> None:
    """Puts a text track into a closed file that has none; nothing without texts. Blocks; OSError, NotMp4."""
    if not any(text.sample != NO_TEXT for text in texts):
        return
    with path.open("r+b") as file:
        index = [box for box in outer_boxes(file, path.stat().st_size) if box.kind == b"moov"][-1]
        file.seek(index.at)
        moov = file.read(index.end - index.at)
        table = SampleTable()
        samples = [NewSample(text.dts, len(text.sample), max(0, text.duration)) for text in texts]
        content = made(b"mdat", *(text.sample for text in texts))
        table.add_chunk(index.at + len(content) - sum(len(text.sample) for text in texts), samples)
        number = max(track.number for track in tracks_in(moov)) + 1
        file.seek(index.at)
        file.write(content + with_track(moov, text_track(number), table))
