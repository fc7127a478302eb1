"""A camera whose bytes are replayed through all parts of a worker, burst by burst, without a network and without waits:
for what a picture costs on its way to the disk."""

import random
import struct
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fakes.clock import FakeClock
from fakes.h264_keyframe import keyframe
from fakes.rtp_stream import TYPE, framed, packed
from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.channel.assembly import assemble
from seacorder.channel.burst_loop import BurstLoop, LoopEntry
from seacorder.channel.pulse import Pulse
from seacorder.channel.worker import Heartbeat, finish_files
from seacorder.inputs.rtp.receiver import RtpReceiver
from seacorder.inputs.rtp.sdp import parse
from seacorder.inputs.rtp.video_track import VideoTrack
from seacorder.inputs.rtsp.camera import CameraConnection, RtspInput
from seacorder.inputs.rtsp.camera_memory import CameraMemory
from seacorder.inputs.rtsp.connection import Connection
from seacorder.inputs.rtsp.playing import PlayingSession
from seacorder.inputs.rtsp.session import RtspSession
from seacorder.media.units import units_of
from seacorder.model.address.address import RtspAddress
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import StartRecording
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant, SplitSchedule
from seacorder.model.recording import FileKind

BURSTS_A_SECOND = 5
_URL = "rtsp://127.0.0.1/replayed"


class _Wire(Connection):
    """The connection and its socket in one: a read takes what has been put in."""

    number = 7

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._socket = self
        self._clock = clock
        self.block = b""

    def close(self, farewell: bytes = b"") -> None:
        pass

    def read_in_bursts(self) -> bool:
        self._tells_arrivals = True
        return True

    def make_room_for(self, count: int) -> int:
        return count

    def recvmsg_into(self, buffers: Sequence[Any], _ancillary_bytes: int) -> Any:
        if not self.block:
            raise BlockingIOError
        count, self.block, block = len(self.block), b"", self.block
        buffers[0][:count] = block
        came = struct.pack("@ll", *divmod(self._clock.utc_ns() - 3 * NS_PER_MS, NS_PER_SECOND))
        return count, [(1, 35, came)], 0, None


class _NoWaiting:
    """The clock does not go on by itself."""

    def wait(self, _numbers: Sequence[int], _seconds: float) -> Sequence[int]:
        return ()

    def wake(self) -> None:
        pass

    def close(self) -> None:
        pass


class ReplayedCamera:
    """H.264 with a keyframe each second, recorded to `folder` by the parts of one worker."""

    def __init__(self, folder: Path, *, rate: int, bits_per_second: int) -> None:
        self.clock = FakeClock()
        self.rate = rate
        self._wire = _Wire(self.clock)
        self._pulse = Pulse(self.clock)
        self._loop = BurstLoop(self.clock, self._pulse.pass_by, _NoWaiting)
        self._parts = assemble(ChannelSettings(0, "Cam", _URL, picture_watch=False), self.clock, self._hear, self._hear)
        self._pulse.add("Cam", Heartbeat(self._parts, self._hear))
        entry = LoopEntry(self._connected(), self._parts.ingest._take_all, self._parts.pace, threading.Event())
        entry.head_due_ns = 1 << 62  # nobody reads the beginning of a picture as it comes
        self._loop.begin(entry)
        self._pictures = self._made(bits_per_second // 8 // rate)
        self._sequence = self._number = 0
        for _ in range(5 * BURSTS_A_SECOND):
            self.burst()
        now = Instant(self.clock.monotonic_ns(), self.clock.utc_ns())
        naming = Naming(str(folder), "d", now.utc_ns, "f", now.utc_ns, FileKind.RECORDING)
        self._parts.carry_out(StartRecording(1, "R1", now, naming, SplitSchedule(0, 0), reevaluate_tags=False))

    def bring(self) -> None:
        """What the camera sends in a fifth of a second lies unread."""
        pictures = range(self._number, self._number + self.rate // BURSTS_A_SECOND)
        blocks: list[bytes] = []
        for number in pictures:
            units = self._pictures[number % self.rate]
            payloads = [payload for unit in units for payload in packed(unit, 1400, "h264")]
            time = number * 90_000 // self.rate
            blocks += framed([(one, time, one is payloads[-1]) for one in payloads], self._sequence)
            self._sequence += len(payloads)
        self._number = pictures.stop
        self.clock.advance(1 / BURSTS_A_SECOND)
        self._wire.block = b"".join(blocks)

    def read(self) -> None:
        """One turn of the loop: it is read, and goes all the way to the writer thread of the file."""
        self._loop.turn()

    def burst(self) -> None:
        self.bring()
        self.read()

    def finish(self) -> int:
        """Ends the recording; how many frames have come in all."""
        finish_files(self._parts)
        return self._parts.channel.status().frames_received

    def _hear(self, *_told: object) -> None:
        """What the control process would hear."""

    def _connected(self) -> CameraConnection:
        address, memory = RtspAddress(_URL), CameraMemory()
        session = RtspSession(address, "Camera", self.clock, 5, memory)
        session._exchange.connection = self._wire
        text = f"v=0\r\nm=video 0 RTP/AVP {TYPE}\r\na=rtpmap:{TYPE} H264/90000\r\na=framerate:{self.rate}\r\n"
        (offered,) = parse(text, _URL).tracks
        video = VideoTrack(offered, "Camera", self.clock)
        receiver = RtpReceiver(TYPE, video.units)
        session._exchange.channels.assign(receiver, (0, 1), None)
        session.keep_alive = lambda _now_ns: None  # type: ignore[method-assign]
        camera = RtspInput(address, self.clock, memory)
        camera._playing = PlayingSession(session, video, None, [receiver], memory.picture_timeout, self.clock)
        connection = camera.connection()
        assert connection is not None
        return connection

    def _made(self, mean_bytes: int) -> list[list[bytes]]:
        """The NAL units of each picture of a second. Nobody decodes any but the first."""
        grain = random.Random(1)
        sets, packet = keyframe("keyint=1")
        idr = next(bytes(unit) for unit in units_of(packet, "h264", None) if unit[0] & 0x1F == 5)
        noise = [grain.randbytes(round(mean_bytes * grain.uniform(0.5, 1.1))) for _ in range(self.rate)]
        noise = [one.replace(b"\0\0", b"\1\1") for one in noise]
        return [[*sets, idr + 4 * noise[0]], *([b"\x41\x9a" + one] for one in noise[1:])]
