"""`recording.json` and `time.json`: what a folder of recorded files says of itself. Pure.

Every time is there twice, for people and exactly, as in the files of observations. docs/reference/folder.md has each
key; `VERSION` grows when a key changes its meaning.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from seacorder.evidence.folder_contents import FolderContents, belongs_to
from seacorder.model.completion import ClockSample, FileHashed, RecordingClock
from seacorder.model.instant import iso_utc
from seacorder.model.loss import missing_documents
from seacorder.model.recording import Clip, Part, Recording, RecordingState
from seacorder.model.removal import Removal

VERSION = 1
RECORDING_WORD, TIME_WORD = "seacorder_recording", "seacorder_time"
TIME_RULE = (
    "The time of a frame is first_frame_utc_ns of its file's note, plus its position in the file, minus the position "
    "at which the first picture is shown. first_frame_utc_ns is when the frame arrived, by this computer's clock, "
    "less the delay of the network as far as the least delayed frames show it. A file keeps the clock with which it "
    "began; what begins after a step of the clock follows the new one."
)
FRAME_ERROR = (
    "A few milliseconds on a quiet network. The delay inside a camera (exposure, encoding) cannot be seen from outside "
    "and is not taken off."
)

Document = dict[str, Any]


def text_of(document: Mapping[str, Any]) -> bytes:
    """The document as a file: JSON in ASCII, indented."""
    return json.dumps(document, indent=1, ensure_ascii=True).encode("ascii") + b"\n"


def read_document(data: bytes, word: str) -> Document | None:
    """The document in a file; None if it is none, or of a later version."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get(word) == VERSION else None


def recording_document(contents: FolderContents, hashed: Sequence[FileHashed], earlier: Sequence[Document]) -> Document:
    """Everything but who made it and when."""
    rows = [row for row in contents.rows.values() if not _is_of_gone(row)]
    ids = sorted({one for row in rows if (one := belongs_to(row)) is not None})
    outside = [row for row in contents.of_kind(Clip) if belongs_to(row) is None]
    return {
        RECORDING_WORD: VERSION,
        "folder": contents.folder.name,
        "recordings": [_recording(identifier, contents) for identifier in ids],
        "clips": [_video(row, contents) for row in _ordered(outside)],
        "observations": [_observation(name, one) for name, one in contents.observations],
        "files": [_file(one, contents) for one in sorted(hashed, key=lambda one: Path(one.path).name)],
        "earlier": list(earlier),
        **_removed(contents),
    }


def time_document(clocks: Iterable[RecordingClock], before: Document | None) -> Document:
    """The clock during each recording; those of an earlier statement stay in it."""
    found = {one.get("id"): one for one in (before or {}).get("recordings", []) if isinstance(one, dict)}
    for clock in clocks:
        if clock.samples:
            found[clock.recording_id] = _clock(clock)
    return {
        TIME_WORD: VERSION,
        "rule": TIME_RULE,
        "frame_uncertainty": FRAME_ERROR,
        "recordings": [found[identifier] for identifier in sorted(found, key=str)],
    }


def _recording(identifier: str, contents: FolderContents) -> Document:
    mine = [row for row in contents.rows.values() if belongs_to(row) == identifier]
    parts = [row for row in mine if isinstance(row, Part)]
    row = next((row for row in mine if isinstance(row, Recording)), None)
    start_ns = row.start_utc_ns if row else min((one.start_utc_ns for one in parts), default=0)
    end_ns = row.end_utc_ns if row else max((one.end_utc_ns or 0 for one in parts), default=0)
    return {
        "id": identifier,
        **_time("start", start_ns),
        **_time("end", end_ns),
        "state": row.state.value if row else None,
        "continues": row.continues if row else None,
        "context": dict(contents.contexts.get(identifier, {})),
        "channels": sorted({one.channel for one in parts}),
        "parts": [_video(one, contents) for one in _ordered(parts)],
        "clips": [_video(one, contents) for one in _ordered(row for row in mine if isinstance(row, Clip))],
        "losses": missing_documents(mine),
    }


def _removed(contents: FolderContents) -> Document:
    """Recordings whose files were removed from this folder; nothing where there are none."""
    rows = sorted((row for row in contents.rows.values() if isinstance(row, Removal)), key=lambda row: row.utc_ns)
    found = [
        {
            "recording_id": row.recording_id,
            **_time("removed", row.utc_ns),
            "by": row.ordered_by,
            "why": row.why,
            "copies": list(row.copy_places),
            "files": names,
        }
        for row in rows if (names := sorted(_names_here(row, contents)))
    ]
    return {"removed": found} if found else {}


def removed_names(contents: FolderContents) -> set[str]:
    """The names of all files that were removed from this folder with their recordings."""
    return {name for row in contents.rows.values() if isinstance(row, Removal) for name in _names_here(row, contents)}


def _names_here(row: Removal, contents: FolderContents) -> set[str]:
    paths = [Path(one.path) for one in row.removed_files]
    return {path.name for path in paths if path.parent.name == contents.folder.name}


def _is_of_gone(row: object) -> bool:
    """Rows that may be in the account of a folder in which the recording never was."""
    return isinstance(row, Removal) or (isinstance(row, Recording) and row.state is RecordingState.REMOVED)


def _ordered(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: (row.channel, getattr(row, "number", 0), row.start_utc_ns))


def _video(row: Part | Clip, contents: FolderContents) -> Document:
    path = Path(row.path)
    kind: Document = {"number": row.number} if isinstance(row, Part) else {"id": row.id, "kind": row.kind.value}
    return {
        "channel": row.channel,
        **kind,
        "file": path.name,
        "folder": _from_here(path.parent, contents.folder),
        **_time("start", row.start_utc_ns),
        **_time("end", row.end_utc_ns),
        "first_frame": row.first_frame,
        "frames": row.frames,
        "bytes": row.bytes,
        "state": row.state.value,
    }


def _from_here(folder: Path, here: Path) -> str:
    """`.` for this folder; else the way from here to the other one."""
    try:
        return Path(os.path.relpath(folder, here)).as_posix()
    except ValueError:  # on another drive of Windows
        return str(folder)


def _observation(name: str, one: Any) -> Document:
    return {
        "file": name,
        "number": one.number,
        "code": one.code,
        "label": one.label,
        "state": one.now.state.value,
        **_time("start", one.start.utc_ns),
        "text": one.now.text,
        "recording_id": one.recording_id,
    }


def _file(one: FileHashed, contents: FolderContents) -> Document:
    name = Path(one.path).name
    return {
        "file": name,
        "what": contents.kind_of(name),
        "bytes": one.bytes,
        "modified_utc_ns": one.modified_ns,
        "sha256": one.sha256,
    }


def _time(name: str, utc_ns: int | None) -> Document:
    text = None if utc_ns is None else iso_utc(utc_ns, digits=6)
    return {f"{name}_utc": text, f"{name}_utc_ns": utc_ns}


def _clock(clock: RecordingClock) -> Document:
    states = [one.state for one in clock.samples]
    was_set = all(state.is_known and state.is_synchronised and state.most_ns is not None for state in states)
    most_ns = max((state.most_ns or 0 for state in states), default=0) if was_set else None
    return {
        "id": clock.recording_id,
        "clock_was_synchronised": was_set,
        "clock_uncertainty_ns": most_ns,
        "uncertainty": uncertainty_sentence(most_ns, is_known=all(state.is_known for state in states)),
        "samples": [_sample(one) for one in clock.samples],
    }


def uncertainty_sentence(most_ns: int | None, *, is_known: bool) -> str:
    """How far the computer's clock was off at most, for a person."""
    if most_ns is not None:
        return f"The computer's clock was set by a time source throughout, and off by at most {most_ns / 1e6:.1f} ms."
    if not is_known:
        return "The system does not tell whether a time source set its clock: compare it with a clock that is right."
    return (
        "The computer's clock was not set by a time source all the time: it was as right as whoever set it. Compare "
        "it with a clock that is right."
    )


def _sample(one: ClockSample) -> Document:
    step = {"step_ns": one.step_ns} if one.step_ns else {}
    return {
        "at": one.at,
        **_time("clock", one.utc_ns),
        "monotonic_ns": one.monotonic_ns,
        **step,
        "clock": asdict(one.state),
        "cameras": [asdict(camera) for camera in one.cameras],
        "sources": [asdict(source) for source in one.sources],
    }
