"""A storage root of version 0.1.0 is read today as it was written: catalogue, accounts, videos, stills, subtitles."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.evidence.check import check_file, still_damage
from seacorder.evidence.rebuild import read_folders
from seacorder.evidence.repair import repair
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import Clip, FileKind, FileState, Framegrab, Part, Recording, RecordingState

MADE = Path(__file__).parent / "made_by_0_1_0"
ROOT = "/srv/dive/files"
"""Where the folder was when it was written."""
FIRST, SECOND = "20261126T092133.829Z", "20261126T092143.544Z"
FOLDER, SECOND_FOLDER = "DATA_20261126092133829", "DATA_20261126092143544"
RECORDINGS = (
    Recording(FIRST, 1795684893829579767, 1795684902321344896, RecordingState.FINISHED),
    Recording(SECOND, 1795684903544850751, None, RecordingState.RUNNING),
)
BOW = Part(
    recording_id=FIRST,
    channel="Bow",
    number=1,
    path=f"{ROOT}/{FOLDER}/20261126092133829@Bow.mp4",
    start_utc_ns=1795684893276257133,
    end_utc_ns=1795684896876257133,
    first_frame=20,
    frames=19,
    bytes=33203,
    state=FileState.REPAIRED,
)
STERN = Part(
    recording_id=FIRST,
    channel="Stern",
    number=1,
    path=f"{ROOT}/{FOLDER}/20261126092133829@Stern.mp4",
    start_utc_ns=1795684893877066812,
    end_utc_ns=1795684902277058776,
    first_frame=18,
    frames=43,
    bytes=44266,
    state=FileState.WHOLE,
)
BOW_2 = Part(
    recording_id=FIRST,
    channel="Bow",
    number=2,
    path=f"{ROOT}/{FOLDER}/20261126092133829@Bow_002.mp4",
    start_utc_ns=1795684900120003098,
    end_utc_ns=1795684902283542074,
    first_frame=0,
    frames=12,
    bytes=23641,
    state=FileState.WHOLE,
)
OPEN_BOW = Part(
    recording_id=SECOND,
    channel="Bow",
    number=1,
    path=f"{ROOT}/{SECOND_FOLDER}/20261126092143544@Bow.mp4",
    start_utc_ns=1795684903083525925,
    end_utc_ns=None,
    first_frame=15,
    frames=0,
    bytes=0,
    state=FileState.OPEN,
)
OPEN_STERN = replace(
    OPEN_BOW,
    channel="Stern",
    path=f"{ROOT}/{SECOND_FOLDER}/20261126092143544@Stern.mp4",
    start_utc_ns=1795684903677059016,
    first_frame=67,
)
LEFT_OPEN = (
    replace(OPEN_BOW, end_utc_ns=1795684905683525925, frames=14, bytes=23148),
    replace(OPEN_STERN, end_utc_ns=1795684906077059016, frames=13, bytes=14626),
)
"""The two files that were open when the program was killed, with what is in them."""
CLIPS = (
    Clip(
        id="20261126T092135.841Z",
        channel="Bow",
        kind=FileKind.CLIP,
        path=f"{ROOT}/{FOLDER}/20261126092135841@Bow_anomaly.mp4",
        start_utc_ns=1795684889319534184,
        end_utc_ns=1795684897276256763,
        first_frame=0,
        frames=41,
        bytes=70409,
        state=FileState.WHOLE,
        recording_id=FIRST,
    ),
    Clip(
        id="20261126T092135.841Z",
        channel="Stern",
        kind=FileKind.CLIP,
        path=f"{ROOT}/{FOLDER}/20261126092135841@Stern_anomaly.mp4",
        start_utc_ns=1795684890284169414,
        end_utc_ns=1795684897277066772,
        first_frame=0,
        frames=36,
        bytes=38338,
        state=FileState.WHOLE,
        recording_id=FIRST,
    ),
)
STILLS = (
    Framegrab(
        id="20261126T092137.315Z",
        channel="Bow",
        path=f"{ROOT}/{FOLDER}/20261126092137315@Bow.jpg",
        instant_utc_ns=1795684897315979744,
        frame_utc_ns=1795684897276257033,
        frame=40,
        width=320,
        height=160,
        bytes=11124,
        recording_id=FIRST,
    ),
    Framegrab(
        id="20261126T092137.315Z",
        channel="Stern",
        path=f"{ROOT}/{FOLDER}/20261126092137315@Stern.jpg",
        instant_utc_ns=1795684897315979744,
        frame_utc_ns=1795684897277066411,
        frame=35,
        width=64,
        height=48,
        bytes=4427,
        recording_id=FIRST,
    ),
)
LOSSES = (
    Loss(
        channel="Bow",
        from_utc_ns=1795684896876257133,
        to_utc_ns=1795684900120003098,
        frames=15,
        cause=LossCause.WORKER_KILLED,
        recording_id=FIRST,
        detail="The worker of Bow was lost. It was ended by signal 9. The count is an estimate.",
    ),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy, which may be changed."""
    return Path(shutil.copytree(MADE, tmp_path / "files"))


def test_the_catalogue_opens_and_has_every_row(root: Path) -> None:
    catalogue = Catalogue(root / "seacorder.db", FakeClock())
    catalogue.open()
    try:
        page = Page()
        assert catalogue.set_aside is None
        assert catalogue.rows(Recording, page).items == RECORDINGS
        assert set(catalogue.rows(Part, page).items) == {BOW, STERN, BOW_2, OPEN_BOW, OPEN_STERN}
        assert set(catalogue.rows(Clip, page).items) == set(CLIPS)
        assert set(catalogue.rows(Framegrab, page).items) == set(STILLS)
        assert catalogue.rows(Loss, page).items == LOSSES
        kinds = [event.kind for event in catalogue.events()]
        assert (len(kinds), kinds[0], kinds[-1]) == (27, "program_started", "recording_started")
        unfinished = catalogue.unfinished()
        assert unfinished.recordings == RECORDINGS[1:]
        assert set(unfinished.parts) == {OPEN_BOW, OPEN_STERN}
    finally:
        catalogue.close()


def test_files_and_accounts_alone_give_the_same_rows(root: Path) -> None:
    (root / "seacorder.db").unlink()
    rows = [
        row if isinstance(row, Recording | Loss) else replace(row, path=row.path.replace(str(root), ROOT))
        for row in read_folders([root])
    ]
    assert rows == [*RECORDINGS, *CLIPS, BOW, STERN, BOW_2, *LEFT_OPEN, *STILLS, *LOSSES]


def test_every_file_is_read_to_its_end_and_none_is_called_damaged(root: Path) -> None:
    rows = [*CLIPS, BOW, STERN, BOW_2, *(replace(part, state=FileState.INTERRUPTED) for part in LEFT_OPEN)]
    for row in rows:
        read = check_file(root / Path(row.path).relative_to(ROOT), decodes=True)
        facts = read.facts
        assert (read.damage, facts.state, facts.frames, facts.bytes) == ("", row.state, row.frames, row.bytes)
        assert facts.note is not None
        assert (facts.note.channel, facts.note.first_frame) == (row.channel, row.first_frame)
    assert [still_damage(root / Path(still.path).relative_to(ROOT)) for still in STILLS] == ["", ""]


def test_the_files_that_were_left_open_are_repaired_whole(root: Path) -> None:
    for part in LEFT_OPEN:
        path = root / Path(part.path).relative_to(ROOT)
        repaired = repair(path)
        assert repaired is not None
        assert (repaired.damage, repaired.original) == ((), None)
        facts = check_file(path, decodes=True).facts
        assert (facts.state, facts.frames, facts.newest_frame_utc_ns) == (
            FileState.REPAIRED,
            part.frames,
            part.end_utc_ns,
        )


def test_subtitles_lie_beside_the_videos(root: Path) -> None:
    text = (root / FOLDER / "20261126092135841@Bow_anomaly.srt").read_text(encoding="utf-8")
    assert text == "1\n00:00:06,800 --> 00:00:08,200\nDepth 12.3 m\n\n"
