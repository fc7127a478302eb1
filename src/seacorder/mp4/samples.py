"""A sample: one picture or one piece of sound, as an index or a fragment tells of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """Where its bytes are, and when it is decoded."""

    track: int
    offset: int
    """In the file."""
    size: int
    dts: int
    """In the track's own units."""

    @property
    def end(self) -> int:
        return self.offset + self.size
