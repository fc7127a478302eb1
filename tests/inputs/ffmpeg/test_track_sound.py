"""Sound out of FFmpeg's containers: each frame has its time, also where several came together."""

import itertools
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from hypothesis import given
from hypothesis import strategies as st

from rig.fixtures import MakeSource
from rig.flv import SOUND_RATE, add_sound
from rig.ports import free_pair
from rig.program import wait_for
from rig.source_files import SourceSpec
from seacorder.base.clock import SystemClock
from seacorder.inputs.ffmpeg.track_sound import HELD_BEFORE, TrackSound
from seacorder.inputs.ffmpeg.tracks import Tracks
from seacorder.media.aac import aac_template
from seacorder.model.sample import SourcePacket, Track

FRAME = 1024
SPEC = SourceSpec(width=320, height=180, rate=25, seconds=40, gop=25)
"""Long enough for whoever begins to read it late, because the machine stands still meanwhile."""


def packet_of(pts: int | None) -> Any:
    packet: Any = av.Packet(b"\x01\x02")
    packet.pts = packet.dts = pts
    packet.time_base = Fraction(1, SOUND_RATE)
    return packet


def sound() -> TrackSound:
    return TrackSound(aac_template(SOUND_RATE, "stereo"), "Camera")


@given(st.lists(st.integers(1, 50), min_size=1, max_size=12), st.integers(0, 1 << 32))
def test_frames_that_came_in_one_packet_follow_each_other(groups: list[int], begin: int) -> None:
    """Only the first of each group has a time, as FFmpeg's RTP client hands them over."""
    track, times, at = sound(), [], begin
    for count in groups:
        for number in range(count):
            [made] = track.packets(packet_of(at if number == 0 else None), 0)
            times.append((made.pts, made.dts))
        at += count * FRAME
    assert times == [(begin + number * FRAME, begin + number * FRAME) for number in range(sum(groups))]


def test_a_hole_between_two_groups_stays_one() -> None:
    track = sound()
    times = [made.pts for pts in (0, None, 10 * FRAME, None) for made in track.packets(packet_of(pts), 0)]
    assert times == [0, FRAME, 10 * FRAME, 11 * FRAME]


@given(st.integers(0, 2000), st.integers(0, 1500))
def test_what_came_before_the_picture_is_kept_as_far_as_it_may_belong_beside_it(count: int, at: int) -> None:
    track = sound()
    for number in range(count):
        track.hold(packet_of(number * FRAME), number)
    held = [packet.pts for packet, _ in track.held_from(packet_of(at * FRAME))]
    first = at * FRAME - HELD_BEFORE * SOUND_RATE
    assert held == [number * FRAME for number in range(max(0, count - 512), count) if number * FRAME >= first]
    assert track.held_from(packet_of(at * FRAME)) == []


def test_ffmpeg_hands_over_many_frames_of_one_rtp_packet(rig_source: MakeSource, tmp_path: Path) -> None:
    path, description = tmp_path / "sound.mp4", tmp_path / "camera.sdp"
    add_sound(rig_source(SPEC).path, path, SPEC.seconds)
    ports = [free_pair(), free_pair()]
    head = ["ffmpeg", "-loglevel", "error", "-nostdin", "-re", "-i", str(path)]
    # FFmpeg gathers sound for `max_delay` microseconds, up to fifty frames a packet.
    outputs = [
        [*("-map", f"0:{kind}", "-c", "copy", "-max_delay", "400000", "-f", "rtp", f"rtp://127.0.0.1:{port}")]
        for kind, port in zip("va", ports, strict=True)
    ]
    command = [*head, *outputs[0], "-sdp_file", str(description), *outputs[1]]
    with subprocess.Popen(command) as sender:
        try:
            wait_for(lambda: description.exists() and "MPEG4-GENERIC" in description.read_text(), "its description")
            options = {"protocol_whitelist": "file,rtp,udp", "probesize": "32", "analyzeduration": "1"}
            with av.open(str(description), options=options, timeout=10) as container:
                container.flags &= ~0x0001
                tracks = Tracks(container, "Camera", SystemClock())
                tracks.open()
                items = itertools.islice(tracks.packets(), 120)
                heard = [one for one in items if isinstance(one, SourcePacket) and one.track is Track.AUDIO]
                tracks.close()
        finally:
            sender.kill()
    steps = [(after.pts or 0) - (before.pts or 0) for before, after in itertools.pairwise(heard)]
    assert len(steps) >= 40
    assert set(steps) == {FRAME}


def test_without_sound_there_is_nothing() -> None:
    track = TrackSound(None, "Camera")
    assert track.template is None
    assert list(track.rest(0)) == []
