"""What the next start makes of files and list that a kill, or a disk that refused, has left apart."""

import asyncio
from pathlib import Path

import pytest

from control.bridge import Bridge
from seacorder.control.observations import shelf
from seacorder.model.observation_entry import Edit, Entry
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


async def test_an_observation_whose_file_a_disk_refused_gets_it_at_the_next_start(bridge: Bridge) -> None:
    await bridge.start()
    in_the_way = bridge.folder / "DATA"
    in_the_way.write_text("a file where the folder should be")
    await bridge.recorder.change_settings(SettingsChange(directory_template="DATA"))
    one = await bridge.recorder.observations.observe(Entry("FJ", "seen"))
    assert await path_of(bridge, one.id) == ""
    await kill(bridge)
    in_the_way.unlink()
    await run_again(bridge)
    async with asyncio.timeout(10):
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
