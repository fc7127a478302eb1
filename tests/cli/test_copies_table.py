"""`copies`: what is printed of targets, with a bar for the file that is on its way."""

from typing import Any

from seacorder.cli.copies_table import bar_of, lines_of

TARGET: dict[str, Any] = {
    "name": "NAS", "address": "/nas", "state": "idle", "since_utc": "2026-05-04T03:02:01.000000Z", "why": None,
    "behind_files": 0, "behind_bytes": 0, "behind_folders": 0, "behind_since_utc": None, "is_too_late": False,
    "progress": None, "copied_files": 1_234, "copied_bytes": 56_780_000_000, "newest_utc": None,
}


def test_a_target_where_all_is_copied() -> None:
    assert lines_of({"items": [TARGET]}) == [
        "NAS  /nas  everything is copied", "    Copied and compared: 1,234 files, 56.78 GB",
    ]


def test_a_target_that_fails_and_is_behind() -> None:
    why = {"fact": "NAS: /nas is full.", "action": "Make room there."}
    behind = {"behind_files": 3, "behind_bytes": 2_500_000_000, "behind_folders": 1, "is_too_late": True,
              "behind_since_utc": "2026-05-04T03:02:01.000000Z"}
    lines = lines_of({"items": [{**TARGET, "state": "failed", "why": why, **behind}]})
    assert lines[:3] == [
        "NAS  /nas  NOT COPYING",
        "    NAS: /nas is full. Make room there.",
        ("    Not copied yet: 3 files, 2.50 GB and the end of 1 folder, the oldest since 2026-05-04T03:02:01.000000Z, "
         "which is too long"),
    ]


def test_the_bar_of_a_file() -> None:
    progress = {"file": "Bow.mp4", "done_bytes": 40, "bytes": 100, "is_checking": False}
    assert bar_of(progress) == f"[{'#' * 12}{'-' * 18}]  40%  sent  Bow.mp4"
    assert bar_of(progress | {"done_bytes": 0, "bytes": 0, "is_checking": True}).endswith("] 100%  read back  Bow.mp4")
    assert lines_of({"items": [{**TARGET, "state": "copying", "progress": progress}]})[-1].strip() == bar_of(progress)


def test_without_targets_it_says_what_to_write() -> None:
    assert "[[copies]]" in lines_of({"items": []})[0]
