"""The OpenAPI document's entries for commands whose bodies `wire` reads instead of the framework; ready-made answers.
"""

from typing import Any

from starlette.responses import Response

from seacorder.api.http.problems import MEDIA_TYPE

PING = b'{"Ping": true}'
"""Exactly as the public text prints it, blank included, because simple clients compare the text of answers."""

_FACT = {"type": "string", "description": "What is wrong, and what it costs now."}
_ACTION = {"type": "string", "description": "What Seacorder does about it by itself, then what to do; may be empty."}
_TWO_FIELDS = {"fact": _FACT, "action": _ACTION}


def _problem_schema(more: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of a problem document; `more` are the members that it and each channel's reason have besides."""
    reason = {"channel": {"type": "string"}, "ok": {"type": "boolean"}, "sentence": {"type": "string"}, **more}
    channels = {"type": "array", "items": {"type": "object", "properties": reason}}
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "description": "urn:seacorder:problem:<kind>"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What is wrong, then what to do."},
            "field": {"type": "string", "description": "The field that was not accepted."},
            "channels": {**channels, "description": "Of a failed command: each channel's result."},
            **more,
        },
    }


PUBLIC_PROBLEM = _problem_schema({})
OWN_PROBLEM = _problem_schema(_TWO_FIELDS)
"""Of `/api/v1`."""


def body(
    fields: dict[str, dict[str, Any]], example: dict[str, Any], *, required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """`openapi_extra` of a command with a JSON object as body. `fields` are JSON Schemas by name."""
    schema: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": fields}
    if required:
        schema["required"] = list(required)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}}


def nullable(fields: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same fields, each of which may be null."""
    return {name: {"anyOf": [schema, {"type": "null"}]} for name, schema in fields.items()}


def value_in_path(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """`openapi_extra` of a command with a value in its path."""
    value = {"name": name, "in": "path", "required": True, "schema": schema, "description": description}
    return {"parameters": [value]}


def failures(schema: dict[str, Any], *statuses: int | str) -> dict[int | str, dict[str, Any]]:
    """The problem answers that a command may give."""
    problem = {"description": "Problem", "content": {MEDIA_TYPE: {"schema": schema}}}
    return dict.fromkeys(statuses, problem)


PUBLIC_FAILURES = failures(PUBLIC_PROBLEM, 400, 401, 403, 404, 408, 413, 500, 503)
"""Failures of the Inspector and integration services; see docs/programs/inspector.md."""

EMPTY: dict[int | str, dict[str, Any]] = {200: {"description": "Done; no body"}, **PUBLIC_FAILURES}


def replies(schema: dict[str, Any], example: Any) -> dict[int | str, dict[str, Any]]:
    """A command that answers with JSON."""
    return {
        200: {"description": "OK", "content": {"application/json": {"schema": schema, "example": example}}},
        **PUBLIC_FAILURES,
    }


BOOL = replies({"type": "boolean"}, True)


def empty() -> Response:
    """200 with no body at all."""
    return Response(status_code=200)


def json_bytes(content: bytes, status: int = 200) -> Response:
    """Ready JSON."""
    return Response(content, status, media_type="application/json")


def json_bool(value: bool) -> Response:
    """200 with a body of exactly `true` or `false`."""
    return json_bytes(b"true" if value else b"false")
