"""FLV as servers send it to whoever joins: sound at once, the codec's parameters, pictures from somewhere on."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av

SOUND_RATE = 48_000
_HEADER_BYTES, _TAG_HEAD, _TAG_TAIL = 13, 11, 4
_AUDIO, _VIDEO = 8, 9


def add_sound(video: Path, path: Path, seconds: float, container: str | None = None, codec: str = "aac") -> None:
    """Writes the pictures of `video` with silence beside them, which begins with the first picture."""
    with av.open(str(video)) as given, av.open(str(path), "w", format=container) as out:
        picture = out.add_stream_from_template(given.streams.video[0], opaque=True)
        sound: Any = out.add_stream(codec, rate=SOUND_RATE, layout="mono")
        packets = [packet for packet in given.demux(video=0) if packet.size]
        base = given.streams.video[0].time_base or Fraction(1)
        heard = []
        kind, samples = ("flt", 960) if codec == "libopus" else ("fltp", 1024)
        for block in range(int(seconds * SOUND_RATE) // samples):
            frame = av.AudioFrame(kind, "mono", samples)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, block * samples, Fraction(1, SOUND_RATE)
            heard += sound.encode(frame)
        for packet in packets:
            packet.stream = picture
        due = [(float(packet.dts * base), packet) for packet in packets]
        due += [(float(packet.dts * packet.time_base), packet) for packet in heard]
        for _, packet in sorted(due, key=lambda one: one[0]):
            out.mux(packet)


@dataclass(frozen=True)
class Join:
    """How somebody joins a stream."""

    at_ms: int = 0
    """Where the sound begins, in the stream's own time."""
    pictures: Literal["all", "keyframe"] = "keyframe"
    """Whether the pictures of the group in whose middle one joins are sent, too."""
    record: Literal["first", "late"] = "first"
    """Whether the codec's parameters come at once or with the first picture."""
    lead_ms: int = 0
    """The sound begins so many milliseconds earlier before the first picture than in the file."""


@dataclass(frozen=True)
class Tag:
    kind: int
    ms: int
    body: bytes

    @property
    def is_parameters(self) -> bool:
        if self.kind == _VIDEO:
            return self.body[0] & 0x8F == 0x80 if self.body[0] & 0x80 else self.body[1] == 0
        return self.kind == _AUDIO and self.body[1] == 0

    @property
    def is_picture(self) -> bool:
        if self.kind != _VIDEO:
            return False
        return self.body[0] & 0xF in (1, 3) if self.body[0] & 0x80 else self.body[1] == 1

    @property
    def is_keyframe(self) -> bool:
        return self.is_picture and self.body[0] >> 4 & 7 == 1

    def as_bytes(self) -> bytes:
        size = len(self.body).to_bytes(3, "big")
        ms = (self.ms & 0xFFFFFF).to_bytes(3, "big") + bytes([self.ms >> 24 & 0xFF])
        return bytes([self.kind]) + size + ms + bytes(3) + self.body + (len(self.body) + _TAG_HEAD).to_bytes(4, "big")


def as_flv(path: Path) -> list[Tag]:
    """The tags of a file that is written anew as FLV."""
    out = io.BytesIO()
    with av.open(str(path)) as given, av.open(out, "w", format="flv") as flv:
        streams = {one.index: flv.add_stream_from_template(one, opaque=True) for one in given.streams}
        for packet in given.demux():
            if packet.size:
                packet.stream = streams[packet.stream_index]
                flv.mux(packet)
    return list(_tags(out.getvalue()))


def joined(tags: list[Tag], join: Join) -> bytes:
    """What a server sends to somebody who joins."""
    heads = [tag for tag in tags if tag.is_parameters]
    media = [tag for tag in tags if not tag.is_parameters and tag.ms >= join.at_ms]
    media = [tag for tag in media if tag.is_picture or tag.kind == _AUDIO]
    first = next(number for number, tag in enumerate(media) if tag.is_keyframe)
    if join.pictures == "keyframe":
        media = [tag for number, tag in enumerate(media) if tag.kind != _VIDEO or number >= first]
    media = [Tag(tag.kind, tag.ms + (join.lead_ms if tag.kind == _VIDEO else 0), tag.body) for tag in media]
    media.sort(key=lambda tag: tag.ms)
    begin = [Tag(tag.kind, media[0].ms, tag.body) for tag in heads]
    if join.record == "late":
        picture = next(number for number, tag in enumerate(media) if tag.kind == _VIDEO)
        own = [tag for tag in begin if tag.kind == _VIDEO]
        begin = [tag for tag in begin if tag.kind != _VIDEO]
        media[picture:picture] = own
    kinds = {tag.kind for tag in heads}
    flags = (4 if _AUDIO in kinds else 0) | (1 if _VIDEO in kinds else 0)
    head = b"FLV\x01" + bytes([flags]) + b"\x00\x00\x00\x09" + bytes(_TAG_TAIL)
    return head + b"".join(tag.as_bytes() for tag in begin + media)


def _tags(content: bytes) -> Iterator[Tag]:
    at = _HEADER_BYTES
    while at + _TAG_HEAD <= len(content):
        size = int.from_bytes(content[at + 1 : at + 4], "big")
        ms = int.from_bytes(content[at + 4 : at + 7], "big") | content[at + 7] << 24
        yield Tag(content[at], ms, content[at + _TAG_HEAD : at + _TAG_HEAD + size])
        at += _TAG_HEAD + size + _TAG_TAIL
