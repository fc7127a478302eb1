"""`index.html`: the same as `recording.json`, to be read by a person in any browser, now and in 20 years. Pure.

No script, no style sheet, picture or font from elsewhere: the page shows the same without any network. Links go to
files of the folder alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from seacorder.base.duration import count_text, duration_text
from seacorder.model.completion import MANIFEST_NAME, RECORDING_NAME, TIME_NAME

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#111;"
    "background:#fff}table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}"
    "th,td{border-bottom:1px solid #bbb;padding:.3rem .6rem;text-align:left;vertical-align:top}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}code{font-size:.85em;overflow-wrap:anywhere}"
)
_CONTEXT = ("project", "dive", "task", "component", "operator")
_NOTHING = "<p>None.</p>"
Document = Mapping[str, Any]


def index_page(document: Document, times: Document) -> bytes:
    """The page of a folder, in UTF-8."""
    title = f"Recording {document['folder']}"
    clocks = {one.get("id"): one for one in times["recordings"]}
    body = [f"<h1>{escape(title)}</h1>", _introduction(document)]
    for recording in document["recordings"]:
        body += _recording(recording, clocks.get(recording["id"]))
    if document["clips"]:
        body += ["<h2>Clips outside a recording</h2>", _videos(document["clips"])]
    body += ["<h2>Observations</h2>", _observations(document["observations"])]
    body += ["<h2>Files</h2>", _files(document["files"]), *_earlier(document["earlier"]), _how_to_check()]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    page = f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body>\n' + "\n".join(body) + "\n</body></html>\n"
    return page.encode("utf-8", "replace")


def _introduction(document: Document) -> str:
    many = sum(one["bytes"] for one in document["files"])
    return (
        f"<p>{count_text(len(document['files']), 'file')}, {many:,} bytes. All times are UTC. Made by "
        f"{escape(document['program'])} at {escape(document['made_utc'])}. Programs find the same, and more, in "
        f"{_link(RECORDING_NAME)}; what is known of the clock is in {_link(TIME_NAME)}.</p>"
    )


def _recording(recording: Document, clock: Document | None) -> list[str]:
    said = [f"{name}: {recording['context'][name]}" for name in _CONTEXT if recording["context"].get(name)]
    facts = [
        f"From {_moment(recording['start_utc'])} to {_moment(recording['end_utc'])}{_length(recording)}.",
        f"It continues recording {recording['continues']}, which was cut off." if recording["continues"] else "",
        _state(recording["state"]),
        clock["uncertainty"] if clock is not None else "Nothing is known of the clock during this recording.",
    ]
    found = [f"<h2>Recording {escape(recording['id'])}</h2>"]
    if said:
        found.append(f"<p>{escape(' · '.join(said))}</p>")
    found.append(f"<p>{escape(' '.join(filter(None, facts)))}</p>")
    found += ["<h3>Files of the channels</h3>", _videos(recording["parts"])]
    if recording["clips"]:
        found += ["<h3>Clips</h3>", _videos(recording["clips"])]
    return [*found, "<h3>What is missing</h3>", _missing(recording["losses"])]


def _state(state: str | None) -> str:
    return {
        "finished": "It was stopped properly.",
        "interrupted": "It was cut off by an unexpected end of the program or the computer.",
        "removed": "Its files were removed from the recorder.",
    }.get(state or "", "")


def _length(recording: Document) -> str:
    start_ns, end_ns = recording["start_utc_ns"], recording["end_utc_ns"]
    return "" if not end_ns or end_ns < start_ns else f" ({duration_text((end_ns - start_ns) / 1e9)})"


def _videos(videos: Sequence[Document]) -> str:
    rows = [
        (
            escape(one["channel"]),
            _link(one["file"]) if one["folder"] == "." else escape(f"{one['folder']}/{one['file']}"),
            _moment(one["start_utc"]),
            _moment(one["end_utc"]),
            _number(one["frames"]),
            escape(one["state"]),
        )
        for one in videos
    ]
    return _table(("channel", "file", "from", "to", "frames", "state"), rows)


def _missing(missing: Sequence[Document]) -> str:
    rows = [
        (
            escape(one["channel"]),
            _moment(one["from_utc"]),
            _moment(one["to_utc"]),
            "not known" if one["frames"] is None else _number(one["frames"]),
            escape(f"{one['meaning']}. {one['detail']}".strip()),
        )
        for one in missing
    ]
    if not rows:
        return "<p>No frame is known to be missing.</p>"
    return _table(("channel", "from", "to", "frames", "why"), rows)


def _observations(observations: Sequence[Document]) -> str:
    rows = [
        (
            _moment(one["start_utc"]),
            f"{escape(one['label'])} {one['number']}",
            escape(one["text"]),
            escape(one["state"]),
            _link(one["file"]),
        )
        for one in observations
    ]
    return _table(("at", "what", "text", "state", "file"), rows)


def _files(files: Sequence[Document]) -> str:
    rows = [
        (_link(one["file"]), escape(one["what"]), _number(one["bytes"]), f"<code>{escape(one['sha256'])}</code>")
        for one in files
    ]
    return _table(("file", "what", "bytes", "SHA-256"), rows)


def _earlier(earlier: Sequence[Document]) -> list[str]:
    if not earlier:
        return []
    rows = [
        (escape(one["file"]), escape(one["now"]), _moment(one["noticed_utc"]), f"<code>{escape(one['sha256'])}</code>")
        for one in earlier
    ]
    why = "<p>An earlier manifest of this folder listed these files otherwise. A repair or a later entry does that.</p>"
    return ["<h2>What was otherwise before</h2>", why, _table(("file", "now", "noticed", "SHA-256 before"), rows)]


def _how_to_check() -> str:
    return (
        f"<h2>How to check</h2><p>{_link(MANIFEST_NAME)} has the SHA-256 of every file. In this folder, on any "
        f"computer: <code>sha256sum -c {MANIFEST_NAME}</code>, or <code>seacorder verify .</code>, which checks the "
        "signature and compares the frames with what is listed here too.</p>"
    )


def _table(heads: Iterable[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return _NOTHING
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    lines = ["<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows]
    return "\n".join([f"<table><tr>{head}</tr>", *lines, "</table>"])


def _cell(text: str) -> str:
    is_number = text.replace(",", "").isdigit()
    return f'<td class="n">{text}</td>' if is_number else f"<td>{text}</td>"


def _number(count: int) -> str:
    return f"{count:,}"


def _moment(utc: str | None) -> str:
    return "not known" if utc is None else escape(utc.replace("T", " ")[:23])


def _link(name: str) -> str:
    target = quote(name, safe="", errors="surrogateescape")
    shown = escape(name.encode("utf-8", "replace").decode("utf-8"))
    return f'<a href="./{target}">{shown}</a>'
