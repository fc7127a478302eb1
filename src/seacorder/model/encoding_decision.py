"""Decides how a channel's pictures are stored: as they come, or encoded, and with which encoder. Pure.

`plan_for` answers three questions, in this order:

1. Can the source's own pictures be stored? Only H.264 and H.265 can, and only while nothing changes them: no overlay is
   burned in, nothing is deinterlaced, and no encoder is asked for by name.
2. Which encoder? The one that is asked for; if it does not open here, another one of its codec. Among the others, the
   first of `_preference`: encoders that keep what the source has (first its pixels a side, then its 10 bit) before
   those that do not, then hardware before software, then the codec that most players know.
3. How much? `bit_rate_for` gives the bit rate, unless one is asked for. A software encoder's preset follows from the
   processor cores that the channel may use; a hardware encoder begins with its best one.

docs/reference/encoding.md has the bit rates and the rules for operators; a test compares them with this module.
"""

from dataclasses import dataclass
from fractions import Fraction

from seacorder.model.channel import PictureFormat
from seacorder.model.encoders import BY_NAME, CODEC_NAMES, SOFTWARE, KnownEncoder, known_encoder
from seacorder.model.encoding import COPY, EncodingPlan, EncodingSettings, Machine

PASS_THROUGH_CODECS = ("h264", "hevc")
"""FFmpeg's names of the codecs whose pictures can be stored as they come."""

REFERENCE_BIT_RATE = 8_000_000
"""Bits a second of H.264 with 1920x1080 pixels and 25 frames a second; all other bit rates follow from this one."""
_REFERENCE_PIXELS = 1920 * 1080
_REFERENCE_RATE = 25
_SIZE_EXPONENT = 0.85
"""Twice the pixels need only 2**0.85 times the bits: neighbouring pixels are more alike."""
_RATE_EXPONENT = 0.7
"""Twice the frames a second need only 2**0.7 times the bits: neighbouring frames are more alike."""
_CODEC_SHARE = {"h264": 1.0, "hevc": 0.65, "av1": 0.55}
"""The bit rate that gives the same picture, as a share of H.264's."""
BIT_RATE_MIN, BIT_RATE_MAX = 200_000, 120_000_000
"""Bits a second. The limits of what is chosen here; a bit rate that is asked for may lie outside."""
_BIT_RATE_STEP = 100_000

MEGAPIXELS_PER_CORE = {
    "libx264": {"ultrafast": 110.0, "superfast": 85.0, "veryfast": 55.0, "faster": 40.0, "fast": 28.0},
    "libx265": {"ultrafast": 13.0, "superfast": 9.0, "veryfast": 7.0},
    "libsvtav1": {"13": 35.0, "12": 34.0, "11": 33.0, "10": 29.0, "9": 24.0, "8": 12.0},
}
"""Megapixels that one core encodes in a second, by encoder and preset, measured with film of 1280x720.

An estimate to begin with: while recording, `channel.encoding.load` changes the preset by what the machine really does.
"""
DECODING_MEGAPIXELS_PER_CORE = 150.0
"""Megapixels that one core decodes in a second."""
USABLE_SHARE = 0.6
"""The share of the cores that is planned with; the rest absorbs short peaks, so that no frame is lost in them."""

_USUAL_RATE = Fraction(25)
"""Frames a second, if the source does not say."""
_NTSC = Fraction(1000, 1001)
_NTSC_TOLERANCE = Fraction(1, 200)
"""Frames a second. A rounded rate that is nearer than this to an NTSC rate means the NTSC rate."""
_SAME_RATE = Fraction(1, 2000)
"""Two frame rates that differ by less than this share are the same."""

_FAMILIAR_FIRST = ("h264", "hevc", "av1")
"""The codecs, those that most players know first."""

_SOURCE_NAMES = CODEC_NAMES | {
    "rawvideo": "uncompressed video",
    "mjpeg": "Motion JPEG",
    "mpeg2video": "MPEG-2",
    "mpeg4": "MPEG-4",
}


@dataclass(frozen=True, slots=True)
class _Picture:
    """What is to be encoded."""

    width: int
    height: int
    rate: Fraction
    """Frames a second that are stored; 0: each frame of the source, at its own time."""
    counted_rate: Fraction
    """Frames a second that bit rate and preset are reckoned with: `rate`, or the source's own; never 0."""
    is_deep: bool
    """More than 8 bits a sample."""
    is_compressed: bool
    """It must be decoded first, which takes a share of the cores too."""

    @property
    def megapixels_per_second(self) -> float:
        return self.width * self.height * float(self.counted_rate) / 1e6


def plan_for(source: PictureFormat, asked: EncodingSettings, machine: Machine) -> EncodingPlan:
    """How the pictures of `source` are stored. Never fails: what is asked for and cannot be done is replaced by
    something that can, and the plan's sentence says so.

    If `machine.encoders` is empty, only the software encoders are considered.
    """
    why = _why_encoded(source, asked)
    if not why:
        return _pass_through(source, asked)
    wanted = None if asked.is_smart else known_encoder(asked.encoder)
    picture = _picture(source, asked)
    order = _preference(picture, machine, wanted)
    encoder = order[0]
    width, height = _fitted(picture, encoder)
    rate = bit_rate_for(encoder.codec, width, height, picture.counted_rate)
    if not asked.is_smart and asked.bitrate_mbits > 0:
        rate = max(1, round(asked.bitrate_mbits * 1e6))
    preset, is_enough = _preset(encoder, picture, machine)
    return EncodingPlan(
        is_pass_through=False,
        sentence=" ".join(filter(None, [
            f"Encoded as {encoder.codec_name} at {rate / 1e6:g} Mbit/s with {_described(encoder, preset)}, {why}.",
            _instead(encoder, wanted, asked, machine),
            _size_sentence(picture, source, (width, height)),
            "" if is_enough else _too_slow(picture),
        ])),
        encoder=encoder.name,
        bit_rate=rate,
        width=width,
        height=height,
        frame_rate=picture.rate,
        preset=preset,
        next_best=tuple(one.name for one in order[1:]),
    )


def bit_rate_for(codec: str, width: int, height: int, frame_rate: Fraction | float) -> int:
    """Bits a second for `codec` (`h264`, `hevc`, `av1`), in steps of 100 kbit/s.

    `bit_rate_for("h264", 1920, 1080, 25)` is 8,000,000. Never less than 200 kbit/s, nor more than 120 Mbit/s.
    """
    pixels = max(1, width * height) / _REFERENCE_PIXELS
    rate = max(0.01, float(frame_rate)) / _REFERENCE_RATE
    exact = REFERENCE_BIT_RATE * pixels**_SIZE_EXPONENT * rate**_RATE_EXPONENT * _CODEC_SHARE[codec]
    return int(min(max(round(exact / _BIT_RATE_STEP) * _BIT_RATE_STEP, BIT_RATE_MIN), BIT_RATE_MAX))


# Question 1: pass through or encode.


def _why_encoded(source: PictureFormat, asked: EncodingSettings) -> str:
    """Why the pictures are encoded, as the end of a sentence; empty if they pass through."""
    if source.codec not in PASS_THROUGH_CODECS:
        return f"because the source sends {_source_name(source)}, and such pictures cannot be stored as they come"
    if asked.burn_in:
        return "because the overlay is burned in"
    if asked.deinterlace:
        return "because deinterlacing is on"
    if not asked.is_smart and asked.encoder != COPY:
        return "as the settings ask"
    return ""


def _pass_through(source: PictureFormat, asked: EncodingSettings) -> EncodingPlan:
    sent = _source_name(source)
    if asked.is_smart:
        sentence = f"Stored as it comes: the source sends {sent}, and nothing is burned in."
    else:
        unused = [name for name, is_set in _unused_with_copy(asked) if is_set]
        sentence = f"Stored as it comes ({sent}), as the settings ask."
        if unused:
            sentence += f" Not used with the encoder copy: {', '.join(unused)}."
    return EncodingPlan(True, sentence, width=source.width, height=source.height)


def _unused_with_copy(asked: EncodingSettings) -> tuple[tuple[str, bool], ...]:
    return (
        ("bit rate", asked.bitrate_mbits > 0),
        ("size", asked.resolution != (0, 0)),
        ("frame rate", asked.frame_rate > 0),
    )


def _source_name(source: PictureFormat) -> str:
    return _SOURCE_NAMES.get(source.codec, source.codec)


# What is to be encoded.


def _picture(source: PictureFormat, asked: EncodingSettings) -> _Picture:
    own_rate = Fraction(source.frame_rate).limit_denominator(100_000) or _USUAL_RATE
    size, rate = (source.width, source.height), Fraction(0)
    if not asked.is_smart:
        size = asked.resolution if asked.resolution != (0, 0) else size
        rate = _exact_rate(asked.frame_rate)
    if rate and source.frame_rate and abs(rate - own_rate) < own_rate * _SAME_RATE:
        # The source's own rate: every frame is stored at its own time, none left out or doubled.
        rate = Fraction(0)
    return _Picture(
        width=size[0],
        height=size[1],
        rate=rate,
        counted_rate=rate or own_rate,
        is_deep=source.bit_depth > 8,
        is_compressed=source.codec != "rawvideo",
    )


def _exact_rate(rate: float) -> Fraction:
    """The exact rate that people mean by a rounded one: 29.97 is 30000/1001, 23.976 is 24000/1001."""
    plain, ntsc = Fraction(rate).limit_denominator(1000), round(rate) * _NTSC
    return ntsc if plain.denominator > 1 and abs(ntsc - plain) < _NTSC_TOLERANCE else plain


def _fitted(picture: _Picture, encoder: KnownEncoder) -> tuple[int, int]:
    """Width and height that are stored: both even, and not smaller than the encoder takes; 0, 0 while not known."""
    if not (picture.width and picture.height):
        return 0, 0

    def side(pixels: int) -> int:
        return max(pixels + pixels % 2, encoder.least_side)

    return side(picture.width), side(picture.height)


# Question 2: which encoder.


def _preference(picture: _Picture, machine: Machine, wanted: KnownEncoder | None) -> list[KnownEncoder]:
    """The encoders that open here, the best first. `wanted` comes first if it opens, then encoders of its codec, even
    if they do not keep what the source has.
    """
    usable = [BY_NAME[name] for name in machine.encoders or SOFTWARE if name in BY_NAME] or [
        BY_NAME[name] for name in SOFTWARE
    ]

    def place(one: KnownEncoder) -> tuple[bool, bool, bool, bool, bool, int]:
        # False sorts before True: each line names what puts an encoder behind those of which it does not hold.
        return (
            one is not wanted,
            wanted is not None and one.codec != wanted.codec,
            max(picture.width, picture.height) > one.largest_side,
            picture.is_deep and one.codec == "h264",
            not one.is_hardware,
            _FAMILIAR_FIRST.index(one.codec),
        )

    return sorted(usable, key=place)


# Question 3: how much.


def _preset(encoder: KnownEncoder, picture: _Picture, machine: Machine) -> tuple[str, bool]:
    """The preset, and whether the machine likely keeps up with it.

    A software encoder gets the slowest preset, which is the best, that the channel's cores can bear; the fastest one,
    and False, if even that is too slow for real time. Hardware is trusted to keep up with its best preset.
    """
    speeds = MEGAPIXELS_PER_CORE.get(encoder.name)
    if speeds is None:  # hardware: its speed has not been measured
        return (encoder.presets[-1] if encoder.presets else ""), True
    decoding = picture.megapixels_per_second / DECODING_MEGAPIXELS_PER_CORE if picture.is_compressed else 0.0
    cores = machine.cores * USABLE_SHARE - decoding
    borne = [name for name in encoder.presets if picture.megapixels_per_second / speeds[name] <= cores]
    return (borne[-1], True) if borne else (encoder.presets[0], False)


# The sentence.


def _described(encoder: KnownEncoder, preset: str) -> str:
    detail = f"{encoder.runs_on}, preset {preset}" if preset else encoder.runs_on
    return f"{encoder.name} ({detail})"


def _instead(encoder: KnownEncoder, wanted: KnownEncoder | None, asked: EncodingSettings, machine: Machine) -> str:
    if wanted is not None and encoder is not wanted:
        return f"The encoder {asked.encoder} does not open on this computer."
    # Software may have been chosen although hardware opens, because the hardware would not keep what the source has.
    has_hardware = any(BY_NAME[name].is_hardware for name in machine.encoders if name in BY_NAME)
    if wanted is None and machine.encoders and not has_hardware:
        return "No hardware encoder opens on this computer."
    return ""


def _size_sentence(picture: _Picture, source: PictureFormat, size: tuple[int, int]) -> str:
    if size in {(0, 0), (picture.width, picture.height)}:
        return ""
    return f"Stored with {size[0]}x{size[1]} pixels: the encoder does not take {picture.width}x{picture.height}."


def _too_slow(picture: _Picture) -> str:
    return (
        f"This computer is likely too slow for {picture.width}x{picture.height} at "
        f"{float(picture.counted_rate):g} frames per second. Choose a smaller size or rate."
    )
