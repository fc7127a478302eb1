"""The encoders that are known: what each is called, what it makes, and which presets it is run with. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from seacorder.model.encoding import COPY

CODEC_NAMES = {"h264": "H.264", "hevc": "H.265", "av1": "AV1"}
"""FFmpeg's names of the codecs that can be stored, and what people call them."""


@dataclass(frozen=True, slots=True)
class KnownEncoder:
    """One encoder of FFmpeg's."""

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
    """Those it may be run with, the fastest first; empty where it has none."""
    least_side: int = 16
    """Pixels; smaller pictures are refused by it. Both sides are even besides."""
    largest_side: int = 8192

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
"""What each kind of hardware encoder cannot do without."""

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
"""Hardware before software; among each, the codec that most can play first."""

BY_NAME = {encoder.name: encoder for encoder in ENCODERS}
SHORT_NAMES = {encoder.short_name: encoder.name for encoder in ENCODERS if encoder.short_name}
"""The Inspector API's encoder names and FFmpeg's. `copy` stands beside them."""
SOFTWARE = tuple(encoder.name for encoder in ENCODERS if not encoder.is_hardware)
"""Those that come with the program and need nothing of the machine."""


def known_encoder(name: str) -> KnownEncoder | None:
    """By FFmpeg's name or the Inspector API's; None for others, also for `copy`."""
    return BY_NAME.get(SHORT_NAMES.get(name, name))


def stored_name(text: str) -> str | None:
    """An encoder as settings keep it: the short name or FFmpeg's, or `copy`, in lower case; None when not known."""
    name = text.strip().lower()
    return name if name == COPY or known_encoder(name) is not None else None


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Known names in the order of `ENCODERS`, each once."""
    wanted = frozenset(names)
    return tuple(encoder.name for encoder in ENCODERS if encoder.name in wanted)
