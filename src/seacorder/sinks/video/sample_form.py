"""How a source's packets and times become samples of a track of MP4: for files, and for the live view."""

from seacorder.media.parameter_sets import is_byte_stream
from seacorder.media.units import units_of
from seacorder.model.sample import Track, TrackFormat
from seacorder.storage.byte_run import ByteRun, Data

LEFT_OUT = {"h264": frozenset[int](), "hevc": frozenset({32, 33, 34})}
"""By codec: the types of NAL units that are left out of a byte stream, because the header has them."""


class SampleForm:
    """Of one track."""

    def __init__(self, track_format: TrackFormat, units: int) -> None:
        """`units`: how many of the MP4 track's own units of time make a second."""
        self._codec = track_format.codec
        is_video = track_format.track is Track.VIDEO and self._codec in LEFT_OUT
        self._is_byte_stream = is_video and is_byte_stream(track_format.extradata)
        self._left_out = LEFT_OUT[self._codec] if is_video else frozenset()
        ratio = track_format.time_base * units
        self._numerator, self._denominator = ratio.numerator, ratio.denominator
        self.is_as_received = not self._is_byte_stream
        """The bytes of a packet are stored as they came."""
        self.has_source_units = ratio == 1
        """The source's times need no conversion."""

    def stored(self, packet: memoryview) -> Data:
        """The packet's bytes as they stand in the file. ValueError where nothing is left of them."""
        if not self._is_byte_stream:
            return packet
        pieces: list[Data] = []
        for unit in units_of(bytes(packet), self._codec, None):
            end = len(unit)
            while not unit[end - 1] and end > 1:  # zeros behind a unit belong to the next start code
                end -= 1
            if not (self._left_out and unit[0] >> 1 & 0x3F in self._left_out):
                pieces += (end.to_bytes(4, "big"), unit[:end])
        if not pieces:
            raise ValueError("a picture without NAL units")
        return ByteRun(pieces)

    def ticks(self, source_ticks: int) -> int:
        """In units of the track, rounded to the nearest."""
        if self._numerator == self._denominator:
            return source_ticks
        return (2 * source_ticks * self._numerator + self._denominator) // (2 * self._denominator)
