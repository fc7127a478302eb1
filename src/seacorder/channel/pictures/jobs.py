"""What the picture process is given to do: pictures in a form that can be pickled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from seacorder.model.command import TakeFramegrab
from seacorder.model.sample import Sample, SourceFormat, Track


@dataclass(frozen=True, slots=True)
class LookAtKeyframe:
    """Is the picture frozen or black?"""

    number: int
    channel: str
    keyframe: Sample
    source: SourceFormat
    is_first: bool
    """A new connection: it is not compared with the keyframes before."""


@dataclass(frozen=True, slots=True)
class MakeFramegrab:
    number: int
    channel: str
    command: TakeFramegrab
    samples: tuple[Sample, ...]
    source: SourceFormat


@dataclass(frozen=True, slots=True)
class MakeThumbnail:
    number: int
    channel: str
    samples: tuple[Sample, ...]
    source: SourceFormat
    width: int


StillJob = MakeFramegrab | MakeThumbnail
PictureJob = LookAtKeyframe | StillJob


@dataclass(frozen=True, slots=True)
class _Context:
    """What is read of a template's codec context."""

    sample_aspect_ratio: Fraction | None
    pix_fmt: str | None


@dataclass(frozen=True, slots=True)
class _Template:
    codec_context: _Context


def packed(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """The samples with plain bytes for packets, which is all that a decoder needs of them."""
    return tuple(sample._replace(packet=bytes(sample.packet)) for sample in samples)


def packed_format(source: SourceFormat) -> SourceFormat:
    """The format of the pictures alone, with a plain value in the place of PyAV's stream."""
    context = source.templates[Track.VIDEO].codec_context
    aspect = context.sample_aspect_ratio
    plain = _Context(None if aspect is None else Fraction(aspect), context.pix_fmt)
    return replace(source, audio=None, templates={Track.VIDEO: _Template(plain)})
