"""The encoders that are known: what each is called, what it makes, and which presets it is run with. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from seacorder.model.encoding import COPY

CODEC_NAMES = {"h264": "H.264", "hevc": "H.265", "av1": "AV1"}
"""FFmpeg's names of the codecs that can be stored, and what people call them."""


@dataclass(frozen=True, slots=True)
class KnownEncoder:
    """One of FFmpeg's encoders, as this program knows it. What really encodes is `channel.encoding.encoder.Encoder`."""

    name: str
    """FFmpeg's own."""
    short_name: str
    """The Inspector API's, such as `n264`; empty where it has none."""
    codec: str
    """`h264`, `hevc` or `av1`."""
    runs_on: str
    """The hardware, or `software`."""
    is_hardware: bool = True
    presets: tuple[str, ...] = ()
    """The presets that are used, the fastest first; empty if the encoder has none."""
    least_side: int = 16
    """The smallest width and height that it takes, in pixels. Both must be even as well."""
    largest_side: int = 8192
    """The largest width and height that it takes, in pixels."""

    @property
    def codec_name(self) -> str:
        """As people call it."""
        return CODEC_NAMES[self.codec]


SOFTWARE_TEXT = "software"
NEEDS = {
    "NVIDIA NVENC": "an NVIDIA graphics card with its driver",
    "Intel Quick Sync": "an Intel graphics unit with its driver",
    "AMD AMF": "an AMD graphics card with its driver",
    "Apple VideoToolbox": "macOS",
    "V4L2 M2M": "an encoder device of the system-on-chip (/dev/video…)",
}
"""What each kind of hardware encoder needs; part of a sentence."""

_X264 = ("ultrafast", "superfast", "veryfast", "faster", "fast")
_X265 = ("ultrafast", "superfast", "veryfast")
_SVT = ("13", "12", "11", "10", "9", "8")
_NVENC = ("p1", "p2", "p3", "p4", "p5")
_QSV = ("veryfast", "faster", "fast", "medium")
_AMF = ("speed", "balanced", "quality")

ENCODERS = (
    KnownEncoder("h264_nvenc", "n264", "h264", "NVIDIA NVENC", presets=_NVENC, least_side=160, largest_side=4096),
    KnownEncoder("h264_qsv", "q264", "h264", "Intel Quick Sync", presets=_QSV, least_side=32, largest_side=4096),
    KnownEncoder("h264_amf", "a264", "h264", "AMD AMF", presets=_AMF, least_side=128, largest_side=4096),
    KnownEncoder("h264_videotoolbox", "", "h264", "Apple VideoToolbox", least_side=64, largest_side=4096),
    KnownEncoder("h264_v4l2m2m", "", "h264", "V4L2 M2M", least_side=64, largest_side=1920),
    KnownEncoder("hevc_nvenc", "n265", "hevc", "NVIDIA NVENC", presets=_NVENC, least_side=160),
    KnownEncoder("hevc_qsv", "q265", "hevc", "Intel Quick Sync", presets=_QSV, least_side=128),
    KnownEncoder("hevc_amf", "a265", "hevc", "AMD AMF", presets=_AMF, least_side=128),
    KnownEncoder("hevc_videotoolbox", "", "hevc", "Apple VideoToolbox", least_side=64),
    KnownEncoder("hevc_v4l2m2m", "", "hevc", "V4L2 M2M", least_side=64, largest_side=4096),
    KnownEncoder("av1_nvenc", "", "av1", "NVIDIA NVENC", presets=_NVENC, least_side=192),
    KnownEncoder("av1_qsv", "", "av1", "Intel Quick Sync", presets=_QSV, least_side=128),
    KnownEncoder("av1_amf", "", "av1", "AMD AMF", presets=_AMF, least_side=128),
    KnownEncoder("libx264", "x264", "h264", SOFTWARE_TEXT, False, _X264, least_side=2, largest_side=16_384),
    KnownEncoder("libx265", "x265", "hevc", SOFTWARE_TEXT, False, _X265, least_side=32, largest_side=16_384),
    KnownEncoder("libsvtav1", "", "av1", SOFTWARE_TEXT, False, _SVT, least_side=64),
)
"""Hardware before software; within each, the codecs that more players know come first."""

BY_NAME = {encoder.name: encoder for encoder in ENCODERS}
SHORT_NAMES = {encoder.short_name: encoder.name for encoder in ENCODERS if encoder.short_name}
"""The Inspector API's encoder names and FFmpeg's. `copy` stands beside them."""
SOFTWARE = tuple(encoder.name for encoder in ENCODERS if not encoder.is_hardware)
"""FFmpeg's names of the encoders that come with the program and work on every machine."""


def known_encoder(name: str) -> KnownEncoder | None:
    """The encoder with this name, FFmpeg's or the Inspector API's; None for any other name, also for `copy`."""
    return BY_NAME.get(SHORT_NAMES.get(name, name))


def stored_name(text: str) -> str | None:
    """An encoder's name as settings store it: in lower case; None if it is neither known nor `copy`."""
    name = text.strip().lower()
    return name if name == COPY or known_encoder(name) is not None else None


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """The known ones of these names, in the order of `ENCODERS`, each once."""
    wanted = frozenset(names)
    return tuple(encoder.name for encoder in ENCODERS if encoder.name in wanted)
