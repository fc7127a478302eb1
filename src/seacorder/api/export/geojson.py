"""GeoJSON (RFC 7946): a point for each observation, a line for a span whose two ends are known.

WGS 84, longitude first; the third coordinate is the height in metres, below the surface negative. An observation
without a valid position has no geometry.
"""

from collections.abc import Iterable
from typing import Any

from seacorder.api.export.table import value_of
from seacorder.model.observation import NotedReading, Observation


def geometry_of(one: Observation) -> dict[str, Any] | None:
    """Where it is on the map; None where no position was valid."""
    begin, end = position(one.readings), position(one.now.end_readings)
    if begin is None:
        return None
    if end is None or end == begin:
        return {"type": "Point", "coordinates": begin}
    return {"type": "LineString", "coordinates": [begin, end]}


def position(readings: Iterable[NotedReading]) -> list[float] | None:
    """Longitude, latitude and, where the depth is known, height."""
    values = {noted.reading.name: value_of(noted) for noted in readings}
    longitude, latitude, depth = values.get("longitude"), values.get("latitude"), values.get("depth")
    if not isinstance(longitude, int | float) or not isinstance(latitude, int | float):
        return None
    flat = [float(longitude), float(latitude)]
    return [*flat, -float(depth)] if isinstance(depth, int | float) else flat
