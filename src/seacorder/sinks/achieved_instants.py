"""UTC instants as text, for metadata and EXIF. Cut, never rounded, so that no text lies after its instant."""

from datetime import UTC, datetime

from seacorder.base.clock import NS_PER_SECOND


def iso_utc(utc_ns: int, *, digits: int) -> str:
    """ISO 8601 with `digits` digits of the second's fraction: `2026-01-31T12:00:00.123456Z`."""
    seconds, rest = divmod(utc_ns, NS_PER_SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{f'{rest:09}'[:digits]}Z"
