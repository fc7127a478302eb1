"""A camera over TCP with a quirk: real footage, sent at its own pace, odd in one way that a test says as functions.

    quirk = Quirk(packets=lambda number, packets: [RtpPacket(b"private", payload_type=50), *packets])
    with OddCamera(footage(source), quirk) as camera:
        ...
        assert_whole(program, camera)

Every picture names itself in its strip, so what is missing or broken is known to the frame. A quirk is told the number
of the picture, counted from the footage's beginning; at its end the footage begins anew, so a test takes one that is
longer than itself.
"""

import base64
import itertools
import json
import re
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rig.frames import frame_numbers
from rig.program import Program
from rig.scripted_camera import Answer, Script, ScriptedCamera
from rig.source_files import SourceFile

FIRST_TIME = 4_294_000_000
"""RTP time of picture 0: it wraps at 32 bits some eleven seconds later."""
SSRC = 0x5EAC04D5
PAYLOAD_BYTES = 1200
_NTP_EPOCH = 2_208_988_800


@dataclass(frozen=True)
class Footage:
    """Coded pictures as their NAL units, parameter sets in front of keyframes."""

    codec: str
    rate: float
    pictures: tuple[tuple[bytes, ...], ...]
    keyframes: frozenset[int]
    """Numbers of pictures that can be decoded by themselves."""
    parameter_sets: tuple[bytes, ...]


def footage(source: SourceFile) -> Footage:
    """What a source file holds."""
    index = json.loads(source.index.read_text())
    content = source.path.read_bytes()
    sets = tuple(unit for unit in re.split(rb"\x00?\x00\x00\x01", bytes.fromhex(index["parameter_sets"])) if unit)
    pictures = []
    for at, size, _, _, is_keyframe in index["frames"]:
        units, block = list(sets) if is_keyframe else [], content[at : at + size]
        while block:
            length = int.from_bytes(block[:4], "big")
            units.append(block[4 : 4 + length])
            block = block[4 + length :]
        pictures.append(tuple(units))
    keyframes = frozenset(number for number, frame in enumerate(index["frames"]) if frame[4])
    return Footage(source.spec.codec, source.spec.rate, tuple(pictures), keyframes, sets)


@dataclass(frozen=True)
class RtpPacket:
    """One RTP packet before it is numbered."""

    payload: bytes
    timestamp: int = 0
    is_marker: bool = False
    payload_type: int = 96
    ssrc: int = SSRC
    step: int = 1
    """Its sequence number less that of the packet before: 0 repeats the number, 3 leaves two out."""
    sequence: int | None = None
    """A number of its own that is not in the camera's count."""
    track: int = 0
    """The place of its track among those that were set up."""
    is_rtcp: bool = False
    """`payload` is a whole RTCP packet."""


@dataclass(frozen=True)
class Quirk:
    """What is odd. Each function gets what an ordinary camera would send and returns what this one sends."""

    units: Callable[[int, list[bytes]], list[bytes]] = lambda _, units: units
    """NAL units of a picture."""
    payloads: Callable[[int, list[bytes]], list[bytes]] | None = None
    """RTP payloads out of a picture's NAL units; None: single NAL units and fragments."""
    stamp: Callable[[int, int], int] = lambda _, timestamp: timestamp
    """A picture's RTP time; it may be of more than 32 bits."""
    packets: Callable[[int, list[RtpPacket]], list[RtpPacket]] = lambda _, packets: packets
    """A picture's packets, the last of them with the marker; what is put among them is sent likewise."""
    description: Callable[[str], str] = lambda text: text
    """The session description."""
    answer: Script = lambda *_: None
    """Answers to requests; where it returns None, the usual answer."""
    session: tuple[float, frozenset[str]] | None = None
    """After so many seconds without one of these requests, and `STANDSTILL_SECONDS`, the session ends; None: never."""
    text: Callable[[str, bytes], bytes] = lambda _, answer: answer
    """The bytes of an answer to a method."""


ORDINARY = Quirk()


STANDSTILL_SECONDS = 10.0
"""A busy machine may stand still for some seconds: that a viewer keeps the session alive says `times_kept_alive`."""


class OddCamera(ScriptedCamera):
    """Sends one footage; `sent` has the numbers of the pictures that were sent, over all connections."""

    def __init__(
        self, shown: Footage, quirk: Quirk = ORDINARY, *, first: int = 0, seconds: float | None = None
    ) -> None:
        """It begins with picture `first`, each connection with the one that is due; `seconds` between two pictures
        where it is not the footage's rate, 0: as fast as they are taken.
        """
        super().__init__(None, quirk.answer)
        self.footage = shown
        self._quirk = quirk
        self._first = first
        self._interval = 1 / shown.rate if seconds is None else seconds
        self._begin = time.monotonic()
        self._sequence = 65_000
        self._channels: list[int] = []
        self._counted_at = 0.0
        self.sent: list[int] = []
        self.connections = 0
        self.times_kept_alive = 0
        """How many requests have kept the session alive since it plays."""

    def _usual(self, method: str, headers: dict[str, str]) -> Answer:
        if method == "DESCRIBE":
            return 200, {"Content-Type": "application/sdp"}, self._quirk.description(self._description()).encode()
        if method == "SETUP":
            wanted = re.search(r"interleaved=(\d+)-(\d+)", headers.get("transport", ""))
            assert wanted is not None, "only RTP inside of the connection is served"
            self._channels.append(int(wanted[1]))
            return 200, {"Session": "77", "Transport": f"RTP/AVP/TCP;unicast;{wanted[0]}"}, b""
        return super()._usual(method, headers)

    def _is_over(self) -> bool:
        """True when no request that keeps the session alive has come in time."""
        if self._quirk.session is None:
            return False
        return time.monotonic() - self._counted_at > self._quirk.session[0] + STANDSTILL_SECONDS

    def _rewritten(self, method: str, answer: bytes) -> bytes:
        if self._quirk.session is not None and method in self._quirk.session[1] | {"PLAY"}:
            self._counted_at = time.monotonic()
            self.times_kept_alive = 0 if method == "PLAY" else self.times_kept_alive + 1
        return self._quirk.text(method, answer)

    def _description(self) -> str:
        name = "H264" if self.footage.codec == "h264" else "H265"
        sets = [base64.b64encode(one).decode() for one in self.footage.parameter_sets]
        if name == "H264":
            parameters = "packetization-mode=1;sprop-parameter-sets=" + ",".join(sets)
        else:
            names = ("sprop-vps", "sprop-sps", "sprop-pps")
            parameters = ";".join(f"{name}={one}" for name, one in zip(names, sets, strict=True))
        lines = ["v=0", "m=video 0 RTP/AVP 96", f"a=rtpmap:96 {name}/90000", f"a=fmtp:96 {parameters}"]
        return "\r\n".join([*lines, "a=control:track1", ""])

    def _frames(self) -> Iterator[bytes]:
        self.connections += 1
        begin = self._first
        if self._interval and self.connections > 1:
            begin += int((time.monotonic() - self._begin) / self._interval)
        for number in itertools.count(begin):
            self.sent.append(number)
            yield b"".join(self._framed(packet) for packet in self._packets(number))

    def _begins(self) -> None:
        self._channels = []

    def _packets(self, number: int) -> list[RtpPacket]:
        quirk, shown = self._quirk, self.footage
        units = quirk.units(number, list(shown.pictures[number % len(shown.pictures)]))
        payloads = (quirk.payloads or self._cut)(number, units)
        timestamp = quirk.stamp(number, FIRST_TIME + round(number * 90_000 / shown.rate))
        packets = [RtpPacket(payload, timestamp, payload is payloads[-1]) for payload in payloads]
        if number % max(1, round(shown.rate)) == 0:
            packets.insert(0, RtpPacket(sender_report(timestamp), is_rtcp=True))
        return quirk.packets(number, packets)

    def _cut(self, _: int, units: list[bytes]) -> list[bytes]:
        return [payload for unit in units for payload in fragments(unit, self.footage.codec)]

    def _framed(self, packet: RtpPacket) -> bytes:
        channel = self._channels[packet.track]
        if packet.is_rtcp:
            return b"$" + bytes((channel + 1,)) + struct.pack(">H", len(packet.payload)) + packet.payload
        if packet.sequence is None:
            self._sequence += packet.step
        sequence = self._sequence if packet.sequence is None else packet.sequence
        second = packet.payload_type | (0x80 if packet.is_marker else 0)
        times = packet.timestamp & 0xFFFF_FFFF, packet.ssrc
        block = struct.pack(">BBHII", 0x80, second, sequence & 0xFFFF, *times) + packet.payload
        return b"$" + bytes((channel,)) + struct.pack(">H", len(block)) + block


def sender_report(timestamp: int, ssrc: int = SSRC) -> bytes:
    """An RTCP sender report of now (RFC 3550, 6.4.1)."""
    seconds = time.time() + _NTP_EPOCH
    clock = int(seconds * (1 << 32)) & 0xFFFF_FFFF_FFFF_FFFF
    return struct.pack(">BBHIQIII", 0x80, 200, 6, ssrc, clock, timestamp & 0xFFFF_FFFF, 1, 1)


def fragments(unit: bytes, codec: str, size: int = PAYLOAD_BYTES) -> list[bytes]:
    """A NAL unit as one payload, or as FU-A (RFC 6184, 5.8) or FU (RFC 7798, 4.4.3) where it is longer than `size`."""
    if len(unit) <= size:
        return [unit]
    header = 1 if codec == "h264" else 2
    kind = unit[0] & 0x1F if header == 1 else unit[0] >> 1 & 0x3F
    front = bytes((unit[0] & 0xE0 | 28,)) if header == 1 else bytes((unit[0] & 0x81 | 49 << 1, unit[1]))
    parts = [unit[at : at + size] for at in range(header, len(unit), size)]
    last = len(parts) - 1
    flags = [(0x80 if place == 0 else 0) | (0x40 if place == last else 0) for place in range(len(parts))]
    return [front + bytes((flag | kind,)) + part for flag, part in zip(flags, parts, strict=True)]


def assert_whole(program: Program, camera: OddCamera, *files: Path) -> list[int]:
    """Fails unless the files (all MP4 files of the program, without any) hold pictures that were sent one after the
    other, none missing, repeated or broken, and no loss is in the account. Returns their numbers.
    """
    numbers = frame_numbers(*(files or program.files("*.mp4")))
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), numbers
    assert set(numbers) <= {number % len(camera.footage.pictures) for number in camera.sent}
    assert camera.connections == 1, f"{camera.connections} connections were made"
    assert program.rows("losses") == []
    return numbers
