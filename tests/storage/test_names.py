"""Names from templates: as the public text says, and never out of the base folder or onto another file."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seacorder.model.file_name import Naming
from seacorder.model.recording import FileKind
from seacorder.model.settings import PathTemplates
from seacorder.storage.disk import create_unused, this_machine
from seacorder.storage.names import TAGS, TagValues, evaluate, numbered_path, part_path, path_for

MOMENT = datetime(2024, 3, 7, 13, 5, 9, 42_999, tzinfo=UTC)
UTC_NS = int(MOMENT.timestamp()) * 10**9 + 42_999_999


def values(channel: str = "Bow", kind: FileKind = FileKind.RECORDING, utc_ns: int = UTC_NS) -> TagValues:
    return TagValues(utc_ns, channel, kind, UTC)


def naming(template: str, directory: str = "", base: str = "/base", **changes: object) -> Naming:
    fields: dict[str, object] = {"kind": FileKind.RECORDING, "use_utc": True, **changes}
    return Naming(base, directory, UTC_NS, template, UTC_NS, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("${yyyy}${MM}${dd}${hh}${mm}${ss}${fff}@${channelname}", "20240307130509042@Bow"),
        ("${hh}-${HH}", "13-01"),
        ("${type}", "Recording"),
        ("${channelname}\\${yyyy]\\${MM}\\${dd}", "Bow/${yyyy]/03/07"),
        ("${hh}${mm}$ss}_${fff}", "1305$ss}_042"),
        ("${Yyyy}${SS}${unknown}$", "${Yyyy}${SS}${unknown}$"),
        ("${${yyyy}}", "${2024}"),
        ("a/b\\c", "a/b/c"),
        ("//a///b//", "a/b"),
        ("./a/./b", "a/b"),
        ("../a", "__/a"),
        ("a/.../b. ", "a/___/b__"),
        ('a<b>c:d"e|f?g*h', "a_b_c_d_e_f_g_h"),
        ("a\x00b\nc\ud800d", "a_b_c_d"),
        ("con/Aux.txt/com1/lpt\u00b2/console", "con_/Aux_.txt/com1_/lpt\u00b2_/console"),
        ("CON ", "CON _"),
        ("", "."),
        ("/", "."),
        ("C:\\tmp", "C_/tmp"),
    ],
)
def test_a_template_stands_for_a_path(template: str, expected: str) -> None:
    assert evaluate(template, values()) == PurePosixPath(expected)


@pytest.mark.parametrize(
    ("hour", "expected"), [(0, "00 12"), (1, "01 01"), (11, "11 11"), (12, "12 12"), (23, "23 11")]
)
def test_the_hour_counts_to_24_in_small_letters_and_to_12_in_capitals(hour: int, expected: str) -> None:
    moment = int(datetime(2024, 1, 1, hour, tzinfo=UTC).timestamp()) * 10**9
    assert str(evaluate("${hh} ${HH}", values(utc_ns=moment))) == expected


def test_the_zone_is_honoured_and_local_time_is_this_machines() -> None:
    oslo = TagValues(UTC_NS, "Bow", FileKind.CLIP, ZoneInfo("Europe/Oslo"))
    local = TagValues(UTC_NS, "Bow", FileKind.CLIP)
    assert str(evaluate("${hh}", oslo)) == "14"
    assert str(evaluate("${hh}", local)) == f"{MOMENT.astimezone().hour:02}"


@pytest.mark.parametrize("channel", ["../../etc", "a/b", "a\\b", "..", ".", "", "${type}", "C:", "\x00"])
def test_a_channels_name_makes_neither_folders_nor_tags(channel: str) -> None:
    path = evaluate("${channelname}", values(channel=channel))
    assert len(path.parts) == 1
    assert path.parts[0] not in {"..", ".", "", "Recording"}


def test_folder_and_file_carry_their_own_instants() -> None:
    order = naming("${ss}@${channelname}", "D_${ss}")
    later = UTC_NS + 7 * 10**9
    assert path_for(order, "Bow", "mp4") == Path("/base/D_09/09@Bow.mp4")
    assert path_for(order, "Bow", ".mp4", utc_ns=later) == Path("/base/D_09/16@Bow.mp4")


def test_a_file_always_has_a_name_and_keeps_its_dots() -> None:
    assert path_for(naming(""), "Bow", "mp4") == Path("/base/Recording.mp4")
    assert path_for(naming("v1.2"), "Bow", "mp4") == Path("/base/v1.2.mp4")
    assert path_for(naming("sub/"), "Bow", "jpg") == Path("/base/sub.jpg")


def test_parts_and_collisions_are_numbered_before_the_extension() -> None:
    path = Path("/base/v1.2.mp4")
    assert part_path(path, 1) == path
    assert part_path(path, 2) == Path("/base/v1.2_002.mp4")
    assert part_path(path, 1234) == Path("/base/v1.2_1234.mp4")
    assert numbered_path(part_path(path, 2), 3) == Path("/base/v1.2_002_3.mp4")


@pytest.mark.parametrize("letter", ["a", "\u00e5", "\u6d77", "\U0001f40b"])
def test_an_overlong_name_is_cut_between_characters_and_leaves_room_for_its_suffixes(letter: str) -> None:
    path = numbered_path(part_path(path_for(naming(letter * 400, letter * 300), "Bow", "mp4"), 9999), 12)
    assert path.name.endswith("_9999_12.mp4")
    assert all(len(part.encode()) <= 255 for part in path.parts)
    assert set(path.name.removesuffix("_9999_12.mp4")) == {letter}
    full = Path("/base") / (letter * 200 + ".mp4")
    assert len(part_path(full, 2).name.encode()) <= 255


def test_the_public_defaults_name_a_recording() -> None:
    templates = PathTemplates()
    path = path_for(naming(templates.filename, templates.directory), "Bow", "mp4")
    assert path == Path("/base/DATA_20240307130509042/20240307130509042@Bow.mp4")


PIECES = st.sampled_from(
    [*(f"${{{tag}}}" for tag in TAGS), "..", ".", "/", "\\", "${", "}", "$", "C:", "\x00", "con", " ", "\u6d77" * 90]
)
TEMPLATES = st.lists(PIECES | st.text(max_size=12), max_size=40).map("".join)
CHANNELS = st.text(max_size=20) | st.sampled_from(["..", "../..", "/etc/passwd", "a\\..\\b"])


@settings(max_examples=300, deadline=None)
@given(directory=TEMPLATES, template=TEMPLATES, channel=CHANNELS, kind=st.sampled_from(FileKind))
@example(directory="../../..", template="..\\..\\x", channel="..", kind=FileKind.CLIP)
def test_no_template_leaves_its_base_folder_or_overwrites_a_file(
    directory: str, template: str, channel: str, kind: FileKind
) -> None:
    with tempfile.TemporaryDirectory() as base:
        wanted = path_for(naming(template, directory, base, kind=kind), channel, "mp4")
        disk = this_machine()
        contents = {}
        for number in (1, 1, 2, 1):
            path = part_path(wanted, number)
            disk.make_folders(path.parent)
            handle, path = create_unused(disk, path)
            assert path not in contents
            contents[path] = f"{len(contents)}".encode()
            disk.write(handle, 0, contents[path])
            disk.close(handle)
            assert Path(os.path.normpath(path)) == path
            assert path.resolve().is_relative_to(Path(base).resolve())
        assert {path: path.read_bytes() for path in contents} == contents


@settings(max_examples=300, deadline=None)
@given(TEMPLATES, CHANNELS)
def test_a_name_is_evaluated_only_once(template: str, channel: str) -> None:
    path = evaluate(template, values(channel=channel))
    assert not path.is_absolute()
    again = evaluate(str(path), values(channel="other"))
    if "$" not in str(path) and path.parts:
        assert again == path
