"""The settings in force: changed as a whole or not at all."""

from pathlib import Path

import pytest

from fakes.clock import FakeClock
from fakes.journal import journal_of
from seacorder.base.errors import BadRequest, CatalogueFailed, NotPossible
from seacorder.control.settings.store import FixedSettings, SettingsStore
from seacorder.model.settings import ChannelEncoding, RecorderSettings, SettingsChange, StoredSettings
from seacorder.storage.allowed_folders import AllowedFolders

SPLIT = SettingsChange(split_time_minutes=7)


class Catalogue:
    """Keeps settings in memory; `fails` is what storing them raises."""

    def __init__(self) -> None:
        self.stored: StoredSettings | None = None
        self.fails: CatalogueFailed | None = None

    def load_settings(self, first: RecorderSettings) -> StoredSettings:
        return self.stored or StoredSettings(first)

    def save_settings(self, stored: StoredSettings) -> None:
        self.stored = stored

    async def flush(self) -> None:
        if self.fails is not None:
            raise self.fails


class Probe:
    async def available(self) -> tuple[str, ...]:
        return ("libx264",)


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue()


def store_of(catalogue: Catalogue, folder: Path) -> SettingsStore:
    return SettingsStore(
        RecorderSettings(),
        AllowedFolders(folder),
        catalogue,  # type: ignore[arg-type]
        Probe(),  # type: ignore[arg-type]
        FixedSettings({"Bow": ChannelEncoding()}),
    )


async def test_there_are_no_folders_before_the_start(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(NotPossible):
        _ = store_of(catalogue, tmp_path).base


async def test_a_change_holds_in_the_next_run_too(catalogue: Catalogue, tmp_path: Path) -> None:
    store = store_of(catalogue, tmp_path)
    await store.load(journal_of(FakeClock()))
    before = await store.change(SPLIT)
    assert before.split_time_minutes != store.settings.split_time_minutes == 7
    later = store_of(catalogue, tmp_path)
    await later.load(journal_of(FakeClock()))
    assert later.settings.split_time_minutes == 7


async def test_what_cannot_be_stored_is_not_put_into_force(catalogue: Catalogue, tmp_path: Path) -> None:
    store = store_of(catalogue, tmp_path)
    await store.load(journal_of(FakeClock()))
    catalogue.fails = CatalogueFailed("The disk is full.")
    before = store.settings
    with pytest.raises(CatalogueFailed):
        await store.change(SPLIT)
    assert store.settings == before
    assert catalogue.stored == StoredSettings(before)


@pytest.mark.parametrize(
    "change", [SettingsChange(split_time_minutes=-1), SettingsChange(recording_directory="../elsewhere")]
)
async def test_what_is_not_accepted_changes_nothing(
    change: SettingsChange, catalogue: Catalogue, tmp_path: Path
) -> None:
    store = store_of(catalogue, tmp_path)
    await store.load(journal_of(FakeClock()))
    before = store.settings, store.base
    with pytest.raises(BadRequest):
        await store.change(change)
    assert (store.settings, store.base) == before
    assert catalogue.stored is None
