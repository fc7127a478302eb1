"""The track as GPX 1.1 (topografix.com/GPX/1/1): one segment from gap to gap, depth as a negative elevation. Pure."""

from html import escape

from seacorder.model.instant import iso_utc
from seacorder.telemetry.logs.track import Position, Written, degrees, height

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Seacorder" xmlns="http://www.topografix.com/GPX/1/1">
<trk><name>{name}</name>
"""
_END, _SEGMENT, _SEGMENT_END = "</trk></gpx>\n", "<trkseg>\n", "</trkseg>\n"


class GpxTrack:
    """See `track.TrackForm`."""

    def __init__(self, name: str) -> None:
        printable = "".join(one if one.isprintable() else " " for one in name)
        self._head = _HEAD.format(name=escape(printable)).encode()
        self._place = len(self._head)
        """Where the text ends that stays."""
        self._is_in_segment = False

    def begin(self) -> Written:
        return Written(0, self._head + _END.encode())

    def add(self, position: Position) -> Written:
        stays = "" if self._is_in_segment else _SEGMENT
        self._is_in_segment = True
        stays += f'<trkpt lat="{degrees(position.latitude)}" lon="{degrees(position.longitude)}">'
        if position.depth is not None:
            stays += f"<ele>{height(position.depth)}</ele>"
        stays += f"<time>{iso_utc(position.utc_ns, digits=3)}</time></trkpt>\n"
        place = self._place
        self._place += len(stays.encode())
        return Written(place, (stays + _SEGMENT_END + _END).encode())

    def gap(self) -> None:
        if self._is_in_segment:
            self._is_in_segment = False
            self._place += len(_SEGMENT_END)  # the segment's end, which is written already, stays
