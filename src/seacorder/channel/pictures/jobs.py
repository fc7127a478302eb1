"""What the picture process is given to do. Its pictures are packed (`media.packing`)."""

from dataclasses import dataclass

from seacorder.model.command import TakeFramegrab
from seacorder.model.sample import Sample, SourceFormat


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
