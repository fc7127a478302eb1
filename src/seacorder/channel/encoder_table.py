"""The encoders that are known here: what each takes, and the options that make it fit for recording.

All are set the same way: no frame is held back (no B-frames, no lookahead), bit rate around what is asked with a cap
above it, a keyframe exactly where it is asked for and as an IDR picture. The presets of one ladder leave the
parameter sets (SPS, PPS, VPS) as they are: what they would change there is fixed to one value, so that another preset
is a keyframe in the same file and no new part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

PEAK = Fraction(3, 2)
"""The cap: so many times the bit rate asked for, measured over one second."""
SOFTWARE_8, SOFTWARE_8_10 = ("yuv420p", "yuvj420p"), ("yuv420p", "yuvj420p", "yuv420p10le")


@dataclass(frozen=True, slots=True)
class EncoderKind:
    """One encoder by FFmpeg's name."""

    name: str
    codec: str
    """FFmpeg's name of what comes out."""
    pixel_formats: tuple[str, ...]
    """What it is given, the usual one first."""
    presets: tuple[str, ...] = ()
    """From the fastest to the best; those of one ladder, which share their parameter sets."""
    default_preset: str = ""
    options: Callable[[str], dict[str, str]] = lambda _: {}
    """From a preset to the options of FFmpeg."""
    keeps_fields: bool = False
    """Whether it can encode interlaced pictures as such."""
    least: int = 2
    """Pixels a side at least."""
    is_constant: bool = False
    """Whether its rate control without delay knows a constant bit rate only."""
    has_threads: bool = True
    """Whether it takes FFmpeg's number of threads."""


def _x264(preset: str) -> dict[str, str]:
    # Better presets let psy-rd move the chroma quantiser, which stands in the PPS; that is taken back.
    chroma = "2" if preset in ("fast", "medium", "slow") else "0"
    fixed = f"ref=1:cabac=1:8x8dct=1:weightp=1:bframes=0:scenecut=0:chroma-qp-offset={chroma}"
    return {"preset": preset, "tune": "zerolatency", "forced-idr": "1", "x264-params": fixed}


def _x265(preset: str) -> dict[str, str]:
    fixed = (
        "log-level=none:info=0:repeat-headers=0:bframes=0:scenecut=0:open-gop=0:ref=1:limit-refs=0:ctu=64:min-cu-size=8"
        ":rect=0:amp=0:sao=0:signhide=0:weightp=0:aq-mode=1:strong-intra-smoothing=1:temporal-mvp=1:tskip=0"
        ":tu-intra-depth=1:tu-inter-depth=1:max-merge=2:max-tu-size=32"
    )
    return {"preset": preset, "tune": "zerolatency", "forced-idr": "1", "x265-params": fixed}


def _svt(preset: str) -> dict[str, str]:
    return {"preset": preset, "svtav1-params": "pred-struct=1:lookahead=0:scd=0:rtc=1"}


def _nvenc(preset: str) -> dict[str, str]:
    fixed = {"tune": "ull", "zerolatency": "1", "delay": "0", "forced-idr": "1", "rc": "vbr", "rc-lookahead": "0"}
    return {"preset": preset, "bf": "0", "no-scenecut": "1", "surfaces": "4"} | fixed


def _qsv(preset: str) -> dict[str, str]:
    return {"preset": preset, "async_depth": "1", "bf": "0", "forced_idr": "1", "look_ahead": "0", "low_power": "0"}


def _amf(preset: str) -> dict[str, str]:
    return {"quality": preset, "usage": "ultralowlatency", "rc": "vbr_peak", "bf": "0", "forced_idr": "1"}


def _videotoolbox(preset: str) -> dict[str, str]:
    return {"realtime": "1", "bf": "0", "allow_sw": "0"}


_X264_LADDER = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium")
_X265_LADDER = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium")
_SVT_LADDER = ("12", "11", "10", "9", "8")
_NVENC_LADDER = ("p1", "p2", "p3", "p4", "p5", "p6", "p7")
_QSV_LADDER = ("veryfast", "faster", "fast", "medium", "slow")
_HARDWARE = ("nv12", "p010le")

ENCODERS: dict[str, EncoderKind] = {
    kind.name: kind
    for kind in (
        EncoderKind("libx264", "h264", SOFTWARE_8_10, _X264_LADDER, "veryfast", _x264, keeps_fields=True),
        EncoderKind("libx265", "hevc", SOFTWARE_8_10, _X265_LADDER, "superfast", _x265, least=16),
        EncoderKind("libsvtav1", "av1", ("yuv420p", "yuv420p10le"), _SVT_LADDER, "10", _svt, least=64, is_constant=True),
        EncoderKind("h264_nvenc", "h264", ("nv12",), _NVENC_LADDER, "p4", _nvenc, least=160),
        EncoderKind("hevc_nvenc", "hevc", _HARDWARE, _NVENC_LADDER, "p4", _nvenc, least=160),
        EncoderKind("av1_nvenc", "av1", _HARDWARE, _NVENC_LADDER, "p4", _nvenc, least=160),
        EncoderKind("h264_qsv", "h264", ("nv12",), _QSV_LADDER, "medium", _qsv, least=32),
        EncoderKind("hevc_qsv", "hevc", _HARDWARE, _QSV_LADDER, "medium", _qsv, least=128),
        EncoderKind("av1_qsv", "av1", _HARDWARE, _QSV_LADDER, "medium", _qsv, least=128),
        EncoderKind("h264_amf", "h264", ("nv12",), ("speed", "balanced", "quality"), "balanced", _amf, least=128),
        EncoderKind("hevc_amf", "hevc", _HARDWARE, ("speed", "balanced", "quality"), "balanced", _amf, least=256),
        EncoderKind("av1_amf", "av1", _HARDWARE, ("speed", "balanced", "quality"), "balanced", _amf, least=256),
        EncoderKind("h264_v4l2m2m", "h264", ("yuv420p",), least=32, has_threads=False),
        EncoderKind("hevc_v4l2m2m", "hevc", ("yuv420p",), least=32, has_threads=False),
        EncoderKind("h264_videotoolbox", "h264", ("nv12",), options=_videotoolbox, least=64, has_threads=False),
        EncoderKind("hevc_videotoolbox", "hevc", _HARDWARE, options=_videotoolbox, least=64, has_threads=False),
    )
}
"""By FFmpeg's name. Tried on this side are the first three; the others are set by FFmpeg's documentation."""
