"""The pages for those who set it up: settings that load, outputs that the program prints, figures of the code."""

import plistlib
import re
import sqlite3
import subprocess
import sys
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest

from rig import pages
from rig.program_texts import texts_of
from seacorder.base.errors import SeacorderError
from seacorder.catalogue.schema import VERSION, upgrade
from seacorder.cli import telemetry_show
from seacorder.cli.machine import told
from seacorder.cli.serve import announce
from seacorder.cli.volumes import check_mounted
from seacorder.config.load import check
from seacorder.control.alarms.rules import LOW_SECONDS, SLOW_SHARE, VERY_LOW_SECONDS
from seacorder.control.settings.overrides import override_message
from seacorder.inputs.ffmpeg.discovery import FoundInput, FoundInputs
from seacorder.inputs.ffmpeg.v4l2 import OfferedFormat, OfferedSize
from seacorder.model.channel import PictureFormat
from seacorder.model.encoders import SOFTWARE
from seacorder.model.encoding import EncodingSettings, Machine
from seacorder.model.encoding_decision import (
    DECODING_MEGAPIXELS_PER_CORE,
    MEGAPIXELS_PER_CORE,
    USABLE_SHARE,
    plan_for,
)
from seacorder.model.settings import Override
from seacorder.storage.volume_memory import VolumeMemory
from tools import wheelhouse
from tools.tree import ROOT
from tools.wheelhouse import Target

pytestmark = pytest.mark.docs

FOLDER = ROOT / "docs/setup"


def page(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    """The code blocks of a language on a page."""
    return pages.blocks(page(name), language)


TOML = [(path.stem, body) for path in sorted(FOLDER.glob("*.md")) for body in blocks(path.stem, "toml")]


@pytest.mark.parametrize(("name", "text"), TOML, ids=[f"{name}{number}" for number, (name, _) in enumerate(TOML)])
def test_settings_that_are_shown_are_accepted(name: str, text: str) -> None:
    """The channels may be in another block of the page, and so may definitions and sources of survey data."""
    raw = tomllib.loads(text)
    for other in map(tomllib.loads, blocks(name, "toml")):
        for key in {"definitions", "telemetry"} & other.keys():
            raw.setdefault(key, other[key])
    raw.setdefault("channels", [{"name": "ROV", "input": "test:"}])
    assert check(raw, place=name, folder=FOLDER, environment={}).channels


def test_there_are_some() -> None:
    assert len(TOML) >= 12


def test_the_first_settings_file_means_what_the_page_says(tmp_path: Path) -> None:
    file = tmp_path / "seacorder.toml"
    file.write_text(blocks("firstcamera", "toml")[0], "utf-8")
    (shown,) = [body for body in blocks("firstcamera", "") if body.startswith("/etc/seacorder/seacorder.toml: fine.")]
    command = [sys.executable, "-m", "seacorder", "check-config", "--config", str(file)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert printed.replace(str(file), "/etc/seacorder/seacorder.toml") == shown


def test_the_package_is_made_as_the_page_says(tmp_path: Path) -> None:
    archive = tmp_path / "seacorder-0.1.0-linux-x86_64-python3.11.tar.gz"
    with archive.open("wb") as file:
        file.truncate(57_000_000)
    told = wheelhouse.told(Target("Linux", "x86_64", (3, 11)), archive)
    assert f"{told.replace(str(tmp_path), 'dist')}\n" in blocks("install", "")


def test_what_the_installer_refuses_is_in_its_words() -> None:
    words = " ".join(texts_of(ROOT / "tools/offline_install.py"))
    table = page("install").partition("| it says | do |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| (.+?) \| .+ \|$", table, re.MULTILINE)
    assert len(told) == 9
    for sentence in told:
        filled = re.sub(r"Python 3\.1[12]|x86_64|aarch64|glibc 2\.28|2\.17", "…", sentence)
        pieces = [piece.strip(" .,(") for piece in filled.split("…")]
        assert [piece for piece in pieces if piece and piece not in words] == [], sentence


def test_the_start_is_announced_as_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []
    monkeypatch.setattr("seacorder.cli.serve.streams.print_unheeded", printed.append)
    monkeypatch.setattr("seacorder.cli.serve.is_in_terminal", lambda: True)
    channels = [{"name": name, "input": "test:"} for name in ("Bow", "Stern", "Port", "Starboard")]
    raw = {"storage": {"root": "/data/demo"}, "channels": channels}
    announce(check(raw, place="demo", folder=FOLDER, environment={}), "")
    assert f"{printed[0]}\n" in blocks("firstcamera", "")


def test_cores_are_those_that_the_recorder_plans_with() -> None:
    """Megapixels a second by what a core does, with room to spare."""
    cores = r" ([\d.]+) cores \|"
    rows = re.findall(rf"^\| (\d+)x(\d+) \|{cores}{cores}{cores}$", page("sizing"), re.MULTILINE)
    assert len(rows) == 3
    for width, height, *shown in rows:
        megapixels = int(width) * int(height) * 25 / 1e6
        fastest = [megapixels / max(MEGAPIXELS_PER_CORE[name].values()) for name in ("libx264", "libx264", "libx265")]
        decoding = megapixels / DECODING_MEGAPIXELS_PER_CORE
        needed = [(fastest[0] + decoding), fastest[1], fastest[2] + decoding]
        planned = [one / USABLE_SHARE for one in needed]
        assert [float(one) for one in shown] == pytest.approx(planned, abs=0.051, rel=0.005)
    assert f"plans with {100 * USABLE_SHARE:g} % of the cores" in page("sizing")


def test_how_long_a_disk_lasts() -> None:
    rows = re.findall(r"^\| (\d+) Mbit/s \| ([\d.]+) GB \| ([\d.]+) GB \| (\d+) h \|$", page("disks"), re.MULTILINE)
    assert len(rows) == 4
    for rate, hour, eight, full in rows:
        gigabytes = int(rate) * 3600 / 8 / 1000
        assert (float(hour), float(eight), int(full)) == (gigabytes, 8 * gigabytes, round(1000 / (8 * gigabytes)))


def test_the_limits_of_the_disk_alarms() -> None:
    text = page("disks")
    assert (LOW_SECONDS, VERY_LOW_SECONDS, SLOW_SHARE) == (3600, 600, 0.25)
    assert "| one hour of recording is left | `disk_low`, a warning |" in text
    assert "| ten minutes are left | `disk_low`, an alarm |" in text
    assert "when a quarter of it is used, and ends at an eighth" in text


def test_a_catalogue_of_a_newer_program_is_refused_as_the_page_says() -> None:
    shown = next(body for body in blocks("upgrade", "") if body.startswith("seacorder: The list of recordings"))
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(SeacorderError) as refused:
        upgrade(connection)
    assert in_the_terminal(refused.value) == shown


def in_the_terminal(error: SeacorderError) -> str:
    return f"seacorder: {error.fact}\n" + (f"  {error.action}\n" if error.action else "")


def test_an_override_is_told_as_the_page_says() -> None:
    told = override_message(Override("recording.split_time_minutes", 5, 10))
    assert f"{told}\n" in blocks("changing", "")


def test_a_disk_that_is_not_mounted_is_told_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seacorder.cli.volumes.is_unmounted", lambda *_: True)
    with pytest.raises(SeacorderError) as refused:
        check_mounted(Path("/data/recordings"), VolumeMemory(tmp_path))
    assert in_the_terminal(refused.value) in blocks("disks", "")


def test_what_was_decided_is_told_as_the_page_says() -> None:
    source = PictureFormat("h264", 1920, 1080, Fraction(25))
    plan = plan_for(source, EncodingSettings(burn_in=True), Machine(SOFTWARE, cores=2))
    assert f"> {plan.sentence}\n" in page("encoding")


def test_the_job_for_macos_is_a_property_list() -> None:
    (shown,) = blocks("service", "xml")
    job = plistlib.loads(shown.encode())
    assert job["ProgramArguments"][1:3] == ["serve", "--config"]
    assert job["KeepAlive"] is job["RunAtLoad"] is True


def test_devices_are_listed_as_the_page_shows() -> None:
    offers = (
        OfferedFormat("mjpeg", (OfferedSize(1920, 1080, (30.0,)), OfferedSize(1280, 720, (60.0, 30.0)))),
        OfferedFormat("yuyv422", (OfferedSize(1920, 1080, (5.0,)), OfferedSize(640, 480, (30.0,)))),
    )
    lines = told(FoundInputs((FoundInput("v4l2:/dev/video0", "USB Video: USB Video", offers),), (), ()))
    assert "\n".join(lines[:4]) + "\n" in blocks("sources", "")


def test_the_definition_of_ones_own_reads_the_lines_as_the_page_shows(tmp_path: Path) -> None:
    """A copy of a cable, the table of the settings file, and what the command prints."""
    lines, settings = blocks("survey", "text")[0], blocks("survey", "toml")[0]
    (shown,) = [body for body in blocks("survey", "") if body.startswith("ROV;")]
    file = tmp_path / "seacorder.toml"
    file.write_text(f'{settings}\n[[channels]]\nname = "Bow"\ninput = "test:"\n', "utf-8")
    command = [sys.executable, "-m", "seacorder", "telemetry", "try", "Vehicle", "--framing", "line"]
    printed = subprocess.run(
        [*command, "--config", str(file)], input=lines.encode(), capture_output=True, check=True
    ).stdout
    assert printed.decode() == shown


def test_survey_data_are_shown_live_as_the_page_says() -> None:
    source = {
        "name": "Vehicle", "address": "serial:/dev/ttyUSB0?baud=9600", "state": "live", "records": 41, "why": None,
        "refusal": "", "definitions_refused": [], "clock_difference_seconds": 0.2,
    } | dict.fromkeys(telemetry_show.COUNTERS, 0)
    values = {
        "altitude": (1.85, "m"), "clock_difference": (0.2, "s"), "depth": (64.12, "m"), "heading": (271.4, "°"),
    }
    readings = [
        {"name": name, "value": value, "unit": unit, "state": "fresh", "age_seconds": 0.4, "source": "Vehicle"}
        for name, (value, unit) in values.items()
    ]
    told = telemetry_show.lines_of({"items": [source]}, {"items": readings})
    assert "\n".join(told) + "\n" in blocks("survey", "")


def test_what_survey_data_say_is_in_the_programs_words() -> None:
    words = " ".join(text for path in (ROOT / "src/seacorder").rglob("*.py") for text in texts_of(path))
    table = page("survey").partition("| it says | do |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| (.+?) \| .+ \|$", table, re.MULTILINE)
    assert len(told) == 11
    pieces = [piece.strip(" .") for sentence in told for piece in re.sub(r"`---`.*", "", sentence).split("…")]
    assert [piece for piece in pieces if piece and piece not in words] == []
