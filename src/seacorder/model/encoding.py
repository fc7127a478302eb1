"""How a channel's pictures are stored: what is asked for, what was decided, and how encoding is doing."""

from dataclasses import dataclass
from fractions import Fraction

from seacorder.base.message import Message

BITRATE_MBITS_MAX = 10_000.0
FRAME_RATE_MAX = 1_000.0
RESOLUTION_MAX = 16_384
"""The largest values that settings may ask for; each may also be 0."""

COPY = "copy"
"""The encoder name that asks for the source's own pictures, unchanged."""


@dataclass(frozen=True, slots=True)
class EncodingSettings:
    """What is asked for on one channel: its own values, and the recorder's for those that it does not set.

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
    """Interlaced pictures are made progressive; else they stay interlaced."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What a channel's encoding can use of this machine."""

    encoders: tuple[str, ...] = ()
    """FFmpeg's names of the encoders that work here, hardware before software; empty if not known."""
    cores: float = 1.0
    """Processor cores that the channel may use: the machine's, divided by the number of channels."""


@dataclass(frozen=True, slots=True)
class EncodingPlan:
    """What `encoding_decision.plan_for` has decided for one source."""

    is_pass_through: bool
    sentence: str
    """What was decided and why, for people."""
    encoder: str = COPY
    """FFmpeg's name; `copy` when the pictures pass through."""
    bit_rate: int = 0
    """Bits a second."""
    width: int = 0
    height: int = 0
    frame_rate: Fraction = Fraction(0)
    """Frames a second of what is stored; 0: each frame of the source, at its own time."""
    preset: str = ""
    """The encoder's own name of the preset; empty if it has none."""
    next_best: tuple[str, ...] = ()
    """The encoders that replace this one if it fails, in this order."""
    burn_in: bool = False
    """As asked."""
    deinterlace: bool = False
    """As asked."""


@dataclass(frozen=True, slots=True)
class EncodingStatus:
    """How a channel's encoding is doing now."""

    sentence: str
    """What was decided and why, in one sentence."""
    encoder: str
    """FFmpeg's name, or `copy`."""
    planned_encoder: str = ""
    """The encoder that was decided on, if it has failed and `encoder` has replaced it; else the same, or empty."""
    preset: str = ""
    """The preset in use. If the machine gets too slow, a faster one is used before frames are lost, and a slower one
    again later.
    """
    bit_rate: int = 0
    """The target, in bits a second; 0 if the pictures pass through."""
    dropped_frames: int = 0
    """Frames lost since the worker began, because the machine was too slow."""
    passed_over_frames: int = 0
    """Frames left out since the worker began, because the settings ask for a lower frame rate: no loss."""
    repeated_frames: int = 0
    """Frames stored once more since the worker began, because the settings ask for a higher frame rate."""
    delay_ms: float = 0.0
    """From the source's complete packet to the encoded one, without the encoder's own time; mean of the last second."""
    asked_from_ns: int = 0
    """`from_ns` of the ChangeEncoding that is in force; 0 if there was none since the worker began."""
    fault: Message | None = None
    """Why no encoder works now, and what to do; None while one does."""
