"""What the catalogue has stored, the accounts beside the files say as well."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from catalogue.rows import CLIP, FRAMEGRAB, LOSS, RECORDING, part
from fakes.clock import FakeClock
from seacorder.catalogue.account_writer import AccountWriter
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.queries import Queries
from seacorder.catalogue.rebuilding import rebuild
from seacorder.model.account import ACCOUNT_NAME
from seacorder.model.recording import FileState, Recording
from seacorder.model.settings import RecorderSettings, StoredSettings
from seacorder.storage.account_file import read


def opened(home: Path) -> Catalogue:
    catalogue = Catalogue(home / "catalogue.sqlite", FakeClock(), home=home)
    catalogue.open()
    return catalogue


def in_folder(folder: Path, row):
    folder.mkdir(exist_ok=True)
    return replace(row, path=str(folder / Path(row.path).name))


async def test_each_row_is_in_the_account_of_its_folder(tmp_path: Path) -> None:
    dive = tmp_path / "dive"
    whole, opening = in_folder(dive, part(1, state=FileState.WHOLE)), in_folder(dive, part(2))
    loss, elsewhere = replace(LOSS, recording_id=RECORDING.id), replace(LOSS, channel="Stern")
    clip = in_folder(tmp_path / "clips", replace(CLIP, state=FileState.WHOLE, end_utc_ns=70))
    catalogue = opened(tmp_path)
    for one in (whole, opening):
        catalogue.record(one)
    await catalogue.flush()  # before its first part a recording's row would go to the home folder
    for one in (RECORDING, loss, elsewhere):
        catalogue.record(one)
    catalogue.record(clip)
    catalogue.record(FRAMEGRAB)
    catalogue.close()
    assert set(read(dive).values()) == {RECORDING, whole, loss}
    assert set(read(tmp_path / "clips").values()) == {clip}
    assert set(read(tmp_path).values()) == {elsewhere}


async def test_what_a_kill_kept_out_is_added_at_the_next_start(tmp_path: Path) -> None:
    whole = in_folder(tmp_path / "dive", part(1, state=FileState.WHOLE))
    catalogue = opened(tmp_path)
    catalogue.record(RECORDING)
    catalogue.record(whole)
    catalogue.close()
    account = tmp_path / "dive" / ACCOUNT_NAME
    account.write_bytes(account.read_bytes()[:30])
    opened(tmp_path).close()
    assert set(read(tmp_path / "dive").values()) == {RECORDING, whole}
    size = account.stat().st_size
    opened(tmp_path).close()
    assert account.stat().st_size == size, "once"


async def test_a_folder_that_was_taken_away_does_not_come_back(tmp_path: Path) -> None:
    catalogue = opened(tmp_path)
    catalogue.record(replace(part(1, state=FileState.WHOLE), path=str(tmp_path / "gone" / "a.mp4")))
    catalogue.close()
    assert not (tmp_path / "gone").exists()


async def test_rows_from_files_do_not_replace_what_is_there(tmp_path: Path) -> None:
    catalogue = opened(tmp_path)
    catalogue.record(part(1))
    await catalogue.flush()
    catalogue.record_missing([part(1, state=FileState.INTERRUPTED), part(2), RECORDING])
    await catalogue.flush()
    unfinished = catalogue.unfinished()
    catalogue.close()
    assert unfinished.parts == (part(1), part(2))
    assert unfinished.recordings == (RECORDING,)


async def test_a_rebuild_replaces_files_and_keeps_settings(tmp_path: Path) -> None:
    catalogue = opened(tmp_path)
    catalogue.record(part(7))
    set_by_client = StoredSettings(RecorderSettings(split_time_minutes=3.0), frozenset({"split_time_minutes"}))
    catalogue.save_settings(set_by_client)
    catalogue.close()
    other: list[Recording] = [RECORDING]
    rebuild(tmp_path / "catalogue.sqlite", FakeClock(), lambda: other)
    catalogue = opened(tmp_path)
    assert catalogue.load_settings() == set_by_client
    assert catalogue.unfinished().parts == ()
    assert catalogue.unfinished().recordings == (RECORDING,)
    catalogue.close()


async def test_a_row_that_no_account_takes_does_not_end_their_thread(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the program itself: what comes after it is written all the same."""
    catalogue = opened(tmp_path)
    assert catalogue._accounts is not None
    catalogue.record(RECORDING)
    catalogue.record(replace(in_folder(tmp_path / "dive", part(1, state=FileState.WHOLE)), path=None))  # type: ignore[arg-type]
    await catalogue.flush()
    catalogue._accounts.add([replace(part(2, state=FileState.WHOLE), path=7)])  # type: ignore[arg-type]
    await until(lambda: "Writing account files failed" in caplog.text)
    whole = in_folder(tmp_path / "dive", part(3, state=FileState.WHOLE))
    catalogue.record(whole)
    catalogue.close()
    assert whole in read(tmp_path / "dive").values()


async def test_rows_wait_while_the_catalogue_cannot_say_where_they_belong(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As when the volume under it has been unmounted."""
    dive, loss = tmp_path / "dive", replace(LOSS, recording_id=RECORDING.id)
    catalogue = opened(tmp_path)
    catalogue.record(RECORDING)
    catalogue.record(in_folder(dive, part(1, state=FileState.WHOLE)))
    await catalogue.flush()
    accounts = AccountWriter(Queries(tmp_path / "not there"), tmp_path, FakeClock())
    accounts.start()
    accounts.add([loss])
    await until(lambda: "wait for the list of recordings" in caplog.text)
    accounts._queries = catalogue
    accounts.add([RECORDING])
    await asyncio.to_thread(accounts.stop, 60.0)
    catalogue.close()
    assert {loss, RECORDING} <= set(read(dive).values())
    assert "Traceback" not in caplog.text


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)
