"""What templates would make of names is told before they are set."""

from dataclasses import replace

import pytest

from seacorder.control.settings.name_preview import previewed
from seacorder.control.settings.naming import NamingBase
from seacorder.model.name_preview import PreviewedNames, UnknownTag
from seacorder.model.recording import FileKind
from seacorder.model.settings import PathTemplates, RecorderSettings

UTC_NS = 1_709_816_709_042 * 10**6
"""7 March 2024, 13:05:09.042 UTC."""
BASE = NamingBase("/data", "/stills", use_utc=True)


def names(**templates: str) -> PreviewedNames:
    settings = replace(RecorderSettings(), templates=replace(PathTemplates(directory="D"), **templates))
    return previewed(settings, BASE, ("Bow", "Stern"), UTC_NS)


def paths(shown: PreviewedNames, kind: FileKind) -> tuple[tuple[str | None, str], ...]:
    return next(one.paths for one in shown.items if one.kind is kind)


def test_each_channel_has_its_name_as_it_would_be_written() -> None:
    shown = names(filename="${channelname}/${hh}-${mm}", framegrab="${type}@${channelname}")
    assert paths(shown, FileKind.RECORDING) == (("Bow", "/data/D/Bow/13-05.mp4"), ("Stern", "/data/D/Stern/13-05.mp4"))
    assert paths(shown, FileKind.FRAMEGRAB)[0] == ("Bow", "/stills/D/Framegrab@Bow.jpg")
    assert paths(shown, FileKind.CLIP)[0][1].endswith("@Bow_anomaly.mp4")
    assert shown.unknown_tags == ()
    assert not any(one.has_clash for one in shown.items)


def test_data_and_observations_have_one_file_for_all() -> None:
    assert paths(names(data_log="log"), FileKind.DATA) == ((None, "/stills/D/log.csv"),)
    assert len(paths(names(), FileKind.EVENT)) == 1


@pytest.mark.parametrize("template", ["${hh}", "${chanelname}", "same"])
def test_two_channels_of_one_name_are_told(template: str) -> None:
    clashes = {one.kind for one in names(filename=template).items if one.has_clash}
    assert clashes == {FileKind.RECORDING}


@pytest.mark.parametrize(("template", "tag", "meant"), [
    ("${chanelname}", "${chanelname}", "channelname"),
    ("a${depth}b", "${depth}", ""),
    ("${yyyy]_${MM}", "${yyyy]_", "yyyy"),
    ("${}", "${}", ""),
])
def test_what_is_no_tag_is_told_with_the_one_that_may_be_meant(template: str, tag: str, meant: str) -> None:
    assert names(filename=f"x{template}").unknown_tags == (UnknownTag("filename", tag, meant),)
