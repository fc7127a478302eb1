"""What the simulator's instruments send: sentences of NMEA 0183 (IEC 61162-1). Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import xor

from seacorder.base.clock import NS_PER_SECOND
from seacorder.telemetry.sources.dive import Truth

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def sentence(body: str) -> bytes:
    """With `$`, checksum and line end."""
    content = body.encode("ascii")
    return b"$%b*%02X\r\n" % (content, reduce(xor, content, 0))


def slow_sentences(truth: Truth, utc_ns: int) -> Iterator[bytes]:
    """Time, position, course and speed, water temperature."""
    moment = _EPOCH + timedelta(microseconds=utc_ns // 1000)
    time = f"{moment:%H%M%S}.{moment.microsecond // 10_000:02}"
    latitude, longitude = _angle(truth.latitude, 2, "NS"), _angle(truth.longitude, 3, "EW")
    yield sentence(f"GPZDA,{time},{moment:%d,%m,%Y},00,00")
    yield sentence(f"GPGGA,{time},{latitude},{longitude},2,14,0.8,21.4,M,47.1,M,3.0,0120")
    yield sentence(f"GPVTG,{truth.course:.2f},T,,M,{truth.speed:.2f},N,{truth.speed * 1.852:.2f},K,D")
    yield sentence(f"YXMTW,{truth.water_temperature:.2f},C")


def fast_sentences(truth: Truth) -> Iterator[bytes]:
    """Heading, motion, depth and altitude, potential."""
    altitude = "" if truth.altitude is None else f"{truth.altitude:.2f}"
    cp = "" if truth.cp is None else f"{truth.cp:.3f}"
    yield sentence(f"HEHDT,{truth.heading:.2f},T")
    yield sentence(f"YXXDR,A,{truth.pitch:.2f},D,PITCH,A,{truth.roll:.2f},D,ROLL")
    yield sentence(f"YXXDR,D,{truth.depth:.2f},M,DEPTH,D,{altitude},M,ALTITUDE,U,{cp},V,CP")


def seconds_of(utc_ns: int, start_utc_ns: int) -> float:
    """How long after the start an instant is."""
    return (utc_ns - start_utc_ns) / NS_PER_SECOND


def _angle(degrees: float, digits: int, letters: str) -> str:
    """`ddmm.mmmmmm,N`: to some two millimetres."""
    whole, rest = divmod(round(abs(degrees) * 60_000_000), 60_000_000)
    minutes = rest / 1_000_000
    return f"{whole:0{digits}}{minutes:09.6f},{letters[degrees < 0]}"
