"""`copies`: the targets of copies, with a bar for the file that is on its way, renewed until Ctrl-C."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from seacorder.base.duration import large_count_text
from seacorder.cli.live import show_live
from seacorder.client.recorder import RecorderClient

BAR_CHARACTERS = 30
_STATES = {
    "idle": "everything is copied",
    "copying": "copying",
    "waiting": "waits for the end of a recording or for the next try",
    "failed": "NOT COPYING",
}


def show_copies(url: str, *, once: bool, as_json: bool) -> None:
    """Prints it once, or live until Ctrl-C. Raises InspectorError when nobody answers at first."""
    with RecorderClient(url, timeout_seconds=5) as recorder:
        if as_json:
            print(json.dumps(recorder.copies_json(), indent=2))
        elif once or not sys.stdout.isatty():  # a table that is redrawn makes sense only in a terminal
            print("\n".join(lines_of(recorder.copies_json())))
        else:
            _live(recorder)


def _live(recorder: RecorderClient) -> None:
    from rich.text import Text

    show_live(lambda _: Text("\n".join(lines_of(recorder.copies_json()))))


def lines_of(copies: Mapping[str, Any]) -> list[str]:
    """What is printed, out of the answer of `/api/v1/copies`. Pure."""
    if not copies["items"]:
        return ["Nothing is copied. Write a [[copies]] table into the settings file."]
    return [line for target in copies["items"] for line in _target_lines(target)]


def _target_lines(target: Mapping[str, Any]) -> list[str]:
    lines = [f"{target['name']}  {target['address']}  {_STATES[target['state']]}"]
    if target["why"] is not None:
        lines.append(f"    {target['why']['fact']} {target['why']['action']}".rstrip())
    if target["behind_since_utc"] is not None:
        late = ", which is too long" if target["is_too_late"] else ""
        lines.append(f"    Not copied yet: {_behind(target)}, the oldest since {target['behind_since_utc']}{late}")
    lines.append(f"    Copied and compared: {_amount(target['copied_files'], target['copied_bytes'])}")
    if target["progress"] is not None:
        lines.append(f"    {bar_of(target['progress'])}")
    return lines


def _behind(target: Mapping[str, Any]) -> str:
    files = _amount(target["behind_files"], target["behind_bytes"]) if target["behind_files"] else ""
    folders = f"the end of {large_count_text(target['behind_folders'], 'folder')}" if target["behind_folders"] else ""
    return " and ".join(filter(None, (files, folders)))


def _amount(files: int, size: int) -> str:
    return f"{large_count_text(files, 'file')}, {size / 1e9:.2f} GB"


def bar_of(progress: Mapping[str, Any]) -> str:
    """A bar for one file: `[######----]  40 %  read back  Bow.mp4`."""
    share = min(1.0, progress["done_bytes"] / progress["bytes"]) if progress["bytes"] else 1.0
    full = round(share * BAR_CHARACTERS)
    what = "read back" if progress["is_checking"] else "sent"
    return f"[{'#' * full}{'-' * (BAR_CHARACTERS - full)}] {share:4.0%}  {what}  {progress['file']}"
