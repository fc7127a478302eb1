"""How a noun of the model becomes an answer of `/api/v1`: the base of all answers, and instants as text. Pure.

Instants are RFC 3339 in UTC with microseconds, `2026-05-04T03:02:01.123456Z`. Other units stand in the fields' names.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from seacorder.api.http import documented
from seacorder.base.errors import BadRequest
from seacorder.base.message import Message
from seacorder.base.redaction import redact
from seacorder.model.instant import iso_utc

Utc = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-05-04T03:02:01.123456Z"])]
Shown = TypeVar("Shown", bound="View")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FARTHEST_NS = 2**63 - 1
"""The farthest instant that the catalogue can compare with: some 292 years from 1970."""


class View(BaseModel):
    """The base of all answers."""

    model_config = ConfigDict(frozen=True)


class MessageView(View):
    """What is wrong, and what to do."""

    fact: str
    """What is wrong, and what it costs now."""
    action: str
    """What Seacorder does about it by itself, then what to do."""


def shown(view: type[Shown], noun: object, **given: Any) -> Shown:
    """A noun of the model as `view`: takes the fields of the same name, writes `…_utc_ns` as text in `…_utc`, and masks
    credentials in texts.

    `given` are the fields that the noun does not have under the same name.
    """
    fields = {name: _field(noun, name) for name in view.model_fields if name not in given}
    return view(**fields, **given)


def text_of(message: Message | None) -> str | None:
    """The message as one text, masked; for members that are older than its two fields."""
    return None if message is None else redact(message.text)


def answered(view: BaseModel) -> Response:
    """200 with the answer as JSON."""
    return documented.json_bytes(view.model_dump_json().encode())


def utc_text(utc_ns: int) -> str:
    """An instant in UTC with microseconds: `2026-05-04T03:02:01.123456Z`."""
    return iso_utc(utc_ns, digits=6)


def read_utc(name: str, text: str) -> int:
    """Nanoseconds since 1970 of an RFC 3339 instant. Raises BadRequest, which names `name`, also without a time zone.
    """
    accepted = "Accepted is an instant with its time zone, such as 2026-05-04T03:02:01Z."
    try:
        # In a query, `+` is decoded to a space. An instant with a `T` has no other space, so it was a plus sign.
        moment = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text.upper() else text)
    except ValueError as error:
        raise BadRequest(f"{name}: {text[:60]!r} is not accepted.", accepted, field=name) from error
    if moment.tzinfo is None:
        raise BadRequest(f"{name}: {text[:60]!r} has no time zone.", accepted, field=name)
    utc_ns = (moment - _EPOCH) // _MICROSECOND * 1000
    return max(min(utc_ns, _FARTHEST_NS), -_FARTHEST_NS)


def _field(noun: object, name: str) -> Any:
    if name == "utc" or name.endswith("_utc"):
        utc_ns = getattr(noun, f"{name}_ns")
        return None if utc_ns is None else utc_text(utc_ns)
    value = getattr(noun, name)
    if isinstance(value, Message):
        return shown(MessageView, value)
    return redact(value) if type(value) is str else value
