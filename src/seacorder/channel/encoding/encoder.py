"""One encoder at work: pictures in, packets out, in a format that sinks can write."""

import math
import os
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import av
from av.codec.context import Flags
from av.video.frame import PictureType

from seacorder.base.errors import InputFailed
from seacorder.base.processor import no_real_time_threads
from seacorder.channel.encoding.encoder_options import ENCODERS, PEAK, EncoderKind
from seacorder.media.formats import NullFile, detached, probe_video, source_format
from seacorder.model.sample import SourceFormat

DEFAULT_RATE = Fraction(25)


@dataclass(frozen=True, slots=True)
class Looks:
    """The size and format of pictures, as far as an encoder must know them; when they change, it must be opened
    anew."""

    width: int
    height: int
    pixel_format: str
    colour: tuple[int, int, int, int]
    """Range, primaries, transfer and matrix, by the numbers of ISO/IEC 23091-2."""
    aspect: Fraction
    """A pixel's width divided by its height; 0 where nobody tells."""
    is_interlaced: bool = False
    rotation: int = 0
    """Degrees by which a player turns the picture, anticlockwise."""


@dataclass(frozen=True, slots=True)
class EncoderOrder:
    """What one encoder is opened for."""

    encoder: str
    preset: str
    bit_rate: int
    frame_rate: Fraction | None
    """Frames a second that are expected; None when that is not known."""
    time_base: Fraction
    threads: int
    looks: Looks


class AnyEncoder(Protocol):
    """What the encode thread needs of an encoder."""

    @property
    def format(self) -> SourceFormat:
        """The video alone, for sinks; known after the first packet."""
        ...

    def encode(self, frame: Any, pts: int, *, as_keyframe: bool) -> list[Any]:
        """The packets that are ready. Blocks while it encodes. Raises av.FFmpegError when it fails."""
        ...

    def flush(self) -> list[Any]:
        """The packets that the encoder still holds. It cannot be used afterwards."""
        ...


class Encoder:
    """An encoder of FFmpeg. Used on one thread; it runs without the interpreter's lock."""

    def __init__(self, order: EncoderOrder) -> None:
        """Opens the encoder. Raises av.FFmpegError or ValueError when it does not open."""
        self._order = order
        self._kind = ENCODERS[order.encoder]
        os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 writes to standard error by itself: errors only
        self._home: Any = av.open(NullFile(), "w", format="mp4")
        rate = order.frame_rate or DEFAULT_RATE
        self._stream: Any = self._home.add_stream(order.encoder, rate=rate)
        self._context: Any = self._stream.codec_context
        self._set_up(rate)
        with no_real_time_threads():
            self._home.start_encoding()  # opens it, and writes its parameter sets into the stream
        self._format: SourceFormat | None = None

    @property
    def format(self) -> SourceFormat:
        """See `AnyEncoder`."""
        if self._format is None:
            raise InputFailed(f"{self._order.encoder} has given no picture yet.")
        return self._format

    def encode(self, frame: Any, pts: int, *, as_keyframe: bool) -> list[Any]:
        """See `AnyEncoder`. The frame's pts and kind are overwritten."""
        frame.pts, frame.time_base = pts, self._order.time_base
        # A decoded frame keeps its kind in the source (I, P, B), which the encoder would take for a request.
        frame.pict_type = PictureType.I if as_keyframe else PictureType.NONE
        return self._noticed(self._context.encode(frame))

    def flush(self) -> list[Any]:
        """See `AnyEncoder`."""
        return self._noticed(self._context.encode(None))

    def _noticed(self, packets: list[Any]) -> list[Any]:
        if packets and self._format is None:
            self._format = self._made_format(packets[0])
        return packets

    def _made_format(self, first: Any) -> SourceFormat:
        order = self._order
        if self._context.extradata:
            template = detached(self._stream, order.time_base)
        else:
            template = probe_video(self._kind.known.codec, bytes(first), order.time_base)
        return source_format(template, None, frame_rate=order.frame_rate)

    def _set_up(self, rate: Fraction) -> None:
        context, order, looks = self._context, self._order, self._order.looks
        context.width, context.height, context.pix_fmt = looks.width, looks.height, looks.pixel_format
        context.time_base, context.framerate = order.time_base, rate
        context.bit_rate = order.bit_rate
        context.gop_size = max(1, math.ceil(rate))
        if looks.aspect:
            context.sample_aspect_ratio = looks.aspect
        context.color_range, context.color_primaries, context.color_trc, context.colorspace = looks.colour
        if looks.rotation:
            self._stream.set_display_rotation(looks.rotation)
        if looks.is_interlaced:
            context.flags |= Flags.interlaced_dct | Flags.interlaced_me
        if self._kind.has_threads:
            context.thread_count = order.threads
        context.options = options_of(self._kind, order)


def options_of(kind: EncoderKind, order: EncoderOrder) -> dict[str, str]:
    """FFmpeg's options for an order, the preset's and the rate control's."""
    peak = str(order.bit_rate if kind.is_constant else int(order.bit_rate * PEAK))
    return {"maxrate": peak, "bufsize": peak, **kind.options(order.preset or kind.default_preset)}
