"""`check` and `repair` look in every folder of the settings, the fallback root included."""

from pathlib import Path

from fakes.damage import closed, fragments_of, interrupted, spoiled
from fakes.footage import Recipe
from seacorder.cli.agreement import Catalogued
from seacorder.cli.check import look
from seacorder.cli.repair import repair_files
from seacorder.config.schema import StorageSettings

RECIPE = Recipe(frames=60, group=20)


def test_damage_below_the_fallback_root_is_found_and_repaired(tmp_path: Path) -> None:
    root, second = tmp_path / "first", tmp_path / "second"
    storage = StorageSettings(root=root, fallback_root=second)
    content = interrupted(RECIPE)
    paths = [folder / "day" / "1@Bow.mp4" for folder in (root, second)]
    for path in paths:
        path.parent.mkdir(parents=True)
        path.write_bytes(closed(RECIPE))
    assert look(Catalogued(), storage.all_folders, decodes=False).damage == {}
    paths[1].write_bytes(spoiled(content, fragments_of(content)[30][0], 4096, "zeros"))
    found = look(Catalogued(), storage.all_folders, decodes=False)
    assert list(found.damage) == [str(paths[1])]
    frames = {path: facts.frames for path, facts in found.videos.items()}
    assert frames[str(paths[0])] == 60
    assert frames[str(paths[1])] < 60
    assert repair_files([paths[1]])
    assert look(Catalogued(), storage.all_folders, decodes=False).damage == {}
    assert paths[1].with_name("1@Bow.mp4.original").is_file()
