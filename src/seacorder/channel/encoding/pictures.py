"""A source's pictures: decoded and, where that is asked for, deinterlaced."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from seacorder.channel.encoding.decoder import Decoded, Decoder
from seacorder.channel.encoding.frame_queue import Arrival
from seacorder.channel.encoding.picture_conversion import Deinterlacer, looks_of
from seacorder.model.sample import Sample, SourceFormat


class Pictures:
    """One source format. One thread."""

    def __init__(self, source: SourceFormat) -> None:
        self._decoder = Decoder(source)
        self._deinterlacer: Deinterlacer | None = None
        self._held: deque[Decoded] = deque()
        """The pictures that the deinterlacer has been given and has not given back yet."""
        self._primed: set[int] = set()
        """Presentation times of pictures that were decoded only because later ones refer to them."""

    def prime(self, samples: Sequence[Sample]) -> None:
        """Decodes pictures that have been stored already and that the next packets refer to. Blocks for as long as that
        takes."""
        for sample in samples:
            self._primed.add(sample.pts)
            self._decoder.decode(Arrival(sample, 0))
        self.damaged()

    def push(self, arrival: Arrival, *, as_progressive: bool) -> list[Decoded]:
        """The pictures that are ready with this packet, in the order in which they are shown."""
        decoded = self._decoder.decode(arrival)
        if self._primed:
            decoded = [one for one in decoded if one.sample.pts not in self._primed]
        if self._deinterlacer is None and not (as_progressive and any(one.frame.interlaced_frame for one in decoded)):
            return decoded
        return [ready for one in decoded for ready in self._without_fields(one)]

    def flush(self) -> list[Decoded]:
        """The pictures that decoder and deinterlacer still hold."""
        decoded = self._decoder.flush()
        if self._deinterlacer is None:
            return decoded
        ready = [ready for one in decoded for ready in self._without_fields(one)]
        ready += [replace(self._held.popleft(), frame=frame) for frame in self._deinterlacer.flush() if self._held]
        self._deinterlacer = None
        return ready

    def damaged(self) -> list[Sample]:
        """Packets that gave no picture, each once."""
        damaged, self._decoder.damaged = self._decoder.damaged, []
        return damaged

    @property
    def pixel_aspect(self) -> object:
        """See `Decoder`."""
        return self._decoder.pixel_aspect

    def _without_fields(self, picture: Decoded) -> list[Decoded]:
        if self._deinterlacer is None:
            self._deinterlacer = Deinterlacer(looks_of(picture.frame, None))
        self._held.append(picture)
        return [replace(self._held.popleft(), frame=frame) for frame in self._deinterlacer.push(picture.frame)]
