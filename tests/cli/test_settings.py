"""Settings that cannot be used end with code 2 and a sentence each; good ones are explained."""

import json

import pytest

from seacorder.base.clock import SystemClock
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.settings.overrides import names_set
from seacorder.control.settings.rules import apply_change
from seacorder.model.settings import RecorderSettings, SettingsChange, StoredSettings

GOOD = '[storage]\nroot = "rec"\n[[channels]]\nname = "Bow"\ninput = "rtsp://u:secret@10.0.0.5/s"\n'


@pytest.fixture
def file(tmp_path):
    return tmp_path / "seacorder.toml"


def test_check_config_says_what_a_file_means_without_the_password(seacorder, file) -> None:
    file.write_text(GOOD)
    ended = seacorder("check-config", "--config", file)
    assert ended.code == 0
    assert f"{file}: fine." in ended.out
    assert str(file.parent / "rec") in ended.out
    assert "Bow: rtsp://***@10.0.0.5/s" in ended.out
    assert "secret" not in ended.out


def test_check_config_says_how_is_encoded(seacorder, file) -> None:
    file.write_text(
        '[recording]\nencoder = "X264"\nsmart_encoding = false\nbitrate_mbits = 3\n' + GOOD
        + '[[channels]]\nname = "Stern"\ninput = "test:"\nsmart_encoding = true\nburn_in = true\nframe_rate = 5\n'
    )
    lines = seacorder("check-config", "--config", file).out.splitlines()
    assert "  encoding   encoded with x264, 3 Mbit/s" in lines
    assert lines[-1].strip() == "smart encoding, overlay burned in; not used while smart_encoding is on: frame_rate"


def test_check_config_says_what_the_blackbox_records(seacorder, file) -> None:
    file.write_text('[blackbox]\nroot = "/bb"\n' + GOOD)
    bow = "  blackbox   in /bb, Bow, at most 100,000,000,000 bytes, 24 hours"
    assert bow in seacorder("check-config", "--config", file).out.splitlines()
    file.write_text('[blackbox]\nroot = "/bb"\nmax_age_hours = 0\n' + GOOD)
    assert bow.removesuffix(", 24 hours") in seacorder("check-config", "--config", file).out.splitlines()


def test_check_config_says_where_survey_data_comes_from_and_how_it_is_read(seacorder, file) -> None:
    depth = '[[telemetry]]\nname = "Depth"\ninput = "udp://:5005"\nframing = "line"\ndefinitions = ["DEPTH"]\n'
    file.write_text(GOOD + '[[telemetry]]\nname = "Gyro"\ninput = "serial:/dev/ttyUSB0"\n' + depth)
    assert seacorder("check-config", "--config", file).out.splitlines()[-2:] == [
        "  survey 1   Gyro: serial:/dev/ttyUSB0, framing nmea, every NMEA sentence that is known",
        "  survey 2   Depth: udp://:5005, framing line, DEPTH",
    ]


@pytest.mark.parametrize(
    ("own", "line"),
    [
        ('smart_encoding = false\nencoder = "copy"\nburn_in = true\n',
         "encoded although encoder is copy, overlay burned in"),
        ('smart_encoding = false\nencoder = "copy"\n', "stored as it comes"),
        ("keep_clean = true\n", "smart encoding; not used without burn_in: keep_clean"),
        ("keep_clean = true\nburn_in = true\n", "smart encoding, overlay burned in, untouched frames beside it"),
    ],
)
def test_check_config_says_what_a_channels_own_keys_come_to(seacorder, file, own: str, line: str) -> None:
    file.write_text(GOOD + own)
    assert seacorder("check-config", "--config", file).out.splitlines()[-1].strip() == line


def test_check_config_says_which_files_of_the_overlay_are_not_there(seacorder, file) -> None:
    (file.parent / "logo.png").touch()
    own = ['kind = "image"\nfile = "logo.png"', 'kind = "image"\nfile = "job.png"', 'kind = "time"\nfont = "cjk.ttf"']
    layers = "".join(f"[[overlay.layers]]\n{one}\n" for one in own)
    file.write_text(GOOD + layers)
    *_, image, font = seacorder("check-config", "--config", file).out.splitlines()
    job, cjk = (f"{file.parent / name} is not there; without it" for name in ("job.png", "cjk.ttf"))
    assert image.strip() == f"overlay    layer 2: {job} the layer is not shown"
    assert font.strip() == f"overlay    layer 3: {cjk} DejaVu Sans is used"


@pytest.mark.parametrize("command", ["check-config", "serve", "check"])
def test_broken_settings_end_with_code_2_and_every_fault(real_command, file, command) -> None:
    file.write_text('[server]\nprot = 1\n[[channels]]\nname = ""\ninput = "test:"\n')
    ended = real_command(command, "--config", file)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"seacorder: {file}: [server] has no key 'prot'.\n"
        "  Known are host, inspector_port, integration_port, allowed_origins, allowed_hosts, "
        "secure_port, certificate, certificate_key, commands_need_token, access.\n"
        f"seacorder: {file}: [[channels]] 1 name: is empty.\n"
        "  Give every channel a name of its own.\n"
    )


def test_config_sample_can_be_used_as_it_is(seacorder, file) -> None:
    file.write_text(seacorder("config-sample").out)
    assert seacorder("check-config", "--config", file).code == 0


@pytest.mark.parametrize("words", [["--what"], ["serve", "--port", "0"], ["serve", "--port", "x"], ["repair"], ["no"]])
def test_wrong_usage_is_code_2_without_a_trace(seacorder, words) -> None:
    ended = seacorder(*words)
    assert ended.code == 2
    assert "Error" in ended.err
    assert "Traceback" not in ended.err


def test_both_services_on_one_port_are_refused(seacorder) -> None:
    ended = seacorder("serve", "--demo", "--port", "9000", "--integration-port", "9000")
    assert ended.code == 2
    assert "Both services would listen on port 9000" in ended.err


def test_version(seacorder) -> None:
    assert seacorder("--version").out.startswith("seacorder 0.")


def stored(file, change: SettingsChange, *, first: RecorderSettings) -> None:
    """A client's change, kept by an earlier run beside the files of `file`'s storage root."""
    root = file.parent / "rec"
    root.mkdir()
    catalogue = Catalogue(root / "seacorder.db", SystemClock())
    catalogue.open()
    catalogue.save_settings(StoredSettings(apply_change(first, change), names_set(change)))
    catalogue.close()


def test_check_config_says_where_a_clients_value_holds(seacorder, file) -> None:
    file.write_text('[recording]\nsplit_time_minutes = 30\nencoder = "x264"\n' + GOOD)
    stored(file, SettingsChange(split_time_minutes=0.5, encoder="x264"), first=RecorderSettings())
    out = seacorder("check-config", "--config", file).out
    assert "  recording  files of 0.5 minutes, tags in local time" in out
    (told,) = [line for line in out.splitlines() if line.startswith("  client")]
    assert "recording.split_time_minutes is 0.5, set by a client. The settings file says 30," in told
    assert "`seacorder settings reset recording.split_time_minutes`" in told


def test_check_config_makes_no_catalogue_and_bears_a_broken_one(seacorder, file) -> None:
    file.write_text(GOOD)
    seacorder("check-config", "--config", file)
    root = file.parent / "rec"
    assert not root.exists()
    root.mkdir()
    (root / "seacorder.db").write_bytes(b"no database" * 1000)
    ended = seacorder("check-config", "--config", file)
    assert ended.code == 0
    assert "What clients have set is not known" in ended.out


SETTINGS = {
    "recorder": {"smart_encoding": True, "resolution": [640, 480], "split_time_minutes": 0.5, "encoder": "copy"},
    "channels": [],
    "overrides": [{"key": "recording.resolution", "in_force": [640, 480], "in_file": [0, 0]}],
}


def test_settings_show(seacorder, web) -> None:
    web.json("GET /api/v1/settings", SETTINGS)
    lines = seacorder("settings", "show", "--url", web.url).out.splitlines()
    assert [line.split(maxsplit=1) for line in lines[:3]] == [
        ["smart_encoding", "true"], ["resolution", "[640, 480]"], ["split_time_minutes", "0.5"]
    ]
    assert "recording.resolution is [640, 480], set by a client. The settings file says [0, 0]," in lines[-1]
    assert json.loads(seacorder("settings", "show", "--json", "--url", web.url).out) == SETTINGS


def test_settings_reset(seacorder, web) -> None:
    for query in ("", "?key=recording.encoder&key=channels.Deck+2.encoder"):
        web.json(f"DELETE /api/v1/settings{query}", SETTINGS)
    for words in (["--all"], ["recording.encoder", "channels.Deck 2.encoder"]):
        assert seacorder("settings", "reset", *words, "--url", web.url).code == 0
    assert [command for command, _ in web.asked] == [
        "DELETE /api/v1/settings",
        "DELETE /api/v1/settings?key=recording.encoder&key=channels.Deck+2.encoder",
    ]
    for words in ([], ["--all", "recording.encoder"]):
        assert seacorder("settings", "reset", *words, "--url", web.url).code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--host", "http://0.0.0.0"), "--host: 'http://0.0.0.0' is no address to listen on"),
     (("--root", "second"), "root and fallback_root are the same folder")],
)
def test_what_the_command_line_says_instead_has_a_meaning_too(seacorder, file, monkeypatch, words, said) -> None:
    monkeypatch.chdir(file.parent)
    file.write_text(f'[storage]\nfallback_root = "{file.parent}/second"\n' + GOOD.partition("\n")[2].partition("\n")[2])
    ended = seacorder("serve", "--config", file, *words)
    assert ended.code == 2
    assert said in ended.err


def test_the_log_file_is_told(seacorder, tmp_path) -> None:
    path = tmp_path / "seacorder.toml"
    path.write_text(GOOD + '[log]\nfile = "recorder.log"\nfiles_kept = 2\n')
    said = seacorder("check-config", "--config", path).out
    assert f"log        in {tmp_path / 'recorder.log'} too, 10,000,000 bytes a file, 2 earlier ones are kept" in said
