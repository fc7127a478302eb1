"""Whatever the catalogue and the files disagree on is told, and nothing else."""

from dataclasses import replace

import pytest

from seacorder.cli.agreement import Catalogued, FilesFound, disagreements, open_files
from seacorder.cli.losses import ListedMissing
from seacorder.model.file_note import FileNote
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import Clip, FileKind, FileState, Framegrab, Part
from seacorder.model.removal import Removal, RemovalState
from seacorder.model.report import FileExamined

FIRST = Part("r1", "Bow", 1, "/d/1.mp4", 0, 100, 0, 50, 700, FileState.WHOLE)
SECOND = Part("r1", "Bow", 2, "/d/2.mp4", 100, 200, 50, 50, 700, FileState.WHOLE)
CLIP = Clip("c1", "Bow", FileKind.CLIP, "/d/c.mp4", 0, 9, 0, 5, 70, FileState.WHOLE)
REMEDY = "Stop Seacorder and run `seacorder catalogue rebuild`, so that the list of recordings says so too."
STILL = Framegrab("f1", "Bow", "/d/f.jpg", 5, 4, 3, 8, 8, 90)
LOSS = Loss("Bow", 90, 110, 7, LossCause.RECONNECT, "r1")


def examined(row: Part | Clip, **changes: object) -> FileExamined:
    is_part = isinstance(row, Part)
    note = FileNote(FileKind.RECORDING if is_part else row.kind, row.channel, row.recording_id if is_part else row.id,
                    row.number if is_part else 1, row.first_frame, row.start_utc_ns)
    file = FileExamined(row.path, FileState.WHOLE, note=note, frames=row.frames, bytes=row.bytes)
    return replace(file, **changes)


def on_disk(*files: FileExamined, sizes: dict[str, int] | None = None) -> FilesFound:
    return FilesFound({file.path: file for file in files}, sizes or {})


def told(catalogued: Catalogued, found: FilesFound) -> list[str]:
    return [fault.sentence for fault in disagreements(catalogued, found)]


def test_what_was_removed_is_not_missing_and_is_told_when_it_is_there_again() -> None:
    removal = Removal("r1", 0, 200, 300, RemovalState.REMOVED, "Ines", "", "", 2, 1400, "[]")
    still = replace(STILL, recording_id="r1")
    catalogued = Catalogued((FIRST, SECOND), (CLIP,), (still,), removals=(removal,))
    assert told(catalogued, on_disk(examined(CLIP))) == []
    assert told(replace(catalogued, removals=()), on_disk(examined(CLIP))) != []
    (only,) = told(catalogued, on_disk(examined(CLIP), examined(SECOND)))
    assert only == f"This file of Bow is there, though its recording r1 was removed. {REMEDY}"
    half = replace(removal, state=RemovalState.REMOVING)
    assert told(replace(catalogued, removals=(half,)), on_disk(examined(CLIP), examined(SECOND))) == []


def test_what_agrees_is_not_told() -> None:
    catalogued = Catalogued((FIRST, SECOND), (CLIP,), (STILL,))
    found = on_disk(examined(FIRST, start_utc_ns=900), examined(SECOND), examined(CLIP), sizes={"/d/f.jpg": 90})
    assert told(catalogued, found) == []


def test_a_repaired_file_may_begin_later_and_not_earlier() -> None:
    row = replace(FIRST, state=FileState.REPAIRED, start_utc_ns=5_000_000_000)
    for start_utc_ns, faults in ((9_000_000_000, 0), (1_000_000_000, 1)):
        file = examined(row, state=FileState.REPAIRED, start_utc_ns=start_utc_ns)
        assert len(told(Catalogued((row,)), on_disk(file))) == faults


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"frames": 49}, "has 49 frames, the list of recordings says 50."),
    ({"bytes": 699}, "has 699 bytes, the list of recordings says 700."),
    (
        {"state": FileState.INTERRUPTED},
        "was cut off, though it is listed as whole. `seacorder repair` makes an ordinary file of it.",
    ),
    ({"state": None, "sentence": "Nothing in it can be read."}, "cannot be read: Nothing in it can be read."),
    ({"note": None}, "what it says of itself differs."),
    (
        {"start_utc_ns": 2_000_000},
        "says that it begins at 1970-01-01T00:00:00.002000Z, the list of recordings says 1970-01-01T00:00:00.000000Z.",
    ),
])
def test_a_file_that_differs(changes, sentence) -> None:
    (only,) = told(Catalogued((FIRST,)), on_disk(examined(FIRST, **changes)))
    assert only.startswith("File 1 of Bow, recording r1,")
    assert only.endswith(sentence) or sentence in only


def test_damage_inside_of_a_file_is_told_unless_it_is_being_written() -> None:
    catalogued = Catalogued((FIRST,), framegrabs=(STILL,))
    damage = {"/d/1.mp4": "is damaged.", "/d/f.jpg": "is damaged too."}
    found = FilesFound({"/d/1.mp4": examined(FIRST)}, {"/d/f.jpg": 90}, damage)
    assert told(catalogued, found) == [
        "File 1 of Bow, recording r1, is damaged.", "The framegrab of Bow is damaged too."
    ]
    assert told(Catalogued((replace(FIRST, state=FileState.OPEN),)), replace(found, sizes={})) == []
    assert "This recording of Bow is damaged." in told(Catalogued(), found)
    (holed,) = told(Catalogued((FIRST,), missing=ListedMissing((LOSS,))), replace(found, sizes={}))
    assert holed.endswith("is damaged. Frames in it are listed as lost; those after a lost one may not be decodable.")


def test_files_that_are_gone() -> None:
    sentences = told(Catalogued((FIRST,), (CLIP,), (STILL,)), on_disk())
    called = ["File 1 of Bow, recording r1, ", "The clip of Bow, c1, ", "The framegrab of Bow "]
    assert [sentence.partition("is missing: no file in the folders")[0] for sentence in sentences] == called
    assert all("bring it back" in sentence for sentence in sentences)


def test_files_that_were_moved_are_known_by_what_they_say_of_themselves() -> None:
    part, clip = examined(FIRST, path="/e/dive.mp4"), examined(CLIP, path="/e/c.mp4", frames=4)
    found = replace(on_disk(part, clip), stills={"/e/f.jpg": replace(STILL, path="/e/f.jpg")})
    told_of = told(Catalogued((FIRST,), (CLIP,), (STILL,)), found)
    assert told_of == [
        f"File 1 of Bow, recording r1, was moved to /e/dive.mp4. {REMEDY}",
        f"The clip of Bow, c1, was moved to /e/c.mp4. {REMEDY}",
        "The clip of Bow, c1, has 4 frames, the list of recordings says 5.",
        f"The framegrab of Bow was moved to /e/f.jpg. {REMEDY}",
    ]


def test_a_copy_of_a_file_that_is_where_it_was_is_no_move() -> None:
    (only,) = told(Catalogued((FIRST,)), on_disk(examined(FIRST), examined(FIRST, path="/e/copy.mp4")))
    assert only == "This recording of Bow is not in the list of recordings."


def test_a_file_of_which_the_disk_took_nothing_is_not_gone() -> None:
    refused = replace(FIRST, state=FileState.INTERRUPTED, frames=0, bytes=0)
    assert told(Catalogued((refused,)), on_disk()) == []


def test_a_still_of_another_size() -> None:
    assert "has 80 bytes, the list of recordings says 90" in told(
        Catalogued(framegrabs=(STILL,)), on_disk(sizes={"/d/f.jpg": 80})
    )[0]


def test_a_file_that_the_catalogue_does_not_know() -> None:
    assert told(Catalogued(), on_disk(examined(FIRST))) == ["This recording of Bow is not in the list of recordings."]
    assert told(Catalogued(), on_disk(examined(FIRST, note=None))) == []


def test_a_gap_between_parts_needs_a_loss() -> None:
    late = replace(SECOND, first_frame=57)
    found = on_disk(examined(FIRST), examined(late))
    (only,) = told(Catalogued((FIRST, late)), found)
    assert "begins with frame 57 instead of 50, and no loss is listed for the frames between." in only
    assert told(Catalogued((FIRST, late), missing=ListedMissing((LOSS,))), found) == []
    assert told(Catalogued((FIRST, late), missing=ListedMissing((replace(LOSS, channel="Stern"),))), found) != []


def test_a_part_that_is_missing_in_the_row() -> None:
    third = replace(SECOND, number=3)
    (only,) = told(Catalogued((FIRST, third)), on_disk(examined(FIRST), examined(third)))
    assert only.endswith("is followed by file 3: file 2 is missing.")


def test_what_is_being_written_is_not_compared_but_counted() -> None:
    running = replace(FIRST, state=FileState.OPEN)
    catalogued = Catalogued((running,))
    assert told(catalogued, on_disk(examined(FIRST, state=FileState.INTERRUPTED, frames=99))) == []
    assert open_files(catalogued) == ["/d/1.mp4"]
