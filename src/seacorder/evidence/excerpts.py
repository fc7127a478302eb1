"""What lies beside a video, for a stretch of it: subtitles on the time of the cut, survey data in between. Pure.

A log of survey data keeps the row before the stretch: it says what was valid when the stretch begins.
"""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.model.instant import iso_utc

_CUE = re.compile(r"(?:(\d+):)?(\d\d):(\d\d)([,.])(\d{3})\s+-->\s+(?:(\d+):)?(\d\d):(\d\d)[,.](\d{3})(.*)")
_BLANK_LINES = re.compile(r"\n[ \t]*\n+")
_POINT = re.compile(rb"<trkpt .*?<time>([^<]*)</time></trkpt>\n?", re.DOTALL)
_EMPTY_SEGMENT = re.compile(rb"<trkseg>\s*</trkseg>\n?")
_UTC = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_RAW_HEAD = b"# Seacorder raw log 1\n"


def subtitles(text: str, begin_ns: int, end_ns: int) -> str:
    """The cues (SubRip or WebVTT) between two times of the video, counted from the first of them."""
    head: list[str] = []
    cues: list[str] = []
    for block in _BLANK_LINES.split(text.replace("\r\n", "\n").strip("\n")):
        lines = block.split("\n")
        place = next((number for number, line in enumerate(lines) if _CUE.fullmatch(line.strip())), None)
        if place is None:
            head += [] if cues else [block]
            continue
        moved = _moved(lines[place].strip(), begin_ns, end_ns)
        if moved is not None:
            number = [str(len(cues) + 1)] if place else []
            cues.append("\n".join([*number, moved, *lines[place + 1 :]]))
    return "\n\n".join([*head, *cues]) + "\n"


def _moved(line: str, begin_ns: int, end_ns: int) -> str | None:
    """The line with the times of a cue, moved and cut; None if it lies outside."""
    match = _CUE.fullmatch(line)
    if match is None:
        return None
    hours, minutes, seconds, point, millis, *to = match.groups()
    begin = max(_ns(hours, minutes, seconds, millis), begin_ns) - begin_ns
    end = min(_ns(*to[:4]), end_ns) - begin_ns
    return f"{_clock(begin, point)} --> {_clock(end, point)}{to[4]}" if begin < end else None


def _ns(hours: str | None, minutes: str, seconds: str, millis: str) -> int:
    return ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * NS_PER_SECOND + int(millis) * NS_PER_MS


def _clock(ns: int, point: str) -> str:
    seconds, millis = divmod(ns // NS_PER_MS, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{millis:03}"


def survey_data(name: str, data: bytes, from_utc_ns: int, to_utc_ns: int) -> bytes | None:
    """What a log of survey data has of the stretch; None if that is nothing, or the file is of another kind."""
    forms: dict[str, Callable[[bytes, str, str], bytes | None]] = {
        ".csv": _table, ".raw": _raw, ".gpx": _gpx, ".geojson": _geojson
    }
    form = forms.get(PurePath(name).suffix.lower())
    if form is None:
        return None
    return form(data, iso_utc(from_utc_ns, digits=6), iso_utc(to_utc_ns, digits=6))


def first_utc(data: bytes) -> str | None:
    """The first instant that stands in a log; None if there is none."""
    match = _UTC.search(data)
    return None if match is None else _six_digits(match[0].decode("ascii"))


def _six_digits(utc: str) -> str:
    """An instant such as logs have it, with as many digits as others: as texts they then compare like instants."""
    seconds, _, fraction = utc.rstrip("Z").partition(".")
    return f"{seconds}.{fraction:0<6}Z"


def _table(data: bytes, begin: str, end: str) -> bytes | None:
    rows = csv.reader(io.StringIO(data.decode("utf-8", "replace"), newline=""))
    heading = next(rows, None)
    if heading is None:
        return None
    before: list[str] | None = None
    kept: list[list[str]] = []
    for row in rows:
        utc = _six_digits(row[0]) if row else ""
        if utc < begin:
            before = row
        elif utc < end:
            kept.append(row)
    kept = kept if before is None else [before, *kept]
    if not kept:
        return None
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([heading, *kept])
    return text.getvalue().encode()


def _raw(data: bytes, begin: str, end: str) -> bytes | None:
    """A raw log: a line `@UTC monotonic source length`, then so many bytes and a line feed, again and again."""
    if not data.startswith(_RAW_HEAD):
        return None
    kept: list[bytes] = []
    at = len(_RAW_HEAD)
    while at < len(data):
        behind = data.find(b"\n", at) + 1
        words = data[at:behind].split()
        if not behind or len(words) != 4 or not words[3].isdigit():
            break  # cut off
        over = behind + int(words[3]) + 1
        if begin <= _six_digits(words[0][1:].decode("ascii", "replace")) < end:
            kept.append(data[at:over])
        at = over
    return _RAW_HEAD + b"".join(kept) if kept else None


def _gpx(data: bytes, begin: str, end: str) -> bytes | None:
    found = 0

    def kept(match: re.Match[bytes]) -> bytes:
        nonlocal found
        is_inside = begin <= _six_digits(match[1].decode("ascii", "replace")) < end
        found += is_inside
        return match[0] if is_inside else b""

    text = _EMPTY_SEGMENT.sub(b"", _POINT.sub(kept, data))
    return text if found else None


def _geojson(data: bytes, begin: str, end: str) -> bytes | None:
    try:
        track = json.loads(data)
        features = [one for feature in track["features"] if (one := _feature(feature, begin, end)) is not None]
    except (ValueError, TypeError, KeyError):
        return None
    if not features:
        return None
    return json.dumps({**track, "features": features}, indent=None, ensure_ascii=True).encode("ascii") + b"\n"


def _feature(feature: dict[str, Any], begin: str, end: str) -> dict[str, Any] | None:
    geometry, properties = feature["geometry"], feature["properties"]
    is_line = geometry["type"] == "LineString"
    places = geometry["coordinates"] if is_line else [geometry["coordinates"]]
    times = properties["coordTimes"] if is_line else [properties["coordTimes"]]
    inside = [pair for pair in zip(places, times, strict=True) if begin <= _six_digits(str(pair[1])) < end]
    if not inside:
        return None
    kept, when = zip(*inside, strict=True)
    if len(kept) == 1:
        return {**feature, "geometry": {"type": "Point", "coordinates": kept[0]},
                "properties": {**properties, "coordTimes": when[0]}}
    return {**feature, "geometry": {"type": "LineString", "coordinates": list(kept)},
            "properties": {**properties, "coordTimes": list(when)}}
