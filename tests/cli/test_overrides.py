"""What `--root` needs, and what it does not."""

from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.cli.overrides import Overrides, settings_for, storage_for


@pytest.fixture(autouse=True)
def no_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in where none of the default places has a settings file."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("SEACORDER_CONFIG", raising=False)
    return folder


def test_a_root_alone_is_all_that_files_are_looked_for_with(no_settings_file: Path, tmp_path: Path) -> None:
    (no_settings_file / "seacorder.toml").write_text("this is no settings file")
    storage = storage_for(None, Path("../disk"), demo=False)
    assert storage.all_folders == (no_settings_file / "../disk",)
    assert storage.catalogue_path == no_settings_file / "../disk" / "seacorder.db"


def test_a_settings_file_that_is_named_is_read_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('[storage]\nallowed_directories = ["/data"]\n[[channels]]\nname = "B"\ninput = "test:"\n')
    assert storage_for(file, tmp_path / "disk", demo=False).all_folders == (tmp_path / "disk", Path("/data"))
    with pytest.raises(SettingsError, match="no such file"):
        storage_for(tmp_path / "gone.toml", tmp_path, demo=False)


def test_channels_in_variables_need_no_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    overrides = Overrides(root=tmp_path / "disk")
    with pytest.raises(SettingsError, match="There is no settings file"):
        settings_for(None, overrides, demo=False)
    monkeypatch.setenv("SEACORDER_CHANNELS_1_NAME", "Bow")
    monkeypatch.setenv("SEACORDER_CHANNELS_1_INPUT", "test:")
    settings = settings_for(None, overrides, demo=False)
    assert [channel.name for channel in settings.channels] == ["Bow"]
    assert settings.storage.root == tmp_path / "disk"
    with pytest.raises(SettingsError, match="There is no settings file"):
        settings_for(None, Overrides(), demo=False)
