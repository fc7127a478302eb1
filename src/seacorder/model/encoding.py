"""How a channel's pictures become what is stored: as they come, or encoded; what is asked, and what was decided."""

from dataclasses import dataclass
from fractions import Fraction

BITRATE_MBITS_MAX = 10_000.0
FRAME_RATE_MAX = 1_000.0
RESOLUTION_MAX = 16_384
"""What settings may ask for; each also 0."""

COPY = "copy"
"""The encoder name that asks for the source's own pictures, unchanged."""


@dataclass(frozen=True, slots=True)
class EncodingSettings:
    """What is asked of one channel: the recorder settings, or the channel's own where it has some.

    With `is_smart` the recorder chooses encoder, bit rate, size and rate itself, and those four fields are not used.
    """

    is_smart: bool = True
    encoder: str = COPY
    """As in the recorder settings: the Inspector API's short name, FFmpeg's own, or `copy`."""
    bitrate_mbits: float = 0.0
    """Mbit/s; 0 = choose."""
    resolution: tuple[int, int] = (0, 0)
    """Width and height in pixels; 0, 0 = the source's."""
    frame_rate: float = 0.0
    """Frames a second; 0 = the source's."""
    burn_in: bool = False
    """Overlays become part of the picture."""
    keep_clean: bool = False
    """The untouched pictures are recorded beside the burned ones."""
    deinterlace: bool = False
    """Interlaced pictures become progressive; else they are kept as they are."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What encoding has to live on."""

    encoders: tuple[str, ...] = ()
    """FFmpeg's names of the encoders that open here, hardware before software."""
    cores: float = 1.0
    """Processor cores that this channel may count on: the machine's, shared by its channels."""


@dataclass(frozen=True, slots=True)
class EncodingPlan:
    """What was decided for one source."""

    is_pass_through: bool
    sentence: str
    """Why, for the status."""
    encoder: str = COPY
    """FFmpeg's name; `copy` when the pictures pass through."""
    bit_rate: int = 0
    """Bits a second."""
    width: int = 0
    height: int = 0
    frame_rate: Fraction = Fraction(0)
    """Frames a second of what is stored; 0 = each frame of the source, at its own time."""
    preset: str = ""
    """The encoder's own name for how hard it tries; empty where it has none."""
    next_best: tuple[str, ...] = ()
    """Encoders that take over, in this order, when this one fails."""
    burn_in: bool = False
    """As asked."""
    deinterlace: bool = False
    """As asked."""


@dataclass(frozen=True, slots=True)
class EncodingStatus:
    """What a channel's encoding is doing just now."""

    sentence: str
    """What was decided and why, in one sentence."""
    encoder: str
    """FFmpeg's name, or `copy`."""
    planned_encoder: str = ""
    """The one that was decided on; `encoder` is another one when that has failed. Empty: the same."""
    preset: str = ""
    """The one in use now; it is stepped down before frames are lost, and up again."""
    bit_rate: int = 0
    """Bits a second that are aimed at; 0 when the pictures pass through."""
    dropped_frames: int = 0
    """Since the worker began, because the machine was too slow."""
    passed_over_frames: int = 0
    """Since the worker began, because a lower rate was chosen: no loss."""
    repeated_frames: int = 0
    """Since the worker began, because a higher rate was chosen: frames that were stored once more."""
    delay_ms: float = 0.0
    """From a complete packet of the source to the encoded one, mean of the last second, less the encoder's own time."""
    asked_from_ns: int = 0
    """`from_ns` of the ChangeEncoding that is in force; 0: what the worker began with."""
