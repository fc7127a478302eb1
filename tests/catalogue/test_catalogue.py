"""What is recorded is found again, once, and nothing that records ever waits."""

import asyncio
import logging
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from catalogue.rows import CLIP, FRAMEGRAB, LOSS, RECORDING, event, part
from fakes.clock import FakeClock
from seacorder.base.errors import CatalogueFailed
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.model.capture_time import PartAnchor
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import Clip, FileKind, FileState, Framegrab, Part, Recording, RecordingState
from seacorder.model.settings import PathTemplates, RecorderSettings, StoredSettings
from seacorder.model.volume import MarkedFolder
from seacorder.storage.volumes import MarkedFolders, write_mark

ALL = Page()


@pytest.mark.parametrize("is_unconfirmed", [False, True])
async def test_an_anchor_comes_back_equal(is_unconfirmed: bool, catalogue: Catalogue) -> None:
    row = PartAnchor(RECORDING.id, "Bow", 2, 5, -7, "one start", 11, is_unconfirmed=is_unconfirmed)
    catalogue.record(row)
    await catalogue.flush()
    assert catalogue.anchors(RECORDING.id) == (row,)


async def test_every_kind_of_row_comes_back_equal(catalogue: Catalogue) -> None:
    catalogue.record(RECORDING)
    catalogue.record(part())
    catalogue.record(CLIP)
    catalogue.record(FRAMEGRAB)
    catalogue.record(LOSS)
    catalogue.record_event(event(5))
    await catalogue.flush()
    assert catalogue.rows(Recording, ALL).items == (RECORDING,)
    assert catalogue.recording(RECORDING.id) == RECORDING
    assert catalogue.recording("another") is None
    assert catalogue.rows(Part, ALL).items == (part(),)
    assert catalogue.rows(Clip, ALL).items == (CLIP,)
    assert catalogue.rows(Framegrab, ALL).items == (FRAMEGRAB,)
    assert catalogue.rows(Loss, ALL).items == (LOSS,)
    assert catalogue.events() == [event(5)]
    assert catalogue.newest_event_cursor() == 5


async def test_a_later_value_replaces_the_row(catalogue: Catalogue) -> None:
    grown = replace(part(), frames=99, bytes=9999, end_utc_ns=180)
    whole = replace(grown, state=FileState.WHOLE)
    for value in (part(), grown, whole):
        catalogue.record(value)
    await catalogue.flush()
    ended = replace(RECORDING, end_utc_ns=500, state=RecordingState.FINISHED)
    catalogue.record(RECORDING)
    await catalogue.flush()
    catalogue.record(ended)
    await catalogue.flush()
    assert catalogue.rows(Part, ALL).items == (whole,)
    assert catalogue.rows(Recording, ALL).items == (ended,)


async def test_a_loss_that_grew_is_one_loss_and_another_cause_another(catalogue: Catalogue) -> None:
    grown = replace(LOSS, to_utc_ns=30, frames=4)
    in_recording = replace(LOSS, recording_id=RECORDING.id)
    stalled = replace(LOSS, cause=LossCause.STALL)
    for loss in (LOSS, in_recording, stalled):
        catalogue.record(loss)
    await catalogue.flush()
    catalogue.record(grown)
    await catalogue.flush()
    assert set(catalogue.rows(Loss, ALL).items) == {grown, in_recording, stalled}


async def test_a_clip_and_an_anomaly_of_one_id_are_two(catalogue: Catalogue) -> None:
    catalogue.record(CLIP)
    catalogue.record(replace(CLIP, kind=FileKind.ANOMALY))
    await catalogue.flush()
    assert len(catalogue.rows(Clip, ALL).items) == 2


async def test_unfinished_finds_what_is_open_and_nothing_else(catalogue: Catalogue) -> None:
    assert not catalogue.unfinished()
    catalogue.record(RECORDING)
    catalogue.record(Recording("whole", 1, 2, RecordingState.FINISHED))
    catalogue.record(part(1, state=FileState.WHOLE))
    catalogue.record(part(2))
    catalogue.record(CLIP)
    catalogue.record(replace(CLIP, channel="Stern", state=FileState.REPAIRED))
    await catalogue.flush()
    found = catalogue.unfinished()
    assert found
    assert (found.recordings, found.parts, found.clips) == ((RECORDING,), (part(2),), (CLIP,))


async def test_events_are_kept_in_a_ring(path: Path) -> None:
    catalogue = Catalogue(path, FakeClock(), events_kept=10)
    catalogue.open()
    for cursor in range(1, 26):
        catalogue.record_event(event(cursor))
        if cursor % 7 == 0:
            await catalogue.flush()
    await catalogue.flush()
    assert [found.cursor for found in catalogue.events()] == list(range(16, 26))
    assert [found.cursor for found in catalogue.events(20, limit=2)] == [21, 22]
    catalogue.close()


def test_an_event_without_cursor_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="cursor"):
        catalogue.record_event(event(0))


ALL_SETTINGS = frozenset({"split_time_minutes", "resolution", "inspection_directory", "templates.clip"})


async def test_settings_are_kept_across_restarts(path: Path) -> None:
    settings = RecorderSettings(
        split_time_minutes=0.5,
        resolution=(640, 480),
        inspection_directory="C:/x",
        templates=PathTemplates(clip="${type}"),
    )
    first = Catalogue(path, FakeClock())
    first.open()
    stored = StoredSettings(settings, ALL_SETTINGS)
    assert first.load_settings() == StoredSettings()
    first.save_settings(StoredSettings(RecorderSettings(encoder="x"), frozenset({"encoder"})))
    first.save_settings(stored)
    first.close()
    second = Catalogue(path, FakeClock())
    second.open()
    assert second.load_settings() == stored
    second.close()


async def test_texts_are_found_and_removed_by_how_their_names_begin(catalogue: Catalogue) -> None:
    for name in ("clocks", "clocks/r/1", "clocks/r/0", "clocks/s/0", "clocks0"):
        catalogue.save_text(name, name.upper())
    await catalogue.flush()
    assert [*catalogue.texts("clocks/r/").items()] == [("clocks/r/0", "CLOCKS/R/0"), ("clocks/r/1", "CLOCKS/R/1")]
    catalogue.remove_texts("clocks/r/")
    catalogue.save_text("clocks/r/2", "later")
    await catalogue.flush()
    assert [*catalogue.texts("clocks")] == ["clocks", "clocks/r/2", "clocks/s/0", "clocks0"]


def test_close_writes_what_waits(path: Path) -> None:
    catalogue = Catalogue(path, FakeClock())
    catalogue.open()
    for number in range(1, 500):
        catalogue.record(part(number))
    catalogue.close()
    assert not path.with_name(path.name + "-wal").exists()
    assert len(catalogue.rows(Part, Page(limit=1000)).items) == 499


def test_two_recorders_cannot_share_a_catalogue(catalogue: Catalogue, path: Path) -> None:
    with pytest.raises(CatalogueFailed, match="Another Seacorder"):
        Catalogue(path, FakeClock()).open()
    catalogue.close()
    second = Catalogue(path, FakeClock())
    second.open()
    second.close()


async def test_one_row_that_can_never_be_stored_keeps_no_other_out(
    catalogue: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    catalogue.record(part(1))
    catalogue.record(replace(part(2), bytes=2**70))
    catalogue.record(replace(part(3), path=None))  # type: ignore[arg-type]
    catalogue.record(part(4))
    await catalogue.flush()
    assert [found.number for found in catalogue.rows(Part, ALL).items] == [1, 4]
    assert caplog.text.count("is dropped") == 2


async def test_while_the_file_is_locked_nothing_waits_and_nothing_is_lost(
    catalogue: Catalogue, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    catalogue.record(RECORDING)
    for frames in range(3000):
        catalogue.record(replace(part(), frames=frames))
    with pytest.raises(CatalogueFailed):
        await catalogue.flush(0.05)
    assert catalogue.dropped == 0
    other.execute("ROLLBACK")
    other.close()
    await catalogue.flush()
    assert catalogue.rows(Recording, ALL).items == (RECORDING,)
    assert catalogue.rows(Part, ALL).items[0].frames == 2999


async def test_flush_waits_for_several_at_once(catalogue: Catalogue) -> None:
    catalogue.record(RECORDING)
    await asyncio.gather(*(catalogue.flush() for _ in range(5)))
    assert catalogue.rows(Recording, ALL).items


async def test_a_row_of_a_later_version_is_told(catalogue: Catalogue, path: Path) -> None:
    catalogue.record(part())
    await catalogue.flush()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE parts SET state = 'dreaming'")
    other.close()
    with pytest.raises(CatalogueFailed, match="dreaming"):
        catalogue.rows(Part, ALL)


def test_a_catalogue_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogueFailed, match="cannot be read"):
        Catalogue(tmp_path / "none.sqlite", FakeClock()).rows(Recording, ALL)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CatalogueFailed, match="cannot hold the list of recordings"):
        Catalogue(tmp_path / "file" / "catalogue.sqlite", FakeClock()).open()


async def test_too_many_rows_are_counted_and_told(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    catalogue = Catalogue(path, FakeClock(), most_rows_waiting=3)
    for number in range(1, 6):
        catalogue.record(part(number))
    assert catalogue.dropped == 2
    assert caplog.text.count("is too slow") == 1
    catalogue.open()
    catalogue.close()
    assert [found.number for found in catalogue.rows(Part, ALL).items] == [3, 4, 5]


async def test_a_fault_in_the_program_costs_one_batch_and_not_the_catalogue(
    catalogue: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    def refuses(_: object) -> None:
        raise RuntimeError("nobody has thought of this")

    kept, catalogue._writer._on_stored = catalogue._writer._on_stored, refuses
    catalogue.record(RECORDING)
    await catalogue.flush()
    catalogue._writer._on_stored = kept
    catalogue.record(part())
    await catalogue.flush()
    assert catalogue.rows(Part, ALL).items == (part(),)
    assert "nobody has thought of this" in caplog.text


async def test_a_catalogue_that_was_deleted_is_begun_anew(catalogue: Catalogue, path: Path) -> None:
    catalogue.record(RECORDING)
    await catalogue.flush()
    for file in path.parent.glob(f"{path.name}*"):
        if not file.name.endswith(".lock"):
            file.unlink()
    catalogue.record(part())
    await catalogue.flush()
    assert catalogue.rows(Part, ALL).items == (part(),)


async def test_rows_wait_while_the_volume_under_the_catalogue_is_another_one(path: Path) -> None:
    """Another disk is mounted over it, which has a catalogue of its own."""
    path.parent.mkdir()
    write_mark(path.parent, "ours")
    volumes = MarkedFolders([MarkedFolder(str(path.parent.absolute()), "ours", device=-1)])
    catalogue = Catalogue(path, FakeClock(), volumes=volumes)
    catalogue.open()
    catalogue.record(RECORDING)
    await catalogue.flush()
    ours, theirs = path.with_name("ours"), b"another catalogue"
    path.rename(ours)
    path.write_bytes(theirs)
    write_mark(path.parent, "theirs")
    catalogue.record(part())
    with pytest.raises(CatalogueFailed, match="Mount the disk again"):
        await catalogue.flush(0.5)
    with pytest.raises(CatalogueFailed, match="Mount the disk again"):
        catalogue.rows(Part, ALL)
    assert path.read_bytes() == theirs
    ours.rename(path)
    write_mark(path.parent, "ours")
    await catalogue.flush()
    assert catalogue.rows(Part, ALL).items == (part(),)
    catalogue.close()


async def test_the_latest_time_is_the_newest_event_or_what_an_open_part_has_come_to(catalogue: Catalogue) -> None:
    assert (catalogue.times().latest_utc_ns, catalogue.times().newest_utc_ns) == (0, 0)
    catalogue.record(part(3))
    await catalogue.flush()
    assert catalogue.times().latest_utc_ns == 300, "its beginning, while nothing more is known of it"
    catalogue.record(replace(part(3), end_utc_ns=350))
    await catalogue.flush()
    assert catalogue.times().latest_utc_ns == 350
    catalogue.record_event(event(36))
    await catalogue.flush()
    assert catalogue.times().latest_utc_ns == 360
