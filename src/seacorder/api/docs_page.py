"""The API's documentation at `/docs`: our files in `static`, and Swagger UI from its package. And the pages' icon.

Everything a browser loads comes from this program, so the page works without internet. The Content-Security-Policy
makes the browser enforce that.
"""

import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import FileResponse, JSONResponse, Response

_STATIC = Path(__file__).parent / "static"
_SWAGGER_PACKAGE = "fastapi_standalone_docs"

# Swagger UI sets styles on its elements; scripts stay ours alone.
DOCS_POLICY = (
    "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
)

_HTML = "text/html; charset=utf-8"
_CSS = "text/css; charset=utf-8"
_JS = "text/javascript; charset=utf-8"


@dataclass(frozen=True)
class StaticFile:
    """One file that a browser may ask for."""

    path: str
    file: str
    media_type: str
    policy: str | None = None

    @cached_property
    def content(self) -> bytes:
        return (_STATIC / self.file).read_bytes()

    @cached_property
    def tag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:16]}"'


FILES = (
    StaticFile("/favicon.ico", "icon.svg", "image/svg+xml"),
    StaticFile("/docs", "docs.html", _HTML, DOCS_POLICY),
    StaticFile("/static/docs.js", "docs.js", _JS),
)
SWAGGER_FILES = {
    "/static/swagger-ui-bundle.js": ("swagger-ui-bundle.js", _JS),
    "/static/swagger-ui.css": ("swagger-ui.css", _CSS),
}
OPENAPI_PATH = "/openapi.json"
OPEN_PATHS = frozenset({one.path for one in FILES} | set(SWAGGER_FILES) | {OPENAPI_PATH})
"""Paths that any web page may link to: they change nothing, and show nothing of the recordings by themselves."""


def add_docs(app: FastAPI) -> None:
    """Declares the page, its files and the OpenAPI document."""
    for one in FILES:
        _file_route(app, one.path, _own(one))
    for path, (name, media_type) in SWAGGER_FILES.items():
        _file_route(app, path, _packaged(name, media_type))

    async def openapi() -> Response:
        return JSONResponse(app.openapi())

    _file_route(app, OPENAPI_PATH, openapi)


def _own(file: StaticFile) -> Callable[..., Any]:
    headers = {"etag": file.tag, "cache-control": "no-cache", "referrer-policy": "no-referrer"}
    if file.policy is not None:
        headers["content-security-policy"] = file.policy

    async def answer(request: Request) -> Response:
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        return Response(file.content, headers=headers, media_type=file.media_type)

    return answer


def _packaged(name: str, media_type: str) -> Callable[..., Any]:
    file = _swagger_folder() / name

    async def answer() -> Response:
        return FileResponse(file, media_type=media_type, headers={"cache-control": "max-age=86400"})

    return answer


def _swagger_folder() -> Path:
    """The folder of Swagger UI's files. The package is found but not imported: only its files are needed."""
    found = importlib.util.find_spec(_SWAGGER_PACKAGE)
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0] if places else _STATIC) / "static" / "swagger"


def _file_route(app: FastAPI, path: str, answer: Callable[..., Any]) -> None:
    app.add_api_route(path, answer, methods=["GET", "HEAD"], include_in_schema=False)
