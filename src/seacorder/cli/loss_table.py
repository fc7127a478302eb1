"""`seacorder losses`: what is missing from a recording, as a table for people or as CSV for a report."""

import csv
import dataclasses
import json
import sys
from collections.abc import Sequence
from datetime import datetime

from seacorder.base.duration import large_count_text
from seacorder.base.errors import BadRequest
from seacorder.client.answers import LossAnswer
from seacorder.client.recorder import RecorderClient

_HEAD = ("channel", "from (UTC)", "to (UTC)", "seconds", "frames", "cause", "detail")


def show_losses(url: str, recording: str | None, *, of_all: bool, as_csv: bool, as_json: bool) -> None:
    """Prints the losses of a recording: of the one that runs or ran last, unless another one is named. After a power
    cut that one continues another, whose losses then come first. Raises InspectorError, and BadRequest for a recording
    that is not in the list.
    """
    with RecorderClient(url) as recorder:
        wanted = [] if of_all else [recording] if recording else recorder.newest_recordings()
        losses = recorder.losses() if of_all else [one for each in reversed(wanted) for one in recorder.losses(each)]
        if recording and not of_all and not losses and not recorder.has_recording(recording):
            raise BadRequest(
                f"There is no recording {recording} in the list of recordings.",
                "An id says when the recording began (UTC), such as 20260504T030201.000Z. The column recording_id of "
                "`seacorder losses --all --csv` has those that have lost something, /api/v1/recordings has all.",
            )
    if as_json:
        print(json.dumps([dataclasses.asdict(one) for one in losses]))
    elif as_csv:
        _print_csv(losses)
    else:
        _print_table(losses, "what was recorded" if of_all else _called(wanted))


def _called(recordings: Sequence[str]) -> str | None:
    """The newest recording, and those that it continues; None without any."""
    if not recordings:
        return None
    newest, *before = recordings
    return f"recording {newest}" + (f" and what it continues ({', '.join(before)})" if before else "")


def _print_csv(losses: list[LossAnswer]) -> None:
    """One line each, with the names and values of the API."""
    names = [field.name for field in dataclasses.fields(LossAnswer)]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([getattr(one, name) for name in names] for one in losses)


def _print_table(losses: list[LossAnswer], of: str | None) -> None:
    if of is None:
        print("Nothing has been recorded yet.")
        return
    if not losses:
        print(f"Nothing is missing from {of}.")
        return
    rows = [_HEAD, *map(_cells, losses)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD) - 1)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip())
    print(f"{_total(losses)}, missing from {of}.")


def _total(losses: list[LossAnswer]) -> str:
    """Losses, frames and seconds; where frames could not be counted, that too."""
    counts = [one.frames for one in losses if one.frames is not None]
    frames = large_count_text(sum(counts), "frame") if counts else "how many frames is not known"
    not_counted = len(losses) - len(counts)
    rest = f"; {not_counted:,} of them could not be counted" if counts and not_counted else ""
    return f"{large_count_text(len(losses), 'loss', 'losses')}, {frames}, {sum(map(_seconds, losses)):,.1f} s{rest}"


def _cells(one: LossAnswer) -> tuple[str, ...]:
    frames = "?" if one.frames is None else str(one.frames)
    begin, end = (text.replace("T", " ").rstrip("Z")[:21] for text in (one.from_utc, one.to_utc))
    return one.channel, begin, end, f"{_seconds(one):.1f}", frames, one.cause, one.detail


def _seconds(one: LossAnswer) -> float:
    begin, end = (datetime.fromisoformat(text) for text in (one.from_utc, one.to_utc))
    return (end - begin).total_seconds()
