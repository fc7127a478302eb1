"""Streams from real senders: no frame is missing, changes come between packets, silence and mistakes are said."""

import contextlib
import itertools
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.fixtures import Keep, MakeSource
from rig.flv import Join, Tag, add_sound, as_flv, joined
from rig.frames import frame_numbers
from rig.inputs import made
from rig.lossy_relay import LossyRelay
from rig.ports import free_port
from rig.recording import write
from rig.senders import Sender, publish, send_tcp, send_udp, wait_until_listening
from rig.source_files import SourceSpec, as_byte_stream
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import InputFailed
from seacorder.inputs.contract import Input
from seacorder.inputs.ffmpeg import stream
from seacorder.inputs.ffmpeg.stream import WrappedTimes
from seacorder.inputs.picture_timeout import PictureTimeout
from seacorder.model.sample import SourceFormat, SourcePacket, Track

SPEC = SourceSpec(width=320, height=180, rate=50, seconds=4, gop=25)
TICKS_TO_WRAP = 1 << 33

Start = Callable[[str, Path], str]


def video_of(items: Iterator[SourcePacket | SourceFormat], count: int) -> list[SourcePacket]:
    video = (item for item in items if isinstance(item, SourcePacket) and item.track is Track.VIDEO)
    return list(itertools.islice(video, count))


@pytest.fixture(params=["udp", "tcp", pytest.param("rtmp", marks=pytest.mark.rtmp)])
def send(request: pytest.FixtureRequest, keep_sender: Keep) -> Callable[[Path], str]:
    """Begins to send a file and returns the address at which it is fetched."""

    def start(path: Path) -> str:
        if request.param == "udp":
            port = free_port(socket.SOCK_DGRAM)
            keep_sender(send_udp(path, port))
            return f"udp://:{port}"
        if request.param == "tcp":
            port = free_port()
            keep_sender(send_tcp(path, port, listens=True))
            wait_until_listening(port)
            return f"tcp://127.0.0.1:{port}"
        application: str = request.getfixturevalue("rtmp_application")
        keep_sender(publish(path, f"{application}/bow"))
        return f"{application}/bow"

    return start


@pytest.mark.parametrize("b_frames", [0, 2])
def test_no_frame_is_missing(
    send: Callable[[Path], str], rig_source: MakeSource, tmp_path: Path, b_frames: int
) -> None:
    spec = SourceSpec(**{**_fields(SPEC), "b_frames": b_frames})
    source = made(send(rig_source(spec).path))
    found = source.open()
    packets = video_of(source.packets(), 100)
    source.close()
    assert found.frame_rate == 50
    assert packets[0].is_keyframe
    write(found, packets, tmp_path / "copy.mp4")
    numbers = frame_numbers(tmp_path / "copy.mp4")
    first = numbers[0]
    assert numbers == [(first + count) % spec.frames for count in range(len(numbers))]
    assert len(numbers) >= 100 - b_frames


def _fields(spec: SourceSpec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in ("width", "height", "rate", "seconds", "gop")}


def test_hevc_comes_over_mpeg_ts(rig_source: MakeSource, keep_sender: Keep, tmp_path: Path) -> None:
    port = free_port(socket.SOCK_DGRAM)
    keep_sender(send_udp(rig_source(SourceSpec(**_fields(SPEC), codec="hevc")), port))
    source = made(f"udp://:{port}")
    found = source.open()
    packets = video_of(source.packets(), 60)
    source.close()
    assert (found.video.codec, found.frame_rate) == ("hevc", 50)
    write(found, packets, tmp_path / "copy.mp4")
    numbers = frame_numbers(tmp_path / "copy.mp4")
    assert numbers == list(range(numbers[0], numbers[0] + 60))


def test_pictures_that_came_damaged_are_left_out_and_no_others(rig_source: MakeSource, keep_sender: Keep) -> None:
    """A whole picture ends with the slice that was sent; each slice is sent once in a round."""
    spec = SourceSpec(width=640, height=360, seconds=8, gop=25, noise=True, bits_per_second=6_000_000)
    sent = _slices(rig_source(spec).path)
    assert len(sent) == spec.frames
    port = free_port(socket.SOCK_DGRAM)
    with LossyRelay(port, lambda number: number % 150 == 100) as relay:
        keep_sender(send_udp(rig_source(spec).path, relay.port))
        source = made(f"udp://:{port}")
        source.open()
        packets = video_of(source.packets(), 120)
        source.close()
        lost = len(relay.lost)
    numbers = [sent.get(bytes(packet.packet).rpartition(b"\x00\x00\x01")[2], -1) for packet in packets]
    assert -1 not in numbers
    steps = [after - before for before, after in itertools.pairwise(numbers)]
    times = [((after.dts or 0) - (before.dts or 0)) // 3600 for before, after in itertools.pairwise(packets)]
    assert steps == times
    missing = sum(step - 1 for step in steps)
    assert sum(packet.missing_before for packet in packets) == missing
    assert 0 < missing <= 2 * lost  # more may be lost by now: the relay goes on while pictures wait to be read


def _slices(path: Path) -> dict[bytes, int]:
    """The last NAL unit of each picture, and the picture's number."""
    with av.open(str(path)) as container:
        pictures = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    streams = [as_byte_stream(picture, 4) for picture in pictures]
    return {stream.rpartition(b"\x00\x00\x01")[2]: number for number, stream in enumerate(streams)}


def test_a_group_of_receivers_is_joined(rig_source: MakeSource, keep_sender: Keep) -> None:
    port = free_port(socket.SOCK_DGRAM)
    keep_sender(send_udp(rig_source(SPEC), port, host="239.255.77.1"))
    source = made(f"udp://239.255.77.1:{port}#interface=127.0.0.1")
    assert source.open().video.codec == "h264"
    assert len(video_of(source.packets(), 10)) == 10
    source.close()


def test_sound_comes_too_unless_it_is_not_wanted(rig_source: MakeSource, keep_sender: Keep, tmp_path: Path) -> None:
    with_sound = tmp_path / "sound.mp4"
    add_sound(rig_source(SPEC).path, with_sound, SPEC.seconds)
    port = free_port(socket.SOCK_DGRAM)
    keep_sender(send_udp(with_sound, port))
    source = made(f"udp://:{port}")
    found = source.open()
    assert found.audio is not None
    assert (found.audio.codec, found.audio.sample_rate) == ("aac", 48000)
    items = [item for item in itertools.islice(source.packets(), 150) if isinstance(item, SourcePacket)]
    source.close()
    write(found, items, tmp_path / "copy.mp4")
    with av.open(str(tmp_path / "copy.mp4")) as copy:
        assert sum(frame.samples for frame in copy.decode(audio=0)) > 48000 // 2
    silent = made(f"udp://:{port}#audio=off")
    assert silent.open().audio is None
    silent.close()


def test_times_go_on_where_the_sender_s_begin_again(rig_source: MakeSource, keep_sender: Keep) -> None:
    port = free_port(socket.SOCK_DGRAM)
    begin = TICKS_TO_WRAP / 90_000 - 3
    keep_sender(send_udp(rig_source(SPEC), port, "-output_ts_offset", f"{begin:.3f}"))
    source = made(f"udp://:{port}")
    source.open()
    times = [packet.dts or 0 for packet in video_of(source.packets(), 180)]
    source.close()
    assert times[0] < TICKS_TO_WRAP < times[-1]
    assert {after - before for before, after in itertools.pairwise(times)} == {1800}


@given(st.integers(0, TICKS_TO_WRAP - 1), st.lists(st.integers(-100_000, 900_000), min_size=1, max_size=50))
def test_wrapped_times_are_endless(begin: int, steps: list[int]) -> None:
    times, true = WrappedTimes(33), begin
    for step in [0, *steps]:
        true += step
        packet = av.Packet(b"x")
        packet.dts, packet.pts = true % TICKS_TO_WRAP, (true + 3600) % TICKS_TO_WRAP
        times.correct(packet)
        assert (packet.dts, packet.pts) == (true, true + 3600)


def test_a_new_size_comes_between_the_packets_of_a_transport_stream(
    rig_source: MakeSource, keep_sender: Keep, tmp_path: Path
) -> None:
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(_transport_stream(rig_source(spec).path) for spec in (SPEC, _larger())))
    port = free_port(socket.SOCK_DGRAM)
    keep_sender(send_udp(both, port))
    source = made(f"udp://:{port}")
    items: list[SourcePacket | SourceFormat] = [source.open()]
    _assert_new_size(items, source)
    source.close()


@pytest.mark.rtmp
def test_a_new_size_comes_between_the_packets_of_rtmp(
    rig_source: MakeSource, keep_sender: Keep, rtmp_application: str
) -> None:
    first = keep_sender(publish(rig_source(SPEC).path, f"{rtmp_application}/bow"))
    source = made(f"{rtmp_application}/bow")
    items: list[SourcePacket | SourceFormat] = [source.open()]
    packets = source.packets()
    items += list(itertools.islice(packets, 30))
    first.close()
    keep_sender(publish(rig_source(_larger()).path, f"{rtmp_application}/bow"))
    _assert_new_size(items, source, packets)
    source.close()


def _larger() -> SourceSpec:
    return SourceSpec(width=640, height=360, rate=50, seconds=4, gop=25)


def _transport_stream(path: Path) -> bytes:
    target = path.with_suffix(".ts")
    with av.open(str(path)) as given, av.open(str(target), "w", format="mpegts") as out:
        stream = out.add_stream_from_template(given.streams.video[0], opaque=True)
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = stream
                out.mux(packet)
    return target.read_bytes()


def _assert_new_size(
    items: list[SourcePacket | SourceFormat],
    source: Input,
    packets: Iterator[SourcePacket | SourceFormat] | None = None,
) -> None:
    """Reads on until the size has changed; what follows it is a keyframe of that size that decodes."""
    packets = packets or source.packets()
    for item in itertools.islice(packets, 600):
        items.append(item)
        if isinstance(item, SourceFormat):
            break
    changed = items[-1]
    assert isinstance(changed, SourceFormat)
    first = items[0]
    assert isinstance(first, SourceFormat)
    assert {(one.video.width, one.video.height) for one in (first, changed)} == {(320, 180), (640, 360)}
    assert not first.fits(changed)
    [keyframe] = video_of(packets, 1)
    assert keyframe.is_keyframe
    context = changed.templates[Track.VIDEO].codec_context
    frames = context.decode(keyframe.packet) + context.decode(None)
    assert frames[0].width == changed.video.width


@pytest.mark.parametrize("scheme", ["udp", "tcp"])
def test_who_goes_silent_is_said_and_may_come_back(rig_source: MakeSource, keep_sender: Keep, scheme: str) -> None:
    port = free_port(socket.SOCK_DGRAM if scheme == "udp" else socket.SOCK_STREAM)
    sender = keep_sender(_sending(rig_source, scheme, port))
    address = f"udp://:{port}" if scheme == "udp" else f"tcp://127.0.0.1:{port}"
    source = made(address)
    source.open()
    packets = source.packets()
    assert len(video_of(packets, 10)) == 10
    sender.close()
    with pytest.raises(InputFailed, match="receives nothing" if scheme == "udp" else "ended|cut the connection"):
        list(packets)
    source.close()
    keep_sender(_sending(rig_source, scheme, port))
    again = made(address)
    again.open()
    assert len(video_of(again.packets(), 10)) == 10
    again.close()


def _sending(rig_source: MakeSource, scheme: str, port: int) -> Sender:
    if scheme == "udp":
        return send_udp(rig_source(SPEC), port)
    sender = send_tcp(rig_source(SPEC), port, listens=True)
    wait_until_listening(port)
    return sender


def test_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "VISITOR_SECONDS", 1)
    with socket.socket() as reserved, socket.create_server(("127.0.0.1", 0)) as mute:
        reserved.bind(("127.0.0.1", 0))
        nobody, silent = reserved.getsockname()[1], mute.getsockname()[1]
        sentences = {
            f"udp://:{free_port(socket.SOCK_DGRAM)}": "receives nothing. Check that the sender runs",
            f"tcp://127.0.0.1:{nobody}": "refuses connections",
            f"tcp://127.0.0.1:{silent}": "does not answer",
            f"tcp://:{free_port()}#listen=on": "waits, and no encoder connects",
            f"tcp://:{silent}#listen=on": "another program has that port",
            "udp://10.255.255.1:5999": "no network card of this computer has that address",
            f"rtmp://user:secret@127.0.0.1:{nobody}/live/bow": "refuses connections",
            f"rtmp://user:secret@127.0.0.1:{silent}/live/bow": "is away: the server is reached and sends nothing",
            "rtmp://user:secret@nowhere.invalid/live/bow": "cannot be found",
        }
        for address, sentence in sentences.items():
            source = made(address, PictureTimeout(NS_PER_SECOND))
            with pytest.raises(InputFailed, match=sentence) as failed:
                source.open()
            source.close()
            assert "secret" not in str(failed.value)
            assert failed.value.__cause__ is None


def test_hevc_comes_over_rtmp(rig_source: MakeSource, tmp_path: Path) -> None:
    """Enhanced RTMP, which `ffmpeg` hands on unread as a server of one viewer."""
    flv, port = tmp_path / "sent.flv", free_port()
    once = as_flv(rig_source(SourceSpec(**_fields(SPEC), codec="hevc")).path)
    # More than the sockets hold: a server that has sent all of it hangs up, and what its viewer has not read is gone.
    again = [
        Tag(tag.kind, tag.ms + 1000 * SPEC.seconds * turn, tag.body)
        for turn in range(1, 150) for tag in once if not tag.is_parameters
    ]
    flv.write_bytes(joined([*once, *again], Join()))
    address = f"rtmp://127.0.0.1:{port}/live/bow"
    head = ["ffmpeg", "-loglevel", "error", "-nostdin", "-f", "data", "-i", str(flv), "-map", "0", "-c", "copy"]
    packets: list[SourcePacket] = []
    for _ in range(5):
        # Now and then this one-shot server's connection is cut before all is read; why is not known. It is asked
        # anew then, as the recorder does.
        with (
            subprocess.Popen([*head, "-f", "data", "-listen", "1", address]) as server,
            contextlib.suppress(InputFailed),
        ):
            try:
                wait_until_listening(port)
                source = made(address)
                found = source.open()
                packets = video_of(source.packets(), 100)
                source.close()
                break
            finally:
                server.kill()
    assert (found.video.codec, found.video.width) == ("hevc", SPEC.width)
    write(found, packets, tmp_path / "copy.mp4")
    assert frame_numbers(tmp_path / "copy.mp4") == list(range(100))
