"""`recordings` and `recordings remove`: which recordings there are, and removing one. To a running recorder."""

import getpass
import json
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rich.progress import Progress

from seacorder.base.duration import large_count_text
from seacorder.base.errors import BadRequest, NotPossible
from seacorder.cli.streams import progress_bar
from seacorder.client.recorder import RecorderClient

ASK_SECONDS = 0.5
"""Between two questions how far a removal is."""


@dataclass(frozen=True, slots=True)
class RemovalWanted:
    """What somebody wants to be removed, and how."""

    recording_id: str
    verified_copy: str | None
    is_without_a_copy: bool
    by: str
    why: str
    is_sure: bool
    """It is not asked again."""

    def body(self, phrase: str) -> dict[str, Any]:
        """What is sent. `phrase`: what the recorder wants to be said."""
        said = {"verified_copy": self.verified_copy, "by": self.by or _user(), "why": self.why}
        if self.is_without_a_copy:
            said["phrase"] = phrase
        return {name: value for name, value in said.items() if value}


def list_recordings(url: str, *, as_json: bool) -> None:
    """Prints one line for each, oldest first, or one JSON object a line."""
    with RecorderClient(url) as recorder:
        removals = {one["recording_id"]: one for one in recorder.all_rows("removals")}
        has_any = False
        for one in recorder.all_rows("recordings"):
            has_any, removal = True, removals.get(one["id"])
            print(json.dumps(one | {"removal": removal}) if as_json else _line_of(one, removal))
        if not has_any and not as_json:
            print("Nothing has been recorded yet.")


def remove_recording(url: str, wanted: RemovalWanted, *, as_json: bool) -> bool:
    """Says what will go, asks, and removes it. True when it is gone. Raises InspectorError, BadRequest, NotPossible."""
    if wanted.verified_copy is not None and wanted.is_without_a_copy:
        raise BadRequest("--verified-copy and --without-a-copy contradict each other.", "Give one of them.")
    with RecorderClient(url) as recorder:
        plan = recorder.removal(wanted.recording_id)
        if plan["state"] == "waiting":
            if wanted.verified_copy is None and not wanted.is_without_a_copy and not plan["copies"]:
                raise BadRequest(
                    "Nothing is removed of which no copy is verified.",
                    "Name a copy with --verified-copy FOLDER; or say --without-a-copy.",
                    field="verified-copy",
                )
            if not as_json:
                _print_plan(plan, wanted)
            _make_sure(wanted)
            plan = recorder.remove_recording(wanted.recording_id, wanted.body(plan["phrase"]))
        ended = _wait(recorder, plan)
    if as_json:
        print(json.dumps(ended))
    else:
        _print_end(ended)
    return bool(ended["state"] == "removed")


def list_missing(url: str, *, as_json: bool) -> None:
    """Prints one line for each file that is missing, oldest first, or one JSON object a line."""
    with RecorderClient(url) as recorder:
        for one in recorder.all_rows("absences"):
            if as_json:
                print(json.dumps(one))
            elif one["back_utc"] is None:
                print(_missing_line(one))


def acknowledge(url: str, named: str, by: str, *, as_json: bool) -> None:
    """Says that somebody knows. Raises InspectorError where nothing of it is missing."""
    with RecorderClient(url) as recorder:
        rows = recorder.acknowledge(named, by or _user())
    for one in rows:
        print(json.dumps(one) if as_json else _missing_line(one))


def _missing_line(one: dict[str, Any]) -> str:
    by = f" by {one['seen_by']}" if one["seen_by"] else ""
    seen = f"known{by}" if one["seen_utc"] else "nobody has said that he knows"
    return f"{one['path']}  missing since {one['noticed_utc'][:19]}Z  {seen}"


def _print_plan(plan: dict[str, Any], wanted: RemovalWanted) -> None:
    size = f"{large_count_text(plan['files'], 'file')}, {plan['bytes']:,} bytes"
    print(f"Recording {plan['recording_id']}: {size}, in")
    for folder in plan["folders"]:
        print(f"  {folder}")
    for path in plan["left"]:
        print(f"  stays, because nothing says that it belongs to the recording: {path}")
    if plan["copies"]:
        print(f"Verified copies: {'; '.join(plan['copies'])}")
        if wanted.verified_copy is None and not wanted.is_without_a_copy:
            print("One of them is read and compared first. If none is complete now, nothing goes.")
    elif wanted.is_without_a_copy:
        print("NO COPY IS VERIFIED. What is removed is gone.")
    if wanted.verified_copy is not None:
        print(f"Each file is compared with the copy in {wanted.verified_copy} first. If one differs, nothing goes.")


def _make_sure(wanted: RemovalWanted) -> None:
    if wanted.is_sure:
        return
    if not sys.stdin.isatty():
        raise BadRequest("Nobody can be asked here.", "Add --yes.")
    if input("Remove it? Write yes: ").strip().lower() != "yes":
        raise NotPossible("Nothing was removed.")


def _wait(recorder: RecorderClient, plan: dict[str, Any]) -> dict[str, Any]:
    pause = threading.Event()
    with progress_bar() as progress:
        bar = progress.add_task("Comparing with the copy", total=None)
        while plan["state"] in {"verifying", "removing"}:
            _show(progress, bar, plan)
            pause.wait(ASK_SECONDS)
            plan = recorder.removal(plan["recording_id"])
    return plan


def _show(progress: Progress, bar: Any, plan: dict[str, Any]) -> None:
    if plan["state"] == "removing":
        progress.update(bar, description="Removing", total=None)
    else:
        progress.update(bar, completed=plan["compared_bytes"], total=plan["to_compare_bytes"] or None)


def _print_end(ended: dict[str, Any]) -> None:
    if ended["state"] == "removed":
        print(f"Removed: {large_count_text(ended['files'], 'file')}, {ended['bytes']:,} bytes. {_proof(ended)}")
        return
    hindrance = ended["hindrance"] or {"fact": "It was not removed.", "action": "Look at the events."}
    print(f"NOT removed, nothing was changed. {hindrance['fact']} {hindrance['action']}".rstrip())


def _proof(removal: dict[str, Any]) -> str:
    copies = removal["copies"]
    if not copies:
        return "No copy was verified."
    return f"Verified {'copy' if len(copies) == 1 else 'copies'}: {'; '.join(copies)}"


def _line_of(one: dict[str, Any], removal: dict[str, Any] | None) -> str:
    end = (one["end_utc"] or "")[11:19] or "now"
    size = f"{large_count_text(one['parts'], 'file')}, {one['bytes']:,} bytes"
    line = f"{one['id']}  {one['start_utc'][:19]}Z to {end}  {one['state']}  {size}"
    if removal is None:
        return line
    by = f" by {removal['by']}" if removal["by"] else ""
    why = f" ({removal['why']})" if removal["why"] else ""
    return f"{line}\n  removed {removal['utc'][:19]}Z{by}{why}. {_proof(removal)}"


def _user() -> str:
    """Whoever runs the command; empty where the system does not say."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return ""
