"""A settings file is either used as it was meant or refused with everything that is wrong with it."""

from pathlib import Path

import pytest

from seacorder.base.errors import SettingsError
from seacorder.config import load as loading
from seacorder.config.schema import Settings

ONE_CHANNEL = '[[channels]]\nname = "Bow"\ninput = "test:"\n'


@pytest.fixture
def write(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "seacorder.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def faults_of(path: Path, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        loading.load(path, environment or {})
    return [fault.text.replace(str(path), "FILE") for fault in caught.value.faults]


def test_a_small_file_is_enough(write) -> None:
    settings = loading.load(write(ONE_CHANNEL), {})
    assert (settings.server.host, settings.server.inspector_port, settings.server.integration_port) == (
        "127.0.0.1", 13000, 8088,
    )
    assert settings.channels[0].name == "Bow"


def test_root_is_in_the_home_folder_and_the_catalogue_in_root(write, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    storage = loading.load(write(ONE_CHANNEL), {}).storage
    assert storage.root == tmp_path / "Seacorder"
    assert storage.catalogue_path == tmp_path / "Seacorder" / "seacorder.db"


def test_a_relative_root_lies_beside_the_file(write, tmp_path) -> None:
    assert loading.load(write('[storage]\nroot = "rec"\n' + ONE_CHANNEL), {}).storage.root == tmp_path / "rec"


def test_all_faults_are_shown_together_each_with_file_and_key(write) -> None:
    path = write(
        '[server]\ninspector_prot = 1\nhost = ""\nintegration_port = 70000\n[stroage]\nroot = "x"\n'
        '[storage]\nallowed_directories = ["here"]\ndrives = {CC = "/data"}\n'
        '[recording]\nsplit_time_minutes = 0.01\ntag_time = "mars"\n'
        '[[channels]]\nname = " "\ninput = "test:"\n[[channels]]\nname = "Bow"\n[[channels]]\nname = "bow"\n'
        'input = "rstp://admin:secret@10.0.0.5/s"\npreroll_seconds = 5\nbacklog_seconds = 2\n'
    )
    faults = faults_of(path)
    text = "\n".join(faults)
    for expected in (
        "FILE: [server] has no key 'inspector_prot'. Did you mean inspector_port?",
        "FILE: [server] host: '' is not accepted. Write an address.",
        "FILE: [server] integration_port: 70000 is not accepted. Write a whole number from 1 to 65535.",
        "FILE: [stroage] is not known. Did you mean storage?",
        "FILE: [storage] allowed_directories entry 1: 'here' is not absolute. Write the whole path, such as",
        "FILE: [storage] drives CC: 'CC' is no drive letter. Write one from A to Z.",
        "FILE: [recording] split_time_minutes: 0.01 is not accepted. Write 0 (never split) or 0.05 to 1440 minutes.",
        "FILE: [recording] tag_time: 'mars' is not accepted. Write \"local\" or \"utc\".",
        "FILE: [[channels]] 1 name: is empty. Give every channel a name of its own.",
        "FILE: [[channels]] 2 has no input. Write an address such as",
        "FILE: [[channels]] 3 input: ",
        "FILE: [[channels]] 3 has the name of [[channels]] 2, 'bow'. Give every channel a name of its own.",
    ):
        assert expected in text
    assert len(faults) == 12
    assert "secret" not in text


def test_a_backlog_shorter_than_the_preroll_is_refused_and_grows_when_left_out(write) -> None:
    short = write(ONE_CHANNEL + "preroll_seconds = 20\nbacklog_seconds = 5\n")
    assert "a backlog of 5 s is too short for a pre-roll of 20 s" in faults_of(short)[0]
    grown = loading.load(write(ONE_CHANNEL + "preroll_seconds = 20\n"), {})
    assert grown.channel_settings()[0].backlog_seconds == 20


def test_both_services_on_one_port_are_refused(write) -> None:
    path = write("[server]\ninspector_port = 9000\nintegration_port = 9000\n" + ONE_CHANNEL)
    assert faults_of(path) == [
        "FILE: [server] inspector_port and integration_port are both 9000. Give each its own."
    ]


def test_no_channels_is_a_fault(write) -> None:
    assert "no [[channels]] are given. Write one or more" in faults_of(write(""))[0]
    assert "[] is not accepted. Write one or more" in faults_of(write("channels = []"))[0]


def test_wrong_shapes_are_faults_not_crashes(write) -> None:
    text = "\n".join(faults_of(write('server = 1\nstorage = "x"\nchannels = ["a", 2]\n')))
    assert "[server]: 1 is not accepted" in text
    assert "[[channels]] 1: 'a' is not accepted. Write" in text


@pytest.mark.parametrize(("content", "sentence"), [
    (b"[server\n", "is not valid TOML"),
    (b'a = "\xff\xfe"', "is not UTF-8 text"),
])
def test_a_file_that_is_no_toml(tmp_path, content, sentence) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    assert sentence in faults_of(path)[0]


def test_a_file_that_is_not_there(tmp_path) -> None:
    assert "there is no such file" in faults_of(tmp_path / "none.toml")[0]


def test_a_folder_is_no_file(tmp_path) -> None:
    assert "cannot be read (Is a directory)" in faults_of(tmp_path)[0]


def test_without_a_file_the_places_and_the_way_out_are_named(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"looked for seacorder\.toml.*config-sample.*--demo"):
        loading.load(None, {"HOME": str(tmp_path)})


def test_default_places_and_the_variable_for_the_file(write, tmp_path, monkeypatch) -> None:
    path = write(ONE_CHANNEL)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert loading.find(None, {"SEACORDER_CONFIG": str(path)}) == path
    monkeypatch.chdir(tmp_path)
    assert loading.find(None, {}) == Path("seacorder.toml")


def test_settings_become_what_workers_and_the_recorder_begin_with(write) -> None:
    settings = loading.load(write(
        "[storage]\nqueue_bytes = 1_000_000\n[recording]\nsplit_time_minutes = 0.1\nrestart_on_failure = false\n"
        '[templates]\nclip = "c"\n' + ONE_CHANNEL + '[[channels]]\nname = "Stern"\ninput = "test:?rate=5"\n'
    ), {})
    first, second = settings.channel_settings()
    assert (first.index, first.name, first.queue_bytes) == (0, "Bow", 1_000_000)
    assert (second.index, second.address, second.preroll_seconds) == (1, "test:?rate=5", 10)
    recorder = settings.first_recorder_settings()
    assert (recorder.split_time_minutes, recorder.restart_on_failure, recorder.templates.clip) == (0.1, False, "c")


def test_demo_has_four_test_patterns() -> None:
    channels = loading.demo({}).channels
    assert len(channels) == 4
    assert all(channel.input.startswith("test:") for channel in channels)


def test_settings_never_show_a_password(write) -> None:
    settings = loading.load(write('[[channels]]\nname = "Bow"\ninput = "rtsp://u:secret@10.0.0.5/s"\n'), {})
    assert isinstance(settings, Settings)
    assert "secret" not in repr(settings)
    assert "secret" not in repr(settings.channel_settings())


def test_narration_goes_where_it_is_told(write) -> None:
    channels = ONE_CHANNEL + ONE_CHANNEL.replace("Bow", "Stern")
    for into, heard in (("all", [2, 2]), ("Stern", [0, 2]), ("file", [0, 0])):
        text = f'[audio]\ninput = "alsa:default"\ninto = "{into}"\nchannels = 2\n{channels}'
        settings = loading.load(write(text), {})
        assert [channel.narration_channels for channel in settings.channel_settings()] == heard
        narrator = settings.narrator_settings("token")
        assert narrator is not None
        assert (narrator.name, narrator.address, narrator.index) == ("Narration", "alsa:default", 2)
        assert narrator.narrator is not None
        assert narrator.narrator.has_own_file == (into == "file")
    assert loading.load(write(channels), {}).narrator_settings("token") is None


def test_what_cannot_be_narration_is_said(write) -> None:
    text = '[audio]\ninput = "jack:in"\ninto = "Port"\nname = "bow"\nchannels = 3\n' + ONE_CHANNEL
    faults = "\n".join(faults_of(write(text)))
    for expected in (
        "There is no sound input of the kind 'jack'. Use alsa:",
        "FILE: [audio] into is 'Port'. Write \"all\", \"file\" or a channel's name: Bow.",
        "FILE: [audio] name is 'bow', which is a channel's. Give the narration a name of its own.",
        "FILE: [audio] channels: 3 is not accepted. Write 1 or 2.",
    ):
        assert expected in faults
