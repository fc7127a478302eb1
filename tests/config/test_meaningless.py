"""What cannot work is refused when the settings are read, each with one sentence that says what to write."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.errors import SettingsError
from seacorder.config.load import check, load

CHANNEL = {"name": "Bow", "input": "test:"}


def settings_of(raw: dict[str, Any], *, folder: Path = Path("/"), environment: dict[str, str] | None = None):
    return check({"channels": [dict(CHANNEL)], **raw}, place="FILE", folder=folder, environment=environment or {})


def only_fault(raw: dict[str, Any], **given: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        settings_of(raw, **given)
    (fault,) = (fault.text for fault in caught.value.faults)
    return fault


@pytest.mark.parametrize(
    ("line", "place", "shown"),
    [
        (r'[storage]\nroot = "E:\new\tapes"', "[storage] root", r"\n and \t"),
        (r'[storage]\nfallback_root = "/mnt/\u0007second"', "[storage] fallback_root", r"\x07"),
        (r'[storage]\nallowed_directories = ["/a", "/b\fc"]', "[storage] allowed_directories entry 2", r"\x0c"),
        (r'[templates]\nfilename = "dive\r${channelname}"', "[templates] filename", r"\r"),
        (r'[server]\nhost = "10.0.0.1\u0000"', "[server] host", r"\x00"),
        (r'[[channels]]\nname = "Ste\brn"\ninput = "test:"', "[[channels]] 2 name", r"\x08"),
        (r'[[channels]]\nname = "Stern"\ninput = "rtsp://10.0.0.5/s\u0085"', "[[channels]] 2 input", r"\x85"),
    ],
)
def test_a_backslash_that_became_a_control_character_is_told(tmp_path, line: str, place: str, shown: str) -> None:
    file = tmp_path / "seacorder.toml"
    file.write_text('[[channels]]\nname = "Bow"\ninput = "test:"\n' + line.replace(r"]\n", "]\n").replace(
        r'"\ninput', '"\ninput'
    ))
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    (fault,) = (fault.text for fault in caught.value.faults)
    assert f"{place} holds the control character {shown}." in fault
    assert "single quotes" in fault


def test_lines_of_an_overlays_text_are_no_control_characters() -> None:
    layer = {"kind": "text", "text": "Survey 7\nLeg\t2"}
    assert settings_of({"overlay": {"layers": [layer]}}).overlay.layers[0].text == "Survey 7\nLeg\t2"


def test_a_variable_with_a_control_character_is_named() -> None:
    fault = only_fault({}, environment={"SEACORDER_STORAGE_ROOT": "/data\r"})
    assert fault.startswith("variable SEACORDER_STORAGE_ROOT holds the control character")


@given(st.characters(categories=["Cc"], exclude_characters="\n\t"), st.text(max_size=5))
def test_no_control_character_gets_through_anywhere(character: str, beside: str) -> None:
    with pytest.raises(SettingsError):
        settings_of({"templates": {"event": f"{beside}{character}x"}})


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Recorder.Lan", "recorder.lan"), ("recorder.lan:13000", "recorder.lan"), (" rack7 ", "rack7"),
        ("[fd00::7]", "fd00::7"), ("fd00::7", "fd00::7"), ("10.0.0.9", "10.0.0.9"), ("bücher.lan", "xn--bcher-kva.lan"),
    ],
)
def test_a_host_name_is_kept_as_it_comes_in_a_host_header(written: str, kept: str) -> None:
    assert settings_of({"server": {"allowed_hosts": [written]}}).server.allowed_hosts == (kept,)


@pytest.mark.parametrize(
    "written",
    ["https://rack7", "//rack7", "rack7/page", "*.lan", "*", "", "two names", "a,b", "user@rack7", "?x", "x" * 70],
)
def test_a_host_name_that_never_matches_is_refused(written: str) -> None:
    assert repr(written) in only_fault({"server": {"allowed_hosts": [written]}})


@pytest.mark.parametrize("written", ["http://0.0.0.0", "0.0.0.0:13000", "*", "rack7/x", "  "])
def test_an_address_that_nothing_listens_on_is_refused(written: str) -> None:
    fault = only_fault({"server": {"host": written}})
    assert "Write 127.0.0.1, 0.0.0.0 or" in fault


def test_an_address_in_brackets_is_the_address() -> None:
    assert settings_of({"server": {"host": "[::1]"}}).server.host == "::1"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://page.lan:443/", "https://page.lan"), ("http://page.lan:080", "http://page.lan"),
        ("http://page.lan:443", "http://page.lan:443"), ("HTTP://[::1]:80", "http://[::1]"),
        ("tauri://localhost", "tauri://localhost"), ("capacitor://localhost", "capacitor://localhost"),
        ("http://bücher.lan", "http://xn--bcher-kva.lan"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(written: str, kept: str) -> None:
    allowed = settings_of({"server": {"allowed_origins": [written]}}).server.allowed_origins
    assert list(allowed) == [kept]


@pytest.mark.parametrize(
    "written", ["null", "*", "http://*", "page.lan", "http://page.lan/x", "http://u@page.lan", "http://a:70000", "http://a:0"]
)
def test_an_origin_that_no_browser_sends_or_that_strangers_share_is_refused(written: str) -> None:
    fault = only_fault({"server": {"allowed_origins": [written]}})
    assert re.search(r"\. (Write scheme, host and port|Open the page over http:// and write)", fault)


def test_a_second_volume_that_is_the_first_is_refused_also_over_a_link(tmp_path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "other").symlink_to(tmp_path / "disk")
    for second in (tmp_path / "disk", tmp_path / "disk" / ".." / "disk", tmp_path / "other"):
        fault = only_fault({"storage": {"root": str(tmp_path / "disk"), "fallback_root": str(second)}})
        assert "are the same folder" in fault
    settings_of({"storage": {"root": str(tmp_path / "disk"), "fallback_root": str(tmp_path / "third")}})


@pytest.mark.parametrize("path", [r"D:\rov\new", "E:/rov", r"\\server\share"])
def test_a_windows_path_is_no_folder_elsewhere(path: str) -> None:
    assert "is a Windows path" in only_fault({"storage": {"root": path}})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bow:", "Bow?"), ("Bow|1", "bow*1"), ("Bow/1", "Bow_1"), ("B\u00e5t", "Ba\u030at"), ("con", "CON_"),
        ("Bow.", "Bow_"),
    ],
)
def test_names_that_differ_only_in_what_file_names_lose_are_refused(one: str, other: str) -> None:
    channels = [{"name": name, "input": "test:"} for name in (one, other)]
    fault = only_fault({"channels": channels})
    assert repr(one) in fault
    assert repr(other) in fault


def test_the_narrations_name_is_compared_as_files_bear_it() -> None:
    channels = [{"name": "Deck?", "input": "test:"}]
    assert "[audio] name" in only_fault({"channels": channels, "audio": {"input": "tone:", "name": "deck:"}})


@pytest.mark.parametrize("size", ["1920x1080", "wide", 7, ["a", "b"], [1], "640,480,3"])
def test_a_size_of_another_form_is_one_sentence(size: object) -> None:
    fault = only_fault({"recording": {"resolution": size}})
    assert fault.startswith("FILE: [recording] resolution")
    assert "[1280, 720]" in fault


def test_no_sentence_has_the_marks_of_a_document() -> None:
    fault = only_fault({"channels": [{"name": "Bow"}]})
    assert "](" not in fault
    assert "`" not in fault


def test_a_file_is_no_folder_and_a_folder_is_no_catalogue(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert "is a file. Write the folder" in only_fault({"storage": {"root": str(tmp_path / "file")}})
    assert "is a folder. Write the name of a file" in only_fault(
        {"storage": {"root": str(tmp_path / "rec"), "catalogue": str(tmp_path)}}
    )


def test_a_drive_that_is_mapped_twice_is_refused() -> None:
    assert "are the same drive" in only_fault({"storage": {"drives": {"d": "/a", "D:": "/b"}}})
    assert len(settings_of({"storage": {"drives": {"d": "/a", "E:": "/b"}}}).storage.drives) == 2
