"""The format of frames, as far as whatever is laid over them must know it."""

from dataclasses import dataclass
from typing import Any

_FULL_RANGE = 2

# Formats that FFmpeg's `overlay` writes into as they are: (its option, what is laid over them).
_BLENDED = {
    "yuv420p": ("yuv420", "yuva420p"),
    "yuvj420p": ("yuv420", "yuva420p"),
    "nv12": ("yuv420", "yuva420p"),
    "yuv422p": ("yuv422", "yuva422p"),
    "yuvj422p": ("yuv422", "yuva422p"),
    "yuv444p": ("yuv444", "yuva444p"),
    "yuvj444p": ("yuv444", "yuva444p"),
    "yuv420p10le": ("yuv420p10", "yuva420p10le"),
    "yuv422p10le": ("yuv422p10", "yuva422p10le"),
    "yuv444p10le": ("yuv444p10", "yuva444p10le"),
}
_STEPS = {"yuva420p": (2, 2), "yuva422p": (2, 1), "yuva444p": (1, 1)}


@dataclass(frozen=True, slots=True)
class Look:
    """The format of frames that can be blended."""

    format: str
    width: int
    height: int
    matrix: int
    """The number of MatrixCoefficients in ITU-T H.273, which FFmpeg uses too; 2 is unknown."""
    colour_range: int
    """1 limited, 2 full, 0 not known, which is taken as limited."""

    @classmethod
    def of(cls, frame: Any) -> "Look":
        name = frame.format.name
        colour_range = _FULL_RANGE if name.startswith("yuvj") else int(frame.color_range)
        return cls(name, frame.width, frame.height, int(frame.colorspace), colour_range)

    @property
    def blend_option(self) -> str:
        """The value of `overlay`'s option `format`."""
        return _BLENDED[self.format][0]

    @property
    def overlay_format(self) -> str:
        return _BLENDED[self.format][1]

    @property
    def overlay_format_8_bit(self) -> str:
        return self.overlay_format.removesuffix("10le")

    @property
    def bits(self) -> int:
        return 10 if self.overlay_format.endswith("10le") else 8

    @property
    def chroma_steps(self) -> tuple[int, int]:
        """How many pixels across and down share one value of chroma."""
        return _STEPS[self.overlay_format_8_bit]


def blendable(kind: Any) -> str:
    """The pixel format itself where it can be blended, else the nearest that can."""
    if kind.name in _BLENDED:
        return str(kind.name)
    parts = kind.components
    if kind.is_rgb or len(parts) < 3:
        sampling = "444p" if kind.is_rgb else "420p"
    else:
        across, down = kind.chroma_width(64), kind.chroma_height(64)
        sampling = "444p" if across == 64 else "422p" if down == 64 else "420p"
    deep = max(part.bits for part in parts) > 8
    return f"yuv{sampling}{'10le' if deep else ''}"
