"""What the next start makes of files and list that a kill, or a disk that refused, has left apart."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from control.bridge import PATIENCE_SECONDS, Bridge
from seacorder.catalogue.queries import Unfinished
from seacorder.control.observations import files, shelf
from seacorder.model.observation import Observation
from seacorder.model.observation_entry import Edit, Entry
from seacorder.model.observation_text import ObservationDocument, ObservationRow, document_of, row_of
from seacorder.model.settings import SettingsChange
from seacorder.storage import observation_file


async def kill(bridge: Bridge) -> None:
    await bridge.recorder.observations.stop()
    await bridge.crash()


async def run_again(bridge: Bridge) -> None:
    bridge.build()
    await bridge.start()


async def path_of(bridge: Bridge, observation_id: str) -> str:
    await bridge.catalogue.flush()
    found = bridge.catalogue.observation(observation_id)
    assert found is not None
    return found[1]


async def test_the_list_has_the_folder_before_there_is_a_file_in_it(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a number that was told just before a kill is known, though the list never had the observation."""
    await bridge.start()
    known = list[str]()

    def create(path: Path, _observation: object) -> Path:
        known.append(bridge.catalogue.setting(shelf.FOLDERS) or "")
        return path

    monkeypatch.setattr(observation_file, "create", create)
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    assert known
    assert str(Path(await path_of(bridge, one.id)).parent) in known[0]


async def test_an_observation_whose_file_a_disk_refused_gets_it_at_the_next_start(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bridge.start()
    in_the_way = bridge.folder / "DATA"
    in_the_way.write_text("a file where the folder should be")
    await bridge.recorder.change_settings(SettingsChange(directory_template="DATA"))
    with monkeypatch.context() as refusing:
        refusing.setattr(files, "ANSWER_SECONDS", 0.01)
        refusing.setattr(files, "_BACKOFF_SECONDS", (3600.0, 3600.0))  # no second try
        one = await bridge.recorder.observations.observe(Entry("FJ", "seen"))
    await bridge.until(lambda: "observation_not_stored" in bridge.kinds())
    assert await path_of(bridge, one.id) == ""
    await kill(bridge)
    in_the_way.unlink()
    await run_again(bridge)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (path := await path_of(bridge, one.id)):
            await asyncio.sleep(0)
    assert observation_file.read_file(Path(path)) == one
    edited = await bridge.recorder.observations.revise(one.id, Edit("gone"))
    assert observation_file.read_file(Path(path)) == edited
    assert len(list(bridge.folder.rglob("*.json"))) == 1


async def test_the_start_reads_no_more_files_than_it_has_time_for(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands are taken only after it: those that were changed last can be ahead of the list, and no others."""
    await bridge.start()
    for _ in range(5):
        await bridge.recorder.observations.observe(Entry("FJ"))
    await kill(bridge)
    read = list[Path]()
    really = observation_file.read_file
    monkeypatch.setattr(shelf, "FILES_READ", 3)
    monkeypatch.setattr(observation_file, "read_file", lambda path: read.append(path) or really(path))
    newest = observation_file.newest_files({path.parent for path in bridge.folder.rglob("*.json")}, 3)
    await run_again(bridge)
    assert read == newest
    assert (await bridge.recorder.observations.observe(Entry("FJ"))).number == 6


async def test_the_list_is_told_the_whole_before_its_row(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill between the two leaves no row of which nothing else is known."""
    await bridge.start()
    told = list[object]()
    record = bridge.catalogue.record
    monkeypatch.setattr(bridge.catalogue, "record", lambda value: told.append(value) or record(value))
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    ours = [type(value) for value in told if getattr(value, "id", None) == one.id]
    assert ours[:2] == [ObservationDocument, ObservationRow]


async def test_one_without_a_file_that_the_start_did_not_look_at_gets_it_with_its_next_change(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bridge.start()
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    span = await bridge.recorder.observations.press("FS")
    for old in (one, span):
        Path(await path_of(bridge, old.id)).unlink()
        bridge.catalogue.record(row_of(old, ""))
    await kill(bridge)
    monkeypatch.setattr(shelf.Shelf, "_read_again", lambda _: [])  # as if that disk had not answered
    await run_again(bridge)
    edited = await bridge.recorder.observations.revise(one.id, Edit("gone"))
    ended = await bridge.recorder.observations.press("FS")
    for now in (edited, ended):
        path = Path(await path_of(bridge, now.id))
        assert (path.parent.parent, observation_file.read_file(path)) == (bridge.folder, now)


@pytest.mark.usefixtures("_refusing_disk")
async def test_a_path_that_no_file_can_have_holds_up_no_other(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bridge.start()
    create, refused = observation_file.create, list[Path]()

    def create_later(path: Path, observation: Observation) -> Path:
        if len(refused) < files.AT_ONCE:
            refused.append(path)
            raise ValueError("embedded null byte")
        return create(path, observation)

    monkeypatch.setattr(observation_file, "create", create_later)
    found = [await bridge.recorder.observations.observe(Entry("FJ")) for _ in range(files.AT_ONCE + 1)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        for one in found:
            while not await path_of(bridge, one.id):
                await asyncio.sleep(0)


async def test_numbers_go_on_when_the_list_was_lost(bridge: Bridge) -> None:
    bridge.file_folders = (str(bridge.folder),)
    bridge.build()
    await bridge.start()
    for _ in range(3):
        await bridge.recorder.observations.observe(Entry("FJ"))
    span = await bridge.recorder.observations.press("FS")
    await kill(bridge)
    for path in bridge.folder.glob("seacorder.db*"):
        path.unlink()
    await run_again(bridge)
    assert (await bridge.recorder.observations.observe(Entry("FJ"))).number == 5
    assert [one.id for one in bridge.recorder.observations.open] == [span.id]


async def test_numbers_go_on_from_a_list_that_was_made_again(bridge: Bridge) -> None:
    """More than the start has read of the files."""
    await bridge.start()
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    old = replace(one, id="old", number=70)
    span = replace(one, id="span", number=71, code="FS", is_span=True)
    bridge.catalogue.record_missing([document_of(old), row_of(old, "/a"), document_of(span), row_of(span, "/b")])
    await bridge.catalogue.flush()
    await bridge.recorder._made_again(Unfinished((), (), ()))
    assert (await bridge.recorder.observations.observe(Entry("FJ"))).number == 72
    assert [found.id for found in bridge.recorder.observations.open] == ["span"]
