"""GeoJSON (RFC 7946): a point for each observation, a line for a span whose two ends are known.

WGS 84, longitude first; the third coordinate is the height in metres, below the surface negative. An observation
without a valid position has no geometry. Its properties are the cells of the table, because programs for maps show
each property in a column, and nothing that is nested.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from seacorder.api.export.table import Cell, iso_moment, value_of
from seacorder.model.observation import NotedReading, Observation

HALF_TURN = 180.0


def feature_of(one: Observation, headings: Sequence[str], row: Sequence[Cell]) -> dict[str, Any]:
    """`row` has a cell for each heading."""
    values = (iso_moment(cell) if isinstance(cell, datetime) else cell for cell in row)
    properties = dict(zip(headings, values, strict=True))
    return {"type": "Feature", "id": one.id, "geometry": geometry_of(one), "properties": properties}


def geometry_of(one: Observation) -> dict[str, Any] | None:
    """Where it is on the map; None where no position was valid."""
    begin, end = position(one.readings), position(one.now.end_readings)
    if begin is None:
        return None
    if end is None or end == begin:
        return {"type": "Point", "coordinates": begin}
    if abs(end[0] - begin[0]) > HALF_TURN >= max(abs(begin[0]), abs(end[0])):
        return {"type": "MultiLineString", "coordinates": _cut(begin, end)}
    return {"type": "LineString", "coordinates": [begin, end]}


def _cut(begin: list[float], end: list[float]) -> list[list[list[float]]]:
    """The two pieces of a line over the 180th meridian (RFC 7946, 3.1.9): uncut, it would go around the world."""
    side = math.copysign(HALF_TURN, begin[0])
    whole = end[0] + 2 * side - begin[0]
    share = (side - begin[0]) / whole if whole else 0.0
    rest = [one + share * (other - one) for one, other in zip(begin[1:], end[1:], strict=False)]
    return [[begin, [side, *rest]], [[-side, *rest], end]]


def position(readings: Iterable[NotedReading]) -> list[float] | None:
    """Longitude, latitude and, where the depth is known, height."""
    values = {noted.reading.name: value_of(noted) for noted in readings}
    longitude, latitude, depth = values.get("longitude"), values.get("latitude"), values.get("depth")
    if not isinstance(longitude, int | float) or not isinstance(latitude, int | float):
        return None
    flat = [float(longitude), float(latitude)]
    return [*flat, -float(depth)] if isinstance(depth, int | float) else flat
