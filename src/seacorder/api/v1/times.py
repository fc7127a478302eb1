"""Instants as `/api/v1` writes and reads them: RFC 3339. Pure."""

from datetime import UTC, datetime, timedelta

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import BadRequest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FARTHEST_NS = 2**63 - 1
"""What the catalogue can compare with: some 292 years from 1970."""


def utc_text(utc_ns: int) -> str:
    """An instant in UTC with microseconds: `2026-05-04T03:02:01.123456Z`."""
    seconds, rest = divmod(utc_ns, NS_PER_SECOND)
    moment = _EPOCH + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06d}Z"


def read_utc(name: str, text: str) -> int:
    """Nanoseconds since 1970 of an RFC 3339 instant. Raises BadRequest, also for one without a time zone."""
    accepted = "an instant with its time zone, such as 2026-05-04T03:02:01Z"
    try:
        # A plus sign in a query is a space once decoded; an instant has no other use for one at that place.
        moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text.upper() else text)
    except ValueError as error:
        raise BadRequest(f"{name}: {text[:60]!r} came; accepted is {accepted}.", field=name) from error
    if moment.tzinfo is None:
        raise BadRequest(f"{name}: {text[:60]!r} has no time zone; accepted is {accepted}.", field=name)
    utc_ns = (moment - _EPOCH) // _MICROSECOND * 1000
    return max(min(utc_ns, _FARTHEST_NS), -_FARTHEST_NS)
