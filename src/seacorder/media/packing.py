"""Pictures and their format in a form that can be pickled, for a process that decodes them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from seacorder.model.sample import Sample, SourceFormat, Track


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
