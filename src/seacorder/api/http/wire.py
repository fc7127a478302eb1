"""Strict reading of what clients send: JSON bodies, whatever their Content-Type, with fields in any case.

Every fault is a BadRequest that names the field, what came, and what is accepted. JSON must be RFC 8259's: no NaN, no
Infinity, no field twice; a byte order mark is ignored. Pure, except `read_object` and `has_body`, which wait for the
body.
"""

import asyncio
import difflib
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from seacorder.api.http.problems import BodyTooSlow
from seacorder.base.errors import BadRequest
from seacorder.model.dive_context import CONTEXT_CHARACTERS_MAX, one_line

BODY_SECONDS_MAX = 10.0
SHOWN_CHARACTERS_MAX = 60
TEXT_CHARACTERS_MAX = 4096

_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?|\.[0-9]{1,9}")
_SIZE = re.compile(r"\s*([0-9]{1,6})\s*,\s*([0-9]{1,6})\s*")
_SIDE_MAX = 1_000_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Reader = Callable[[str, Any], Any]
"""Takes a field's name and the JSON value that came; returns the value to use, or raises BadRequest."""


async def read_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object. Raises BadRequest, BodyTooLarge, BodyTooSlow."""
    return parse_object(await _read_body(request))


async def read_table(request: Request) -> dict[str, Any]:
    """The body as a table of the settings file, which a schema reads later. Raises as `read_object`, and BadRequest for
    text that cannot be written as UTF-8.
    """
    return {name: anything(name, value) for name, value in (await read_object(request)).items()}


async def has_body(request: Request) -> bool:
    """False if the body is empty or only blanks. Raises as `read_object` does."""
    return bool((await _read_body(request)).strip())


def parse_object(body: bytes) -> dict[str, Any]:
    """A JSON object from its bytes (UTF-8). Raises BadRequest."""
    if not body.strip():
        raise BadRequest("The body is empty.", 'Send a JSON object such as {"Directory": "Dive 12"}.')
    try:
        value = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_no_field_twice, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8 text (byte {error.start}).", "Send JSON in UTF-8.") from error
    except json.JSONDecodeError as error:
        hint = "Write each backslash in a text twice (\\\\)." if "escape" in error.msg else ""
        where = f"line {error.lineno}, column {error.colno}"
        raise BadRequest(f"The body is not JSON: {error.msg} at {where}.", hint) from error
    except (RecursionError, ValueError) as error:
        raise BadRequest(
            "The body is JSON that is nested too deeply, or has a number that is too long.", "Send a plain JSON object."
        ) from error
    if not isinstance(value, dict):
        raise BadRequest(f"The body must be a JSON object; {shown(value)} came.", "Send names and values in braces.")
    return value


def read_fields(
    sent: Mapping[str, Any], readers: Mapping[str, Reader], *, required: bool = False, null_is_value: bool = False
) -> dict[str, Any]:
    """The fields that were sent, read by `readers` and under their names. With `required`, none may be missing.

    Many clients send null for what they have not set. So a null is left out of the result, unless `null_is_value`.
    Raises BadRequest for an unknown, missing or wrong field.
    """
    names = {name.lower(): name for name in readers}
    values: dict[str, Any] = {}
    for key, value in sent.items():
        name = names.get(key.lower()) or _unknown_field(key, list(readers))
        if value is not None or null_is_value:
            values[name] = readers[name](name, value)
    missing = [name for name in readers if name.lower() not in {key.lower() for key in sent}]
    if required and missing:
        raise BadRequest(f"The field {missing[0]} is missing.", f"Send {_listed(list(readers))}.", field=missing[0])
    return values


def boolean(name: str, value: Any) -> bool:
    """JSON's `true` or `false`; nothing else, such as 1, counts."""
    if not isinstance(value, bool):
        refuse(name, value, "true or false")
    return value


def number(name: str, value: Any) -> float:
    """A finite number; `true` and `false` are not numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse(name, value, "a number")
    try:
        read = float(value)
    except OverflowError:
        read = math.inf
    if not math.isfinite(read):
        refuse(name, value, "a number of ordinary size")
    return read


def text(name: str, value: Any) -> str:
    """Text that can be written as UTF-8."""
    if not isinstance(value, str):
        refuse(name, value, "text")
    if len(value) > TEXT_CHARACTERS_MAX:
        refuse(name, value, f"text of at most {TEXT_CHARACTERS_MAX} characters")
    if not _is_unicode(value):
        refuse(name, value, "text without lone surrogates")
    return value


def anything(name: str, value: Any) -> Any:
    """Whatever a schema reads later; but no text in it that cannot be written as UTF-8."""
    if not _is_unicode(json.dumps(value, ensure_ascii=False)):
        refuse(name, value, "text without lone surrogates")
    return value


def line(name: str, value: Any) -> str:
    """Text for one line, such as a name or a reason: control characters become blanks."""
    said = one_line(text(name, value))
    if len(said) > CONTEXT_CHARACTERS_MAX:
        refuse(name, value, f"text of at most {CONTEXT_CHARACTERS_MAX} characters")
    return said


def text_or_nothing(name: str, value: Any) -> str | None:
    """Text; None for an empty one, which removes the setting's own value."""
    return text(name, value) or None


def directory(name: str, value: Any) -> str:
    """The name of a folder. Whether it is allowed is decided by the recorder."""
    folder = text(name, value)
    if not folder.strip() or _CONTROL.search(folder):
        refuse(name, value, "the name of a folder; in JSON each backslash is doubled (\\\\)")
    return folder


def file_name(name: str, value: Any) -> str:
    """The name of a file, with or without a folder. Whether it is allowed is decided by the recorder."""
    file = text(name, value)
    if not file.strip() or _CONTROL.search(file):
        refuse(name, value, "the name of a file, with or without a folder; in JSON each backslash is doubled (\\\\)")
    return file


def resolution(name: str, value: Any) -> tuple[int, int]:
    """`"width, height"` in pixels."""
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        refuse(name, value, "text such as \"1920, 1080\", or \"0, 0\" for the source's own size")
    return int(found[1]), int(found[2])


def size(name: str, value: Any) -> tuple[int, int]:
    """Width and height in pixels as a list of two whole numbers."""
    is_pair = isinstance(value, list) and len(value) == 2
    if not is_pair or not all(type(side) is int and 0 <= side < _SIDE_MAX for side in value):
        refuse(name, value, "two whole numbers such as [1920, 1080], or [0, 0] for the source's own size")
    return value[0], value[1]


def decimal_in_path(name: str, value: str) -> float:
    """A decimal number in a path, such as 10 or 0.5."""
    if not _DECIMAL.fullmatch(value):
        refuse(name, value, "a decimal number with a point, such as 10 or 0.5")
    return float(value)


def boolean_in_path(name: str, value: str) -> bool:
    """`true` or `false` in a path, without regard to case."""
    lowered = value.lower()
    if lowered not in {"true", "false"}:
        refuse(name, value, "true or false")
    return lowered == "true"


def refuse(name: str, value: Any, accepted: str) -> NoReturn:
    """Raises the BadRequest that names the field, what came and what is accepted."""
    raise BadRequest(f"{name}: {shown(value)} is not accepted.", f"Accepted is {accepted}.", field=name)


def shown(value: Any) -> str:
    """A value that came, as JSON, cut to a readable length."""
    try:
        written = json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        written = "something too large to show"
    cut = written if len(written) <= SHOWN_CHARACTERS_MAX else written[:SHOWN_CHARACTERS_MAX] + "…"
    return cut.encode("utf-8", "replace").decode()


async def _read_body(request: Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await request.body()
    except TimeoutError as error:
        raise BodyTooSlow(f"The body did not come within {BODY_SECONDS_MAX:g} s.") from error
    except ClientDisconnect as error:
        raise BadRequest("The connection ended before the body was complete.") from error


def _no_field_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: set[str] = set()
    for key, _ in pairs:
        if key.lower() in seen:
            raise BadRequest(f"The field {shown(key)} came twice.", "Send it once.", field=_field_name(key))
        seen.add(key.lower())
    return dict(pairs)


def _no_constant(constant: str) -> NoReturn:
    raise BadRequest(f"The body is not JSON: {constant} is no number.")


def _unknown_field(key: str, accepted: list[str]) -> NoReturn:
    close = difflib.get_close_matches(key.lower(), [name.lower() for name in accepted], n=1)
    meant = next((name for name in accepted if close and name.lower() == close[0]), None)
    question = f"; did you mean {meant}?" if meant else "."
    raise BadRequest(
        f"The field {shown(key)} is not known{question}", f"Accepted: {_listed(accepted)}.", field=_field_name(key)
    )


def _field_name(key: str) -> str:
    return key[:SHOWN_CHARACTERS_MAX].encode("utf-8", "replace").decode()


def _listed(names: list[str]) -> str:
    return ", ".join(names)


def _is_unicode(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
