"""Cameras over RTSP in TLS: a real RTSP server behind a TLS port, and the wrong kind of port."""

import itertools
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rig import tls_proxy
from rig.fixtures import MakeSource
from rig.frames import frame_numbers
from rig.recording import write
from rig.rtsp_server import RtspServer
from rig.source_files import SourceSpec
from rig.tls_proxy import TlsProxy
from seacorder.base.clock import SystemClock
from seacorder.base.errors import InputFailed
from seacorder.inputs.contract import Input
from seacorder.inputs.open import make_input
from seacorder.model.sample import SourcePacket, Track

pytestmark = pytest.mark.rtsp

SPEC = SourceSpec(width=640, height=360, rate=50, seconds=20, gop=25, bits_per_second=8_000_000, noise=True)
CLIENTS = ("own", "ffmpeg")
ALERT = bytes.fromhex("15030300020246")
"""Fatal: protocol version."""


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if (reason := tls_proxy.reason_to_skip()) is not None:
        pytest.skip(reason)
    return tls_proxy.make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def tls(rtsp_server: RtspServer, rig_source: MakeSource, certificate: Path) -> Iterator[TlsProxy]:
    """A TLS port in front of the server, which serves `/bow` with sound."""
    rtsp_server.serve("/bow", rig_source(SPEC), audio="aac")
    with TlsProxy(rtsp_server.port, certificate) as proxy:
        yield proxy


def made(address: str, client: str) -> Input:
    return make_input(f"{address}#client={client}", channel_name="Bow", channel_index=0, clock=SystemClock())


def sentence_of(address: str, client: str) -> str:
    source = made(address, client)
    with pytest.raises(InputFailed) as failed:
        source.open()
    source.close()
    sentence = str(failed.value)
    assert "secret" not in sentence
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("client", CLIENTS)
def test_no_frame_is_missing(tls: TlsProxy, tmp_path: Path, client: str) -> None:
    source = made(f"rtsps://127.0.0.1:{tls.port}/bow", client)
    found = source.open()
    packets = [item for item in itertools.islice(source.packets(), 300) if isinstance(item, SourcePacket)]
    source.close()
    assert tls.versions == ["TLSv1.3"]
    assert found.audio is not None
    assert sum(packet.track is Track.AUDIO for packet in packets) > 50
    write(found, packets, tmp_path / "copy.mp4")
    numbers = frame_numbers(tmp_path / "copy.mp4")
    assert len(numbers) == sum(packet.track is Track.VIDEO for packet in packets) >= 80
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_closing_ends_a_read_that_waits(tls: TlsProxy) -> None:
    source = made(f"rtsps://127.0.0.1:{tls.port}/bow", "own")
    source.open()
    closer = threading.Timer(0.3, source.close)
    closer.start()
    with pytest.raises(InputFailed, match="was closed"):
        list(source.packets())
    closer.join()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_tls_camera_that_goes_away(tls: TlsProxy, rtsp_server: RtspServer, client: str) -> None:
    source = made(f"rtsps://127.0.0.1:{tls.port}/bow", client)
    source.open()
    packets = source.packets()
    next(packets)
    rtsp_server.cut()
    with pytest.raises(InputFailed, match="the connection"):
        list(packets)
    source.close()


@pytest.mark.parametrize("client", CLIENTS)
def test_a_port_without_tls(rtsp_server: RtspServer, client: str) -> None:
    port = rtsp_server.port
    sentence = sentence_of(f"rtsps://diver:secret@127.0.0.1:{port}/bow", client)
    assert "does not speak TLS (1.2 or newer) on this port. Write rtsp:// in its address, or the" in sentence
    assert "cannot be found" in sentence_of("rtsps://diver:secret@nowhere.invalid/bow", client)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_port_with_tls_alone(tls: TlsProxy, client: str) -> None:
    assert "write rtsps:// if it uses TLS there" in sentence_of(f"rtsp://diver:secret@127.0.0.1:{tls.port}/bow", client)


def test_a_port_that_says_that_it_has_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        guard = threading.Thread(target=_alert, args=(server,))
        guard.start()
        sentence = sentence_of(f"rtsp://127.0.0.1:{server.getsockname()[1]}/bow", "own")
        guard.join(5)
    assert "speaks TLS on this port. Write rtsps:// instead of rtsp://" in sentence


def _alert(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(ALERT)
        connection.recv(1000)
