"""The page's small picture of a channel: one keyframe, scaled down."""

from collections.abc import Sequence

from seacorder.media import jpeg
from seacorder.media import still_decoder as decoding
from seacorder.model.sample import Sample, SourceFormat
from seacorder.sinks.still.framegrab import pixel_aspect_of


def picture_of(samples: Sequence[Sample], source: SourceFormat, width: int) -> bytes:
    """A JPEG of the last of `samples`, which are what must be decoded for it, `width` pixels wide with square pixels.

    InputFailed when it cannot be decoded. Blocks.
    """
    frame, _ = decoding.decode(samples, samples[-1], source)
    return jpeg.encode(frame, quality=jpeg.PICTURE_QUALITY, size=jpeg.shown_size(frame, width, pixel_aspect_of(source)))
