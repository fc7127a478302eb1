"""A video file as a source: played in real time, once or in a loop (`?loop=1`).

In a loop times go on: each pass has the times that it would have if the file were that much longer.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import InputFailed
from seacorder.inputs.ffmpeg.tracks import Tracks
from seacorder.inputs.real_time import RealTime, Waiter
from seacorder.model.address.address import FileAddress
from seacorder.model.sample import SourceFormat, SourcePacket, Track


class FileInput:
    """Plays one file; see `contract.Input`. `wait_until` is for tests, which do not wait."""

    def __init__(self, address: FileAddress, clock: Clock, *, wait_until: Waiter | None = None) -> None:
        self._address = address
        self._clock = clock
        self._wait_until = wait_until or RealTime(clock).wait_until
        self._source = f"File {address.path}"
        self._container: Any = None
        self._tracks: Tracks | None = None
        self._time_bases: dict[Track, Fraction] = {}

    def open(self) -> SourceFormat:
        self._tracks, found = self._begin()
        return found

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        begin_ns = self._clock.monotonic_ns()
        shift = Fraction(0)
        while self._tracks is not None:
            one_pass = _Pass(self._time_bases, shift)
            try:
                for item in self._tracks.packets():
                    if not isinstance(item, SourcePacket):
                        yield item
                        continue
                    due = one_pass.due(item)
                    self._wait_until(begin_ns + int(due * NS_PER_SECOND))
                    yield one_pass.shifted(item)._replace(arrived_ns=self._clock.monotonic_ns())
            except FFmpegError as error:
                action = "Put an undamaged copy of it there."
                raise InputFailed(f"{self._source} is damaged ({error.strerror}).", action) from error
            if not self._address.loop or one_pass.end <= shift:
                return
            shift = one_pass.end
            self._release()
            self._tracks, _ = self._begin()

    def close(self) -> None:
        self._release()

    def _begin(self) -> tuple[Tracks, SourceFormat]:
        try:
            self._container = av.open(str(Path(self._address.path).expanduser()))
            tracks = Tracks(self._container, self._source, self._clock)
            found = tracks.open()
        except FileNotFoundError as error:
            action = "Correct the path, or put the file, or the disk on which it lies, back."
            raise InputFailed(f"{self._source} does not exist.", action) from error
        except (PermissionError, IsADirectoryError) as error:
            action = "Check that it is a file, and its permissions."
            raise InputFailed(f"{self._source} may not be read.", action) from error
        except FFmpegError as error:
            fact = f"{self._source} is not a video file that can be read ({error.strerror})."
            raise InputFailed(fact, "Check that it is the right file.") from error
        self._time_bases = {track: template.time_base for track, template in found.templates.items()}
        return tracks, found

    def _release(self) -> None:
        container, tracks = self._container, self._tracks
        self._container = self._tracks = None
        if tracks is not None:
            tracks.close()
        if container is not None:
            container.close()


class _Pass:
    """The times of one pass over a file, in seconds since the first pass began; `shift` is when this one began."""

    def __init__(self, time_bases: dict[Track, Fraction], shift: Fraction) -> None:
        self._time_bases = time_bases
        self._shift = shift
        self._origin: Fraction | None = None
        self.end = shift
        """The end of the latest packet so far; after the last one it is when the next pass begins."""

    def due(self, packet: SourcePacket) -> Fraction:
        """When `packet` is to be handed over: at its decoding time, as a camera would send it."""
        time_base = self._time_bases[packet.track]
        ticks = packet.dts if packet.dts is not None else packet.pts
        if ticks is None:
            return self.end
        if self._origin is None:
            self._origin = ticks * time_base
        due = self._shift + ticks * time_base - self._origin
        self.end = max(self.end, due + packet.duration * time_base)
        return max(due, self._shift)

    def shifted(self, packet: SourcePacket) -> SourcePacket:
        """`packet` with the times of this pass."""
        if not self._shift:
            return packet
        ticks = round(self._shift / self._time_bases[packet.track])
        pts, dts = packet.pts, packet.dts
        return packet._replace(pts=None if pts is None else pts + ticks, dts=None if dts is None else dts + ticks)
