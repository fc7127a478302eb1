"""The known encoders: the pixel formats that each takes, and the options that make it fit for recording.

All are set in the same way: no frame is held back (no B-frames, no lookahead); the bit rate is the one that is asked
for, with a cap above it; there is a keyframe exactly where one is asked for, and it is an IDR picture. All presets of
an encoder give the same parameter sets (SPS, PPS, VPS), because what a preset would change there is fixed to one value.
So a change of the preset needs only a keyframe in the same file, and no new part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from seacorder.model.encoders import BY_NAME, KnownEncoder

PEAK = Fraction(3, 2)
"""The cap on the bit rate, measured over one second: so many times the bit rate that is asked for."""
EIGHT, EIGHT_OR_TEN = ("yuv420p", "yuvj420p"), ("yuv420p", "yuvj420p", "yuv420p10le")
NV12, NV12_OR_P010 = ("nv12",), ("nv12", "p010le")


@dataclass(frozen=True, slots=True)
class EncoderKind:
    """How one of the known encoders is run."""

    known: KnownEncoder
    pixel_formats: tuple[str, ...]
    """The pixel formats that it is given, the usual one first."""
    options: Callable[[str], dict[str, str]] = lambda _: {}
    """Gives the options of FFmpeg for a preset."""
    keeps_fields: bool = False
    """Whether it can encode interlaced pictures as such."""
    is_constant: bool = False
    """Whether it can only keep a constant bit rate when it must not hold frames back."""
    has_threads: bool = True
    """Whether FFmpeg's number of threads has an effect on it."""

    @property
    def default_preset(self) -> str:
        """The preset when it takes over for one that failed: the fastest, so that no more frames are lost."""
        return self.known.presets[0] if self.known.presets else ""


def _x264(preset: str) -> dict[str, str]:
    # With these presets psy-rd lowers the chroma quantiser by 2, and its offset is part of the PPS; so it is raised
    # again.
    chroma = "2" if preset in ("fast", "medium", "slow") else "0"
    fixed = f"ref=1:cabac=1:8x8dct=1:weightp=1:bframes=0:scenecut=0:chroma-qp-offset={chroma}"
    return {"preset": preset, "tune": "zerolatency", "forced-idr": "1", "x264-params": fixed}


def _x265(preset: str) -> dict[str, str]:
    fixed = (
        "log-level=none:info=0:repeat-headers=0:bframes=0:scenecut=0:open-gop=0:ref=1:limit-refs=0:ctu=32:min-cu-size=8"
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


ENCODERS: dict[str, EncoderKind] = {
    kind.known.name: kind
    for kind in (
        EncoderKind(BY_NAME["libx264"], EIGHT_OR_TEN, _x264, keeps_fields=True),
        EncoderKind(BY_NAME["libx265"], EIGHT_OR_TEN, _x265),
        EncoderKind(BY_NAME["libsvtav1"], ("yuv420p", "yuv420p10le"), _svt, is_constant=True),
        EncoderKind(BY_NAME["h264_nvenc"], NV12, _nvenc),
        EncoderKind(BY_NAME["hevc_nvenc"], NV12_OR_P010, _nvenc),
        EncoderKind(BY_NAME["av1_nvenc"], NV12_OR_P010, _nvenc),
        EncoderKind(BY_NAME["h264_qsv"], NV12, _qsv),
        EncoderKind(BY_NAME["hevc_qsv"], NV12_OR_P010, _qsv),
        EncoderKind(BY_NAME["av1_qsv"], NV12_OR_P010, _qsv),
        EncoderKind(BY_NAME["h264_amf"], NV12, _amf),
        EncoderKind(BY_NAME["hevc_amf"], NV12_OR_P010, _amf),
        EncoderKind(BY_NAME["av1_amf"], NV12_OR_P010, _amf),
        EncoderKind(BY_NAME["h264_v4l2m2m"], ("yuv420p",), has_threads=False),
        EncoderKind(BY_NAME["hevc_v4l2m2m"], ("yuv420p",), has_threads=False),
        EncoderKind(BY_NAME["h264_videotoolbox"], NV12, _videotoolbox, has_threads=False),
        EncoderKind(BY_NAME["hevc_videotoolbox"], NV12_OR_P010, _videotoolbox, has_threads=False),
    )
}
"""By FFmpeg's name. The first three have been tried by the authors; the others are set as FFmpeg's documentation
says."""
