"""What lies beside and inside a recording, through the whole program: sockets in, files out, read by other readers."""

import csv
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import gpxpy
import httpx
import pytest

from rig.ports import free_port
from rig.program import Program, running, wait_for
from rig.survey import sentence
from seacorder.telemetry.logs.raw_form import pieces

CHANNELS = {
    "Bow": "test:?size=320x180&rate=10&codec=h264",  # stored as it comes
    "Stern": "test:?size=320x180&rate=10&codec=raw",  # encoded
}
LAYER = '[[overlay.layers]]\nkind = "text"\ntext = "Hdg {heading:.1f} {dive}"\n'


@pytest.fixture
def port() -> int:
    return free_port(socket.SOCK_DGRAM)


@pytest.fixture
def program(tmp_path: Path, port: int) -> Iterator[Program]:
    source = f'name = "Survey"\ninput = "udp://127.0.0.1:{port}"\nstale_seconds = 60\n'
    more = f"{LAYER}[[telemetry]]\n{source}"
    with running(tmp_path, CHANNELS, more=more) as made:
        yield made


def test_a_dive_is_in_the_table_the_raw_log_the_track_the_subtitles_and_the_framegrab(
    program: Program, port: int, tmp_path: Path
) -> None:
    httpx.patch(f"{program.url}/api/v1/context", json={"dive": "12"}).raise_for_status()
    position = sentence("GPGGA,120000.00,5830.0000,N,00130.0000,E,1,08,0.9,5.0,M,,M,,")
    headings = [sentence(f"HEHDT,{100 + number}.5,T") for number in range(30)]
    sent = [one + b"\r\n" for one in (position, *headings, position)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:

        def send(data: bytes) -> None:
            sender.sendto(data, ("127.0.0.1", port))

        wait_for(lambda: _is_open(program), "the port to be open")
        program.post("/api/v1/recording/start")
        for number, data in enumerate(sent):
            send(data)
            wait_for(lambda data=data: _knows(program, data), f"sentence {number}")
        wait_for(lambda: _has_ended(tmp_path), "two rows with the last heading")
        wait_for(lambda: _is_shown(tmp_path), "pictures with the last heading")
        program.post("/api/v1/framegrab")
        program.post("/api/v1/recording/stop")
    rows = _rows(tmp_path)
    assert {row["dive"] for row in rows} == {"12"}
    assert rows[-1]["heading (deg)"] == "129.5"
    assert rows[-1]["latitude (deg)"] == "58.5"
    raw = next(tmp_path.rglob("*.raw")).read_bytes()
    assert b"".join(piece.data for piece in pieces(raw)) == b"".join(sent)
    (track,) = gpxpy.parse(next(tmp_path.rglob("*.gpx")).read_text()).tracks
    assert {(point.latitude, point.longitude) for one in track.segments for point in one.points} == {(58.5, 1.5)}
    videos = [*tmp_path.rglob("*.mp4")]
    assert sorted(map(_channel_with_text, videos)) == sorted(CHANNELS)
    stills = [*tmp_path.rglob("*.jpg")]
    assert len(stills) == len(CHANNELS)
    for still in stills:
        command = ["exiftool", "-n", "-s3", "-GPSImgDirection", str(still)]
        assert subprocess.run(command, capture_output=True, check=True).stdout.strip() == b"129.5"


def _channel_with_text(video: Path) -> str:
    """The file's channel; its dive and its newest heading are in it, and the heading beside it too."""
    assert "Hdg 129.5 12" in video.with_suffix(".vtt").read_text()
    with av.open(str(video)) as container:
        assert container.metadata["dive"] == "12"
        assert b"Hdg 129.5 12" in b"".join(bytes(packet) for packet in container.demux(subtitles=0))
        (pictures,) = container.streams.video
        assert pictures.codec_context.name == "h264"
        return container.metadata["title"]


def _is_open(program: Program) -> bool:
    (source,) = program.get("/api/v1/telemetry")["items"]
    return bool(source["why"]["fact"] == "It is open. Nothing has come yet.")


def _knows(program: Program, data: bytes) -> bool:
    """The newest heading is the one of this sentence; a position is just there."""
    items: list[dict[str, Any]] = program.get("/api/v1/readings")["items"]
    values = {one["name"]: one["value"] for one in items}
    if data.startswith(b"$GPGGA"):
        return "latitude" in values
    return values.get("heading") == float(data.split(b",")[1])


def _has_ended(folder: Path) -> bool:
    headings = [row["heading (deg)"] for row in _rows(folder)]
    return len(headings) >= 3 and headings[-2:] == ["129.5", "129.5"]


def _is_shown(folder: Path) -> bool:
    """The newest words beside each channel's video have it."""
    words = [path.read_text("utf-8") for path in folder.rglob("*.vtt")]
    return len(words) == len(CHANNELS) and all("Hdg 129.5 12" in one for one in words)


def _rows(folder: Path) -> list[dict[str, str]]:
    found = [*folder.rglob("*.csv")]
    if not found:
        return []
    with found[0].open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
