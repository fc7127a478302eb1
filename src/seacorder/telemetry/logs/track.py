"""Positions on the way of the vehicle, and the two files that show it: what both have in common. Pure.

Both files are complete at every instant, since each piece of text that is added carries the file's end with it, and
the next one is written over that end. So a file whose program was killed needs no repair.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from seacorder.model.reading import Value


@dataclass(frozen=True, slots=True)
class Position:
    """Where the vehicle is; degrees on WGS 84, north and east positive."""

    utc_ns: int
    latitude: float
    longitude: float
    depth: float | None
    """Metres below the surface; None if nobody says."""


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes for a place in the file; the file ends behind them."""

    offset: int
    data: bytes


class TrackForm(Protocol):
    """One file."""

    def begin(self) -> Written:
        """The empty track."""
        ...

    def add(self, position: Position) -> Written:
        """The track with one position more."""
        ...

    def gap(self) -> None:
        """The position is not known: what comes next begins a new stretch."""
        ...


def position_in(utc_ns: int, values: Mapping[str, Value]) -> Position | None:
    """The position among the values that are valid at an instant; None if there is none."""
    latitude, longitude, depth = (values.get(name) for name in ("latitude", "longitude", "depth"))
    if not isinstance(latitude, float | int) or not isinstance(longitude, float | int):
        return None
    return Position(utc_ns, latitude, longitude, depth if isinstance(depth, float | int) else None)


def degrees(value: float) -> str:
    """To nine digits: a tenth of a millimetre."""
    return f"{value:.9f}".rstrip("0").rstrip(".")


def height(depth: float) -> str:
    """Metres above the surface: a depth is negative."""
    text = f"{-depth:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
