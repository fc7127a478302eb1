"""The operator's page at `/`: files that `make page` builds from `web`, and that are part of the program.

Each room of the page has an address of its own (`/review`, `/channel/Bow`), which its script reads: all of them get the
same HTML. File names never change, so a browser asks each time whether its copy is still right (ETag): a page that is
opened after an upgrade is the new one. Scripts and styles are sent compressed where the browser takes that.

Trial copies had the page at `/next`; what is asked there is sent on to where it is now.
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

ROOMS = ("channel", "copies", "review", "data", "settings")
"""The rooms beside the first one, which is at `/`: the folders of `web/src/rooms` have their ids."""
_BUILT = Path(__file__).parent / "static" / "next"
_PATHS_OF_ROOMS = ("/", *(path for room in ROOMS for path in (f"/{room}", f"/{room}/{{rest}}")))
_EARLIER = "/next"
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

OPEN_PATHS = frozenset({"/", _EARLIER, *(f"/{file.name}" for file in FILES if file.name != _PAGE)})
OPEN_FOLDERS = (_EARLIER, *(f"/{room}" for room in ROOMS))
"""Paths, and folders with all below them, that any web page may link to: they change nothing, and show nothing of the
recordings by themselves."""


def add_operator_page(app: FastAPI) -> None:
    """Declares the page and its files."""
    for file in FILES:
        for path in _PATHS_OF_ROOMS if file.name == _PAGE else (f"/{file.name}",):
            _route(app, path, _answers(file))
    for path in ("", "/{room}", "/{room}/{rest}"):
        _route(app, _EARLIER + path, _sent_on)


def _route(app: FastAPI, path: str, answer: Callable[..., Any]) -> None:
    app.add_api_route(path, answer, methods=["GET", "HEAD"], include_in_schema=False)


async def _sent_on(room: str = "", rest: str = "") -> Response:
    """To where the page is now. The pieces are quoted, so that no address leads out of this program."""
    pieces = [quote(piece, safe="") for piece in (room, rest) if piece]
    return RedirectResponse("/" + "/".join(pieces))


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
