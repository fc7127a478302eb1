"""The whole requests and answers of the pages for programs: taken out of a page, compared with real ones, written anew.

A page shows an exchange as two `http` blocks below a heading, first the request, then the answer; an answer that
follows an answer is of the same request. A `json` block is a value without a request.

**What is compared**: the status line, the content type, every name and its place, every type, and every value but those
that differ from run to run or from machine to machine. These are told by their names (`MEASURED`) and, within texts, by
their forms (`_FORMS`: times, ids, time tags, what this machine encodes with). Where only such a value differs, the page
keeps the one that it has, so that the numbers of one page go on telling one story.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGES = Path(__file__).parents[2] / "docs" / "programs"
COLUMNS = 118
"""An object that fits into so many columns stands on one line."""
MEASURED = frozenset({
    "DriveSpace", "alarms_over", "backlog_bytes", "backlog_seconds", "bits_per_second", "bytes", "bytes_stored",
    "cursor",
    "delay_ms", "first_frame", "frame", "frames", "frames_received", "free_bytes", "free_percent", "level_db",
    "missing_seconds", "newest_event_cursor", "next_best", "next_cursor", "peak_db", "preset", "queued_bytes",
    "recording_seconds", "reserve_bytes", "seconds_left", "total_bytes",
})
"""Names of values that are measured, or that depend on the machine. Of them the type is compared."""
_FORMS = (
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"),
    re.compile(r"\d{8}T\d{6}\.\d{3}Z"),
    re.compile(r"\d{17}"),
    re.compile(r"preset \w+"),
    re.compile(r" No hardware encoder opens on this \w+\."),
    re.compile(r"(?<=[Cc]hoose one of )[\w, ]+(?=, or )"),
)
_HEADING = r"^#{1,3} (?P<heading>[^\n]+)$"
_BLOCK = r"^```(?P<language>\w*)\n(?P<block>.*?)^```$"
_TOKEN = re.compile(f"{_HEADING}|{_BLOCK}", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One answer on a page, with the request in front of it; `request` is empty for a value without one."""

    key: str
    """`page: heading`, and `#n` for each further answer below the same heading."""
    request: str
    answer: str
    begin: int
    end: int
    """Where the answer stands in the page's text."""


def exchanges(page: str) -> dict[str, Exchange]:
    """By key; those of one page, whose name is without `.md`."""
    text = (PAGES / f"{page}.md").read_text("utf-8")
    found: dict[str, Exchange] = {}
    heading = request = ""
    for token in _TOKEN.finditer(text):
        if token["heading"] is not None:
            heading, request = token["heading"].replace("`", ""), ""
        elif token["language"] == "http" and not token["block"].startswith("HTTP/"):
            request = token["block"]
        elif token["language"] in {"http", "json"}:
            count = sum(key.partition("#")[0] == f"{page}: {heading}" for key in found)
            key = f"{page}: {heading}" + (f"#{count}" if count else "")
            found[key] = Exchange(key, request, token["block"], *token.span("block"))
    return found


def write(made: Mapping[str, str]) -> None:
    """Puts answers, by key, into their pages."""
    for page in {key.partition(":")[0] for key in made}:
        path = PAGES / f"{page}.md"
        text = path.read_text("utf-8")
        for key, exchange in reversed(exchanges(page).items()):
            if key in made:
                text = text[: exchange.begin] + made[key] + text[exchange.end :]
        path.write_text(text, encoding="utf-8")


def answer_of(exchange: Exchange, status: str, content_type: str, body: bytes, names: Mapping[str, str]) -> str:
    """The block that the page should have: `names` are put in the place of what this machine calls it.

    A body in round brackets, as of a picture, stays.
    """
    head = f"HTTP/1.1 {status}\n" + (f"Content-Type: {content_type}\n" if body else "")
    shown = exchange.answer.partition("\n\n")[2]
    if not body:
        return head
    if shown.startswith("("):
        return f"{head}\n{shown}"
    return f"{head}\n{value_of(shown, json.loads(body), names)}"


def value_of(shown: str, real: Any, names: Mapping[str, str]) -> str:
    """The JSON that the page should have in the place of `shown`."""
    try:
        before = json.loads(shown)
    except json.JSONDecodeError:
        before = None
    return laid_out(merged(before, _renamed(real, names))) + "\n"


def merged(shown: Any, real: Any, name: str = "") -> Any:
    """The real value; where it differs from the shown one only in what is measured, the shown one."""
    if isinstance(real, dict):
        known = shown if isinstance(shown, dict) else {}
        return {key: merged(known.get(key), value, key) for key, value in real.items()}
    if name in MEASURED and type(shown) is type(real):
        return shown
    if isinstance(real, list):
        known = shown if isinstance(shown, list) and len(shown) == len(real) else [None] * len(real)
        return [merged(*pair) for pair in zip(known, real, strict=True)]
    if isinstance(real, str) and isinstance(shown, str) and _form(shown) == _form(real):
        return shown
    return real


def laid_out(value: Any, indent: int = 0) -> str:
    """JSON for a page: on one line what fits there, else one line for each member."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + indent <= COLUMNS or not isinstance(value, dict | list) or not value:
        return line
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        members = [f"{json.dumps(key)}: {laid_out(one, indent + 2)}" for key, one in value.items()]
    else:
        members = [laid_out(one, indent + 2) for one in value]
    begin, end = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return begin + "\n" + ",\n".join(inner + member for member in members) + "\n" + " " * indent + end


def _form(text: str) -> str:
    for number, form in enumerate(_FORMS):
        text = form.sub(f"<{number}>", text)
    return text


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if isinstance(value, str):
        for real, shown in names.items():
            value = value.replace(real, shown)
    return value
