"""Sources of sound: a sound device, a file in real time, or the test tone. Each is a `SoundInput`.

FFmpeg reads the devices: over ALSA on Linux, DirectShow on Windows, AVFoundation on macOS.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import av
from av.error import FFmpegError

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND, Clock, utc_ahead_ns
from seacorder.base.errors import InputFailed
from seacorder.inputs.real_time import RealTime
from seacorder.inputs.sound.tone import RATE, tone
from seacorder.media.packets import switch_off_log
from seacorder.model.address.address import FileAddress
from seacorder.model.address.sound import SoundDeviceAddress, ToneAddress, parse_sound_address
from seacorder.model.narration import SAMPLE_RATE

CHUNK_NS = 20 * NS_PER_MS
"""How much sound a chunk of a device or of the tone holds."""
_ALSA_FOLDER = Path("/usr/share/alsa")
_LAYOUTS = {1: "mono", 2: "stereo"}


@dataclass(frozen=True, slots=True)
class SoundChunk:
    """Some sound, decoded."""

    frame: Any
    """A PyAV audio frame. Its own times have no meaning."""
    arrived_ns: int
    """Monotonic time at which its last sample had come."""


class SoundInput(Protocol):
    """One opening of one source of sound. One thread opens and reads it; any thread may close it."""

    def open(self) -> None:
        """Opens the source. Blocks. InputFailed says why it failed and what to do."""
        ...

    def chunks(self) -> Iterator[SoundChunk]:
        """Yields sound when it comes. Blocks. Ends with the source or after `close`; InputFailed when it breaks."""
        ...

    def close(self) -> None:
        """Releases the source; does nothing the second time."""
        ...


def make_sound(address: str, *, channels: int, clock: Clock) -> SoundInput:
    """An unopened source of sound with 1 or 2 `channels`. BadRequest when the text is no address. Does not block."""
    switch_off_log()
    match parse_sound_address(address):
        case SoundDeviceAddress() as device:
            return DeviceSound(device, channels, clock)
        case FileAddress() as file:
            return FileSound(file, clock)
        case ToneAddress():
            return ToneSound(clock)


class DeviceSound:
    """A microphone or line input. The system's sound library gives smaller pieces, which are joined to 20 ms."""

    def __init__(self, address: SoundDeviceAddress, channels: int, clock: Clock) -> None:
        self._address = address
        self._channels = channels
        self._clock = clock
        self._container: Any = None

    def open(self) -> None:
        if self._address.kind == "alsa":
            _find_alsa_configuration()
        faults = []
        for channels in (self._channels, 3 - self._channels):  # a device may have only one of the two
            try:
                self._container = self._opened(channels)
                return
            except (FFmpegError, OSError, IndexError, ValueError) as error:
                faults.append(getattr(error, "strerror", None) or str(error))
        raise InputFailed(
            f"The sound device {self._address.kind}:{self._address.name} cannot be opened ({faults[0]}).",
            "Check its plug, then whether another program uses it. If it stays: run `seacorder inputs` and correct "
            "`[audio] input` between dives.",
        )

    def chunks(self) -> Iterator[SoundChunk]:
        stream = self._container.streams.audio[0]
        context = stream.codec_context
        frame_bytes = context.format.bytes * context.channels
        wanted = frame_bytes * max(1, context.sample_rate * CHUNK_NS // NS_PER_SECOND)
        waiting = bytearray()
        try:
            for packet in self._container.demux(stream):
                waiting += bytes(packet)
                if len(waiting) >= wanted:
                    whole = len(waiting) // frame_bytes * frame_bytes
                    yield SoundChunk(_frame_of(bytes(waiting[:whole]), context), self._clock.monotonic_ns())
                    del waiting[:whole]
        except (FFmpegError, OSError) as error:
            fact = f"The sound device {self._address.kind}:{self._address.name} gives no more ({error.strerror})."
            raise InputFailed(fact, "Check its plug.") from error

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None

    def _opened(self, channels: int) -> Any:
        kind, name = self._address.kind, self._address.name
        options = {"sample_rate": str(SAMPLE_RATE), "channels": str(channels)}
        if kind == "dshow":
            name, options = f"audio={name}", options | {"audio_buffer_size": "20"}
        elif kind == "avfoundation":
            name, options = f":{name}", {}
        return av.open(name, format=kind, options=options)


class FileSound:
    """The sound of a file, in real time."""

    def __init__(self, address: FileAddress, clock: Clock) -> None:
        self._address = address
        self._clock = clock
        self._real_time = RealTime(clock)
        self._container: Any = None

    def open(self) -> None:
        try:
            self._container = av.open(self._address.path)
            if not self._container.streams.audio:
                raise InputFailed(f"{self._address.path} has no sound in it.", "Choose another file.")
        except (FFmpegError, OSError) as error:
            fact = f"{self._address.path} cannot be opened ({error.strerror})."
            raise InputFailed(fact, "Check that the file is there.") from error

    def chunks(self) -> Iterator[SoundChunk]:
        due_ns = float(self._clock.monotonic_ns())
        while not self._real_time.is_stopped:
            try:
                for frame in self._container.decode(audio=0):
                    due_ns += frame.samples * NS_PER_SECOND / frame.sample_rate
                    self._real_time.wait_until(int(due_ns))
                    if self._real_time.is_stopped:
                        return
                    yield SoundChunk(frame, int(due_ns))
                if not self._address.loop:
                    return
                self._container.seek(0)
            except (FFmpegError, OSError) as error:
                fact = f"{self._address.path} cannot be read ({error.strerror})."
                raise InputFailed(fact, "Put an undamaged copy of it there.") from error

    def close(self) -> None:
        self._real_time.stop()


class ToneSound:
    """The test tone. Its seconds are those of UTC as this machine's clock shows it when the tone is opened."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._real_time = RealTime(clock)
        self._begin_ns = 0
        self._first = 0

    def open(self) -> None:
        # The next whole sample of UTC, less than 1/48000 s away.
        utc_minus_ns = utc_ahead_ns(self._clock)
        self._first = self._clock.utc_ns() * RATE // NS_PER_SECOND + 1
        self._begin_ns = self._first * NS_PER_SECOND // RATE - utc_minus_ns

    def chunks(self) -> Iterator[SoundChunk]:
        count = RATE * CHUNK_NS // NS_PER_SECOND
        done = 0
        while not self._real_time.is_stopped:
            samples = tone(self._first + done, count)
            done += count
            due_ns = self._begin_ns + done * NS_PER_SECOND // RATE
            self._real_time.wait_until(due_ns)
            frame = av.AudioFrame(format="s16", layout="mono", samples=count)
            frame.sample_rate = RATE
            frame.planes[0].update(samples.tobytes())
            yield SoundChunk(frame, max(due_ns, self._clock.monotonic_ns()))

    def close(self) -> None:
        self._real_time.stop()


def _frame_of(data: bytes, context: Any) -> Any:
    """An audio frame of the packed samples that the device has sent."""
    samples = len(data) // (context.format.bytes * context.channels)
    frame = av.AudioFrame(format=context.format.packed.name, layout=_LAYOUTS[context.channels], samples=samples)
    frame.sample_rate = context.sample_rate
    frame.planes[0].update(data)
    return frame


def _find_alsa_configuration() -> None:
    """Points ALSA to the system's configuration: the library in PyAV's wheel looks for one where it was built."""
    if (_ALSA_FOLDER / "alsa.conf").is_file():
        os.environ.setdefault("ALSA_CONFIG_DIR", str(_ALSA_FOLDER))
        os.environ.setdefault("ALSA_CONFIG_PATH", str(_ALSA_FOLDER / "alsa.conf"))
