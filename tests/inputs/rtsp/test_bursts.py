"""A camera that is read in bursts: the same pictures, and when they came."""

import itertools
import socket
import struct
import sys
import time
from collections.abc import Iterator

import pytest

from rig.data_sources import kernel_notes_arrivals
from rig.fixtures import MakeSource
from rig.inputs import read_camera
from rig.program import DEADLINE_SECONDS, wait_for
from rig.scripted_camera import ScriptedCamera
from rig.source_files import SourceSpec
from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.base.errors import InputFailed
from seacorder.base.kernel_times import arrival_of
from seacorder.base.readiness import Readiness
from seacorder.inputs.contract import OpenConnection, Unread
from seacorder.inputs.rtsp.camera import RtspInput
from seacorder.inputs.rtsp.connection import Connection
from seacorder.inputs.rtsp.unread import SLOT_NS
from seacorder.model.address.address import RtspAddress
from seacorder.model.sample import SourcePacket

SPEC = SourceSpec(width=320, height=180, rate=50, seconds=6, gop=25)
PICTURE_NS = NS_PER_SECOND // 50


class CountingCamera(ScriptedCamera):
    """Counts the pictures that it has sent. None comes sooner after the one before than its RTP time says."""

    sent = 0
    _catches_up_seconds = 0.0

    def _frames(self) -> Iterator[bytes]:
        for block in super()._frames():
            yield block
            self.sent += 1


def opened(camera: ScriptedCamera) -> tuple[RtspInput, OpenConnection]:
    source = RtspInput(RtspAddress(camera.url), SystemClock())
    source.open()
    connection = source.connection()
    assert connection is not None
    return source, connection


def read_bursts(connection: OpenConnection, pictures: int) -> list[tuple[int, list[SourcePacket]]]:
    """Reads once whenever something can be read; (when each read ended, its pictures)."""
    clock, bursts, count = SystemClock(), [], 0
    while count < pictures:
        assert Readiness(connection.number).wait(60)
        found = [item for item in connection.read() if isinstance(item, SourcePacket)]
        bursts.append((clock.monotonic_ns(), found))
        count += len(found)
    return bursts


def read_on(connection: OpenConnection, pictures: list[SourcePacket]) -> None:
    """Reads until the connection ends."""
    while True:
        pictures += [item for item in connection.read() if isinstance(item, SourcePacket)]


def test_it_brings_the_same_pictures(rig_source: MakeSource) -> None:
    with ScriptedCamera(rig_source(SPEC)) as camera:
        _, usual = read_camera(camera.url, 60)
    with ScriptedCamera(rig_source(SPEC)) as camera:
        source, connection = opened(camera)
        found = [one for _, burst in read_bursts(connection, 60) for one in burst][:60]
        source.close()
    assert [bytes(one.packet) for one in found] == [bytes(one.packet) for one in usual]
    assert [one.pts for one in found] == [one.pts for one in usual]
    assert not any(one.missing_before for one in found)


def test_pictures_that_were_read_together_came_one_after_the_other(rig_source: MakeSource) -> None:
    """What is left unread for long keeps its own times, which the kernel and the camera's RTP times tell."""
    with CountingCamera(rig_source(SPEC)) as camera:
        source, connection = opened(camera)
        read_bursts(connection, 5)
        gathered = camera.sent + 12
        wait_for(lambda: camera.sent >= gathered, "pictures that nobody reads")
        ((read_ns, burst),) = read_bursts(connection, 5)
        source.close()
    steps = [after.arrived_ns - before.arrived_ns for before, after in itertools.pairwise(burst[1:])]
    assert steps
    assert all(step == PICTURE_NS for step in steps), steps
    assert burst[-1].arrived_ns <= read_ns


class EndingCamera(CountingCamera):
    """Says goodbye (RTCP BYE) behind its 40th picture."""

    def _frames(self) -> Iterator[bytes]:
        for block in super()._frames():
            goodbye = b"$\x05\x00\x08" + struct.pack(">BBHI", 0x81, 203, 1, 5)
            yield block + goodbye if self.sent == 39 else block


def test_what_came_before_the_end_in_one_burst_is_not_lost(rig_source: MakeSource) -> None:
    with EndingCamera(rig_source(SPEC)) as camera:
        source, connection = opened(camera)
        wait_for(lambda: camera.sent >= 45, "the end, which nobody reads")
        pictures: list[SourcePacket] = []
        with pytest.raises(InputFailed, match="ended"):
            read_on(connection, pictures)
        source.close()
    assert [one.pts for one in pictures[:40]] == [number * 1800 for number in range(40)]


def test_nothing_lies_unread_until_it_is_known_how_much_comes(rig_source: MakeSource) -> None:
    with ScriptedCamera(rig_source(SPEC)) as camera:
        source, connection = opened(camera)
        assert connection.may_wait_ns() == 0
        read_bursts(connection, 90)
        assert connection.may_wait_ns() == SLOT_NS
        source.close()


def test_a_read_that_finds_nothing_says_so_and_does_not_wait(rig_source: MakeSource) -> None:
    with ScriptedCamera(rig_source(SPEC)) as camera:
        source, connection = opened(camera)
        found = {Unread.ALL_TAKEN}
        end = time.monotonic() + DEADLINE_SECONDS
        while Unread.NOTHING_CAME not in found:
            assert time.monotonic() < end
            connection.read()
            found.add(connection.unread)
        source.close()


def test_what_has_ended_says_why(rig_source: MakeSource) -> None:
    with ScriptedCamera(rig_source(SPEC)) as camera:
        source, connection = opened(camera)
    with pytest.raises(InputFailed):
        read_bursts(connection, 1_000_000)
    source.close()
    assert connection.number == -1
    with pytest.raises(InputFailed, match="was closed"):
        connection.read()


def test_beside_datagrams_everything_is_read_as_it_comes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        connection = Connection()
        connection.connect("127.0.0.1", server.getsockname()[1], tls=False, timeout=5)
        connection.also_wait_for(datagrams.fileno())
        assert not connection.read_in_bursts()
        connection.close()


class DeafCamera(CountingCamera):
    """Asks one question after the other behind its 40th picture, and reads no answer."""

    def _serve(self, client: socket.socket) -> None:
        self._client = client
        super()._serve(client)

    def _frames(self) -> Iterator[bytes]:
        for block in super()._frames():
            yield block
            if self.sent == 40:
                self._client.settimeout(60)
                self._client.sendall((b"OPTIONS * RTSP/1.0\r\nCSeq: " + b"1" * 30_000 + b"\r\n\r\n") * 1000)


def test_a_camera_that_does_not_read_what_it_is_sent_is_given_up_and_not_waited_for(
    rig_source: MakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seacorder.inputs.rtsp.connection.select.select", lambda *_: ([], [], []))
    with DeafCamera(rig_source(SPEC)) as camera:
        source, connection = opened(camera)
        pictures: list[SourcePacket] = []
        with pytest.raises(InputFailed, match="does not read what is sent to it"):
            read_on(connection, pictures)
        source.close()
    assert len(pictures) >= 40


class EndlessCamera(CountingCamera):
    """Behind its 40th picture come slices without end, none of which is the first of a picture."""

    def _frames(self) -> Iterator[bytes]:
        for block in super()._frames():
            if self.sent < 40:
                yield block
                continue
            last = block.rindex(b"$\x04")
            sequence, time = struct.unpack_from(">HI", block, last + 6)
            slices = b""
            for number in range(1, 700):
                head = struct.pack(">BBHII", 0x80, 96, sequence + number & 0xFFFF, time + number & 0xFFFF_FFFF, 5)
                slices += b"$\x04" + struct.pack(">H", 12 + 60_000) + head + b"\x41\x40" + bytes(59_998)
                if number % 16 == 0:
                    yield block * (number == 16) + slices
                    slices = b""
            return


def test_a_picture_without_end_ends_the_connection(rig_source: MakeSource) -> None:
    with EndlessCamera(rig_source(SPEC)) as camera:
        source, connection = opened(camera)
        pictures: list[SourcePacket] = []
        with pytest.raises(InputFailed, match="sent a picture of more than 32 MiB without an end"):
            read_on(connection, pictures)
        source.close()
    assert [one.pts for one in pictures[:40]] == [number * 1800 for number in range(40)]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")
def test_a_read_in_bursts_tells_when_the_newest_byte_came() -> None:
    with kernel_notes_arrivals(), socket.create_server(("127.0.0.1", 0)) as server:
        connection = Connection()
        connection.connect("127.0.0.1", server.getsockname()[1], tls=False, timeout=5)
        assert connection.read_in_bursts()
        with server.accept()[0] as camera:
            camera.sendall(b"first")
            before_ns = time.time_ns()
            camera.sendall(b"newest")
            after_ns = time.time_ns()
            while connection.received < len(b"firstnewest"):
                connection.read()
            assert connection.came_utc_ns is not None
            assert before_ns <= connection.came_utc_ns <= after_ns
        connection.close()


def test_what_the_kernel_notes_is_read_out_of_what_it_returns() -> None:
    note = struct.pack("@ll", 1_700_000_000, 5)
    other = (socket.SOL_SOCKET, 1, b"xx")
    assert arrival_of([other, (socket.SOL_SOCKET, 35, note)]) == 1_700_000_000 * NS_PER_SECOND + 5
    assert arrival_of([other, (socket.SOL_SOCKET, 35, b"short")]) is None
    assert arrival_of([]) is None
