"""The operator's page at `/next`: files that `make page` builds from `web`, and that are part of the program.

The page has addresses of its own below `/next` (`/next/channel/Bow`), which its script reads: each of them gets the
same HTML. File names never change, so a browser asks each time whether its copy is still right (ETag): a page that is
opened after an upgrade is the new one. Scripts and styles are sent compressed where the browser takes that.
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

BASE = "/next"
"""`web/vite.config.ts` has the same."""
_BUILT = Path(__file__).parent / "static" / "next"
_PATHS_OF_ROOMS = (BASE, BASE + "/{room}", BASE + "/{room}/{rest}")
_PAGE = "index.html"

POLICY = (
    "default-src 'none'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:"
)
"""Video comes as `blob:`, because the page's script puts it together (Media Source Extensions)."""


@dataclass(frozen=True)
class BuiltFile:
    """One file of the built page."""

    name: str
    media_type: str

    @cached_property
    def content(self) -> bytes:
        return (_BUILT / self.name).read_bytes()

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)

    @cached_property
    def tag(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:16]


FILES = (
    BuiltFile("page.js", "text/javascript; charset=utf-8"),
    BuiltFile("page.css", "text/css; charset=utf-8"),
    BuiltFile(_PAGE, "text/html; charset=utf-8"),
)
"""The page itself is the last: its paths have values, which would take the others' names too."""


def add_operator_page(app: FastAPI) -> None:
    """Declares the page and its files."""
    for file in FILES:
        paths = _PATHS_OF_ROOMS if file.name == _PAGE else (f"{BASE}/{file.name}",)
        for path in paths:
            app.add_api_route(path, _answers(file), methods=["GET", "HEAD"], include_in_schema=False)


def _answers(file: BuiltFile) -> Callable[..., Any]:
    async def answer(request: Request) -> Response:
        is_compressed = _takes_gzip(request.headers.get("accept-encoding", ""))
        # The two forms differ in their bytes, so each has a tag of its own (RFC 9110, section 8.8.3.3).
        tag = f'"{file.tag}-gzip"' if is_compressed else f'"{file.tag}"'
        headers = {
            "etag": tag, "cache-control": "no-cache", "vary": "accept-encoding", "referrer-policy": "no-referrer",
        }
        if file.name == _PAGE:
            headers["content-security-policy"] = POLICY
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if is_compressed:
            headers["content-encoding"] = "gzip"
        return Response(file.compressed if is_compressed else file.content, headers=headers, media_type=file.media_type)

    return answer


def _takes_gzip(accepted: str) -> bool:
    """Whether Accept-Encoding names gzip, and does not refuse it by `q=0`."""
    for one in accepted.lower().split(","):
        coding, _, weight = one.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
