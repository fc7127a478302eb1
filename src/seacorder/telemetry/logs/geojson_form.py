"""The track as GeoJSON (RFC 7946): longitude first, depth as a negative third coordinate. Pure.

Each feature is a line of at most FEATURE_POSITIONS positions; a longer stretch goes on in the next feature, which
begins with the same position. `coordTimes` has the time of each position. Of a stretch of one position the feature is a
point. All features have their `stretch`: its number, from 1; between two stretches the position was not known.
"""

import json

from seacorder.model.instant import iso_utc
from seacorder.telemetry.logs.track import Position, Written, degrees, height

FEATURE_POSITIONS = 300
"""The newest feature is written again with each position, so its length is what a position costs."""
_END = "\n]}\n"


class GeoJsonTrack:
    """See `track.TrackForm`."""

    def __init__(self, name: str) -> None:
        self._head = f'{{"type":"FeatureCollection","name":{json.dumps(name)},"features":['.encode()
        self._place = len(self._head)
        """Where the newest feature begins."""
        self._features = 0
        """Those before it."""
        self._positions: list[tuple[str, str]] = []
        """Those of the newest feature: coordinates and time, as they are written."""
        self._stretch = 1
        self._newest = b""

    def begin(self) -> Written:
        return Written(0, self._head + _END.encode())

    def add(self, position: Position) -> Written:
        if len(self._positions) >= FEATURE_POSITIONS:
            last = self._positions[-1]
            self._end_feature()
            self._positions.append(last)
        self._positions.append((_coordinates(position), f'"{iso_utc(position.utc_ns, digits=3)}"'))
        self._newest = (("," if self._features else "") + "\n" + self._feature()).encode()
        return Written(self._place, self._newest + _END.encode())

    def gap(self) -> None:
        if self._positions:
            self._end_feature()
            self._stretch += 1

    def _end_feature(self) -> None:
        self._place += len(self._newest)
        self._features += 1
        self._positions.clear()

    def _feature(self) -> str:
        places, times = zip(*self._positions, strict=True)
        if len(places) == 1:
            shape, when = f'"Point","coordinates":{places[0]}', times[0]
        else:
            shape, when = f'"LineString","coordinates":[{",".join(places)}]', f"[{','.join(times)}]"
        properties = f'{{"stretch":{self._stretch},"coordTimes":{when}}}'
        return f'{{"type":"Feature","geometry":{{"type":{shape}}},"properties":{properties}}}'


def _coordinates(position: Position) -> str:
    plane = f"{degrees(position.longitude)},{degrees(position.latitude)}"
    return f"[{plane}]" if position.depth is None else f"[{plane},{height(position.depth)}]"
