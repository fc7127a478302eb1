"""Our own writer makes the files that FFmpeg's muxer makes of the same packets, sample by sample.

Behind a hole in the sound, FFmpeg's muxer may place one packet of sound too early. There the packets' own times alone
are what is compared with.
"""

import json
import re
import shutil
import struct
import subprocess
from dataclasses import replace
from fractions import Fraction
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.footage import Footage, Recipe, encoded, footage, samples_of, with_start_codes
from fakes.mp4_writing import NOTE, MemoryFile, packets_by_track, said_but_for_ends, with_sound, written_by
from seacorder.model.sample import Sample, SourceFormat, Track, TrackFormat
from seacorder.mp4.boxes import boxes, child
from seacorder.mp4.fragment_maker import SECTOR_BYTES
from seacorder.mp4.index import index_of
from seacorder.sinks.video import mp4
from seacorder.sinks.video.direct_mp4 import DirectMp4Writer, takes
from seacorder.sinks.video.fragment_buffer import FragmentBuffer
from seacorder.sinks.video.mp4 import header_of

SMALL = (256, 16)
KINDS: dict[str, Any] = {
    "H.264": lambda: footage(Recipe(frames=40, size=SMALL)),
    "B-frames": lambda: footage(Recipe(frames=40, b_frames=3, size=SMALL)),
    "open groups": lambda: footage(Recipe(frames=40, b_frames=2, open_group=True, size=SMALL)),
    "only keyframes": lambda: footage(Recipe(frames=40, group=1, size=SMALL)),
    "60 frames a second": lambda: footage(Recipe(frames=60, b_frames=1, rate=60, size=SMALL)),
    "H.265": lambda: footage(Recipe(frames=40, codec="libx265", b_frames=2)),
    "start codes": lambda: with_start_codes(Recipe(frames=40, b_frames=2, size=SMALL)),
    "H.265 with start codes": lambda: with_start_codes(Recipe(frames=40, codec="libx265", b_frames=2)),
    "AAC": lambda: with_sound("aac"),
    "Opus": lambda: with_sound("libopus"),
    "MP3": lambda: with_sound("libmp3lame"),
}
TICK = Fraction(1, 48_000)
"""The unit of the sound, to which its distance from the pictures is rounded."""


@cache
def made_of(kind: str) -> Footage:
    made: Footage = KINDS[kind]()
    return made


@st.composite
def _received(draw: st.DrawFn, *, has_whole_sound: bool) -> tuple[str, list[Sample], frozenset[int]]:
    """Packets as they may arrive: some lost, times that jitter, sound that begins late or has holes; and hand-overs.

    `has_whole_sound`: the sound has no holes.
    """
    kind = draw(st.sampled_from(sorted(KINDS)))
    dice = Random(draw(st.integers(0, 2**32)))
    lost, late_sound = draw(st.sampled_from([0.0, 0.1, 0.5])), draw(st.sampled_from([0, 0, 1, 4, 30, 1000]))
    jitter, says_durations = draw(st.sampled_from([0, 40])), draw(st.booleans())
    made = made_of(kind)
    samples: list[Sample] = []
    sounds = 0
    for sample in made.samples:
        is_sound = sample.track is Track.AUDIO
        sounds += is_sound
        is_before = is_sound and (sounds <= late_sound or not samples)
        can_be_lost = bool(samples) and not (is_sound and has_whole_sound)
        if is_before or (can_be_lost and dice.random() < lost):
            continue
        later = dice.randrange(jitter) if jitter and not is_sound else 0
        lasts = sample.duration if says_durations or is_sound else 0
        samples.append(sample._replace(dts=sample.dts + later, pts=sample.pts + later, duration=lasts))
    samples = _in_order(samples)
    cuts = frozenset(position for position in range(len(samples)) if dice.random() < 0.1)
    return kind, samples, cuts


def _in_order(samples: list[Sample]) -> list[Sample]:
    """Without what a recording would refuse: decoding times go up."""
    last: dict[Track, int] = {}
    kept = []
    for sample in samples:
        if sample.dts > last.get(sample.track, sample.dts - 1):
            last[sample.track] = sample.dts
            kept.append(sample)
    return kept


@settings(max_examples=60, deadline=None)
@given(_received(has_whole_sound=True))
def test_a_closed_file_is_the_one_that_ffmpeg_would_have_made(
    received: tuple[str, list[Sample], frozenset[int]],
) -> None:
    kind, samples, cuts = received
    made = made_of(kind)
    theirs, ours = (written_by(writer, made, samples, cuts)[1] for writer in ("FFmpeg's", "ours"))
    assert_same_tracks(theirs, ours)
    assert said_but_for_ends(theirs) == said_but_for_ends(ours)
    assert edits_in(theirs) == edits_in(ours)


def assert_same_tracks(theirs: bytes, ours: bytes) -> None:
    found, wanted = packets_by_track(ours), packets_by_track(theirs)
    assert found.keys() == wanted.keys()
    for track, packets in wanted.items():
        assert len(found[track]) == len(packets)
        for one, other in zip(found[track][:-1], packets[:-1], strict=True):
            assert one == other
        # How long the last one lasts nobody can know: both guess, and make up for reordered pictures.
        assert replace(found[track][-1], duration=Fraction(0)) == replace(packets[-1], duration=Fraction(0))


def edits_in(file: bytes) -> list[tuple[int, ...]]:
    """Of each edit of each track: its media time, and how long it is where it is empty."""
    moov = next(box for box in boxes(file, 0, len(file)) if box.kind == b"moov")
    found: list[tuple[int, ...]] = []
    for trak in boxes(file, moov.body, moov.end):
        for box in boxes(file, trak.body, trak.end) if trak.kind == b"trak" else ():
            if box.kind == b"edts":
                elst = child(file, box, b"elst")
                rows = struct.iter_unpack(">qqI", file[elst.body + 8 : elst.end])
                found += [(time, length) if time < 0 else (time,) for length, time, _ in rows]
    return found


@settings(max_examples=60, deadline=None)
@given(_received(has_whole_sound=False))
def test_every_packet_has_its_time_in_an_open_file_and_in_a_closed_one(
    received: tuple[str, list[Sample], frozenset[int]],
) -> None:
    kind, samples, cuts = received
    made = made_of(kind)
    origin = samples[0].dts * made.source.video.time_base
    for file, unwritten in zip(written_by("ours", made, samples, cuts), (3, 0), strict=True):
        found = packets_by_track(file)
        for track, track_format in ((Track.VIDEO, made.source.video), (Track.AUDIO, made.source.audio)):
            sent = [one for one in samples if one.track is track and one.dts * _base(track_format) >= origin]
            packets = found.get(track.value, [])
            assert len(sent) - len(packets) <= unwritten, "more than the newest fragment is missing"
            sent = sent[: len(packets)]
            assert [one.data for one in packets] == [as_stored(one, made) for one in sent]
            assert [one.is_keyframe for one in packets] == [one.is_keyframe for one in sent]
            for one, other in zip(packets, sent, strict=True):
                assert abs(one.dts - (other.dts * _base(track_format) - origin)) <= TICK
                assert one.pts - one.dts == (other.pts - other.dts) * _base(track_format)


def as_stored(sample: Sample, made: Footage) -> bytes:
    """The NAL units of a byte stream with their lengths, without the parameter sets that H.265's header has."""
    video, content = made.source.video, bytes(sample.packet)
    if sample.track is Track.AUDIO or video.extradata.startswith(b"\1"):
        return content
    units = re.split(b"\x00*\x00\x00\x01", content)[1:]
    kept = [one for one in units if video.codec == "h264" or one[0] >> 1 not in {32, 33, 34}]
    return b"".join(len(one).to_bytes(4, "big") + one for one in kept)


def _base(track_format: TrackFormat | None) -> Fraction:
    return Fraction(1) if track_format is None else track_format.time_base


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_at_any_edge_of_a_sector_plays_up_to_there(kind: str) -> None:
    """A power cut tears a write there, and a player may find a file that grows cut there. FFmpeg refuses a file that
    ends at certain bytes of a fragment's head."""
    made = made_of(kind)
    for first in [one for one in made.video[:30] if one.is_keyframe]:  # other bytes lie at the edges then
        file = written_by("ours", made, made.samples[made.samples.index(first) :])[0]
        wanted = packets_by_track(file)["video"]
        begins = [box.at for box in boxes(file, 0, len(file)) if box.kind == b"moof"]
        for edge in range(-(-begins[0] // SECTOR_BYTES) * SECTOR_BYTES, len(file), SECTOR_BYTES):
            found = packets_by_track(file[:edge]).get("video", [])
            whole = min(sum(begin < edge for begin in begins) - 1, len(wanted))
            assert len(found) >= whole
            assert found[:whole] == wanted[:whole]


@pytest.mark.parametrize("kind", KINDS)
def test_what_ffprobe_says_is_the_same(kind: str, tmp_path: Path) -> None:
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed")
    made = made_of(kind)
    said = {}
    for writer in ("FFmpeg's", "ours"):
        path = tmp_path / "film.mp4"
        path.write_bytes(written_by(writer, made, made.samples)[1])
        command = ["ffprobe", "-v", "error", "-show_packets", "-show_streams", "-show_format", "-of", "json", str(path)]
        said[writer] = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)
        for packet in said[writer]["packets"]:
            packet.pop("pos")
        for field in ("size", "bit_rate"):
            said[writer]["format"].pop(field)
    assert said["ours"] == said["FFmpeg's"]


def counted_by_ffprobe(path: Path) -> list[int]:
    """How many packets ffprobe finds in each track."""
    command = ["ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "json"]
    said = subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=60).stdout
    return [int(stream["nb_read_packets"]) for stream in json.loads(said)["streams"]]


def counted_by_mp4box(path: Path) -> list[int]:
    """The same, of GPAC's MP4Box, for which Debian 12 has no package."""
    said = subprocess.run(["MP4Box", "-info", str(path)], check=True, capture_output=True, text=True, timeout=60)
    return [int(count) for count in re.findall(r"(\d+) samples", said.stdout + said.stderr)]


READERS = {"ffprobe": counted_by_ffprobe} | ({"MP4Box": counted_by_mp4box} if shutil.which("MP4Box") else {})


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", KINDS)
def test_other_readers_find_every_packet(kind: str, reader: str, tmp_path: Path) -> None:
    made = made_of(kind)
    for number, file in enumerate(written_by("ours", made, made.samples)):
        path = tmp_path / f"film{number}.mp4"
        path.write_bytes(file)
        assert READERS[reader](path) == [len(packets) for packets in packets_by_track(file).values()]


@pytest.mark.parametrize("kind", ["H.264", "AAC"])
def test_a_file_without_its_sound_or_with_one_picture_alone_is_as_ffmpeg_s(kind: str) -> None:
    made = made_of(kind)
    for samples in (made.video, made.video[:1], made.video[:2]):
        theirs, ours = (written_by(writer, made, samples)[1] for writer in ("FFmpeg's", "ours"))
        assert_same_tracks(theirs, ours)


def test_sound_goes_on_through_ffmpeg_while_pictures_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp4, "MOST_HELD_SOUND", 8)
    made = made_of("AAC")
    samples = [one for one in made.samples if one.track is Track.AUDIO or one not in made.video[5:30]]
    until = [*samples[: samples.index(made.video[30])]]
    is_open, _ = written_by("FFmpeg's", made, until)
    sound = sum(one.track is Track.AUDIO for one in until)
    assert sound - len(packets_by_track(is_open)["audio"]) < 12
    theirs, ours = (written_by(writer, made, samples)[1] for writer in ("FFmpeg's", "ours"))
    assert_same_tracks(theirs, ours)


@pytest.mark.parametrize("kind", KINDS)
def test_a_recording_that_begins_late_is_as_ffmpeg_s(kind: str) -> None:
    """At a later keyframe, of a camera that has counted for days."""
    made = made_of(kind)
    second = [one for one in made.video if one.is_keyframe][1]
    days = {track: _days(track_format) for track, track_format in
            ((Track.VIDEO, made.source.video), (Track.AUDIO, made.source.audio))}  # fmt: skip
    samples = [
        one._replace(dts=one.dts + days[one.track], pts=one.pts + days[one.track])
        for one in made.samples[made.samples.index(second) :]
    ]
    theirs, ours = (written_by(writer, made, samples)[1] for writer in ("FFmpeg's", "ours"))
    assert_same_tracks(theirs, ours)
    assert edits_in(theirs) == edits_in(ours)
    assert packets_by_track(ours)["video"][0].dts == 0


def _days(track_format: TrackFormat | None) -> int:
    return int(10 * 86400 / _base(track_format))


@pytest.mark.parametrize("kind", ["AAC", "Opus", "MP3"])
def test_decoders_of_sound_are_told_how_far_to_go_back(kind: str) -> None:
    made = made_of(kind)
    assert made.source.audio is not None
    base = made.source.audio.time_base
    first = made.video[0]
    origin = first.dts * made.source.video.time_base
    # From the first picture on, since FFmpeg counts the time before late sound as part of its first packet.
    shift = min(one.dts for one in made.samples if one.track is Track.AUDIO) - int(origin / base)
    samples = [
        one._replace(dts=one.dts - shift, pts=one.pts - shift) if one.track is Track.AUDIO else one
        for one in made.samples
    ]
    theirs, ours = (_group_boxes(written_by(writer, made, samples)[1]) for writer in ("FFmpeg's", "ours"))
    assert theirs == ours
    assert len(ours) == (0 if kind == "MP3" else 2)


def _group_boxes(file: bytes) -> list[bytes]:
    moov = next(box for box in boxes(file, 0, len(file)) if box.kind == b"moov")
    trak = [box for box in boxes(file, moov.body, moov.end) if box.kind == b"trak"][1]
    stbl = child(file, trak, b"mdia", b"minf", b"stbl")
    return [file[box.at : box.end] for box in boxes(file, stbl.body, stbl.end) if box.kind in {b"sgpd", b"sbgp"}]


def test_a_turned_picture_stays_turned() -> None:
    straight = encoded(Recipe(frames=20, size=SMALL)).read()
    quarter_turn = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 16 << 16, 0, 1 << 30)
    before, tkhd, behind = straight.partition(b"tkhd")
    made = samples_of(BytesIO(before + tkhd + behind.replace(matrix_in(straight), quarter_turn, 1)))
    files = [file for writer in ("FFmpeg's", "ours") for file in written_by(writer, made, made.samples)]
    assert len({matrix_in(file) for file in files}) == 1
    assert matrix_in(files[0])[:16] == quarter_turn[:16]


def matrix_in(file: bytes) -> bytes:
    moov = next(box for box in boxes(file, 0, len(file)) if box.kind == b"moov")
    tkhd = child(file, moov, b"trak", b"tkhd")
    return file[tkhd.end - 44 : tkhd.end - 8]


class SparseFile(MemoryFile):
    """Keeps its bytes on a disk, where a hole takes no room."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.content = path.open("w+b")  # type: ignore[assignment]
        self.tell, self.seek = self.content.tell, self.content.seek


@pytest.mark.parametrize("hole_at", [5, 39], ids=["all but the first", "the last"])
def test_samples_beyond_four_gib_are_found(hole_at: int, tmp_path: Path) -> None:
    made = made_of("AAC")
    path = tmp_path / "long.mp4"
    file = SparseFile(path)
    buffer = FragmentBuffer(file)  # type: ignore[arg-type]
    writer = DirectMp4Writer(buffer, header_of(made.source, NOTE), made.source, made.video[0])
    for sample in made.samples:
        if sample is made.video[hole_at]:
            writer.put_fragments()
            buffer.hand_over()
            buffer.seek((4 << 30) + 12345)
        if not writer.precedes(sample):
            writer.write(sample)
    writer.close()
    buffer.hand_over()
    file.content.close()
    with path.open("rb") as closed:
        head = closed.read(64)
    assert struct.unpack_from(">I4sQ", head, 28) == (1, b"mdat", _index_at(path) - 28)
    with av.open(str(path)) as container:
        read = {kind: [bytes(packet) for packet in container.demux(**{kind: 0}) if packet.size] for kind in ("video",)}
        container.seek(0)
        read["audio"] = [bytes(packet) for packet in container.demux(audio=0) if packet.size]
    assert read["video"] == [bytes(sample.packet) for sample in made.video]
    sound = [sample for sample in made.samples if sample.track is Track.AUDIO and not writer.precedes(sample)]
    assert read["audio"] == [bytes(sample.packet) for sample in sound]
    with path.open("rb") as closed:
        closed.seek(_index_at(path))
        pictures = index_of(closed.read())[0]
    assert pictures.samples[-1].offset > 4 << 30
    assert all(sample.size for sample in pictures.samples)


def _index_at(path: Path) -> int:
    with path.open("rb") as closed:
        closed.seek(28)
        _, _, size = struct.unpack(">I4sQ", closed.read(16))
    return int(size) + 28


def test_what_mp4_does_not_hold_as_it_was_received_goes_through_ffmpeg() -> None:
    source = made_of("AAC").source
    assert takes(source)
    other_form = replace(source.video, extradata=b"\2" + source.video.extradata)
    assert source.audio is not None
    others: list[SourceFormat] = [
        replace(source, video=other_form),
        replace(source, video=replace(source.video, codec="mjpeg")),
        replace(source, audio=replace(source.audio, codec="pcm_alaw")),
        replace(source, audio=replace(source.audio, extradata=b"")),
    ]
    assert [takes(other) for other in others] == [False] * 4


@pytest.mark.parametrize("change", [{"pts": -1}, {"dts": 0}, {"pts": 1 << 40}])
def test_times_that_no_file_can_hold_are_refused_and_the_file_goes_on(change: dict[str, int]) -> None:
    made = made_of("H.264")
    samples = made.video
    file = MemoryFile()
    buffer = FragmentBuffer(file)  # type: ignore[arg-type]
    writer = DirectMp4Writer(buffer, header_of(made.source, NOTE), made.source, samples[0])
    for sample in samples[:10]:
        writer.write(sample)
    with pytest.raises(ValueError, match="times"):
        writer.write(samples[10]._replace(**change))
    for sample in samples[11:]:
        writer.write(sample)
    writer.close()
    buffer.hand_over()
    found = packets_by_track(file.content.getvalue())["video"]
    assert [one.data for one in found] == [bytes(one.packet) for one in (*samples[:10], *samples[11:])]


@pytest.mark.parametrize("units", [12_800, 90_000])
def test_a_pause_of_days_keeps_the_pictures_around_it_apart(units: int) -> None:
    """In units of 1/90000 s a day is more than a duration can say: then a closed file says as much as it can, and an
    open one says when the next picture comes."""
    made = made_of("H.264")
    source = replace(made.source, video=replace(made.source.video, time_base=Fraction(1, units)))
    times = [
        one._replace(dts=place * units // 25, pts=place * units // 25, duration=units // 25)
        for place, one in enumerate(made.video)
    ]
    later = [one._replace(dts=one.dts + units * 86400, pts=one.pts + units * 86400) for one in times[10:]]
    files = written_by("ours", replace(made, source=source), [*times[:10], *later])
    read = [packets_by_track(file)["video"] for file in files]
    whole = 86400 + Fraction(1, 25)
    assert [one[10].dts - one[9].dts for one in read] == [whole, min(whole, Fraction((1 << 31) - 1, units))]
