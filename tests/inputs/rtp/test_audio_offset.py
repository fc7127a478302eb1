"""Where sound lies beside the picture."""

import itertools

from seacorder.inputs.rtp.audio_offset import RtpMoment, SoundOffset, moment_of
from seacorder.inputs.rtp.rtcp import Reception, SenderReport, parse, receiver_report

MS = 1_000_000


def by_arrival(later_ms: int) -> SoundOffset:
    return SoundOffset(8000, RtpMoment(90_000, 0), RtpMoment(500, later_ms * MS))


def test_by_arrival() -> None:
    assert by_arrival(250).pts(500) == 2000


def test_by_what_the_camera_says_of_the_beginning() -> None:
    offset = by_arrival(250)
    offset.begin_at(video_time=90_000 + 9_000, sound_time=500)
    assert offset.pts(500) == 800


def test_what_is_far_from_arrival_is_not_believed() -> None:
    offset = by_arrival(250)
    offset.begin_at(video_time=90_000 + 9_000_000, sound_time=500)
    offset.learn(RtpMoment(90_000, 0), RtpMoment(500, 60_000 * MS))
    assert offset.pts(500) == 2000


def test_a_correction_is_worked_off_slowly() -> None:
    offset = by_arrival(250)
    offset.learn(RtpMoment(90_000, 0), RtpMoment(500, 350 * MS))
    times = [offset.pts(500 + 160 * number) for number in range(400)]
    steps = {after - before for before, after in itertools.pairwise(times)}
    assert steps <= set(range(155, 166))
    assert times[-1] == 2800 + 160 * 399


def test_what_nobody_hears_is_left() -> None:
    offset = by_arrival(250)
    offset.learn(RtpMoment(90_000, 0), RtpMoment(500, 270 * MS))
    assert offset.pts(660) == 2160


def test_sender_reports_and_our_own() -> None:
    ours = receiver_report(7, Reception(9, 300, 12, 65_540, 0, 5, 6))
    assert len(ours) % 4 == 0
    report = b"\x80\xc8\x00\x06" + (9).to_bytes(4, "big") + (3 << 32).to_bytes(8, "big") + (1000).to_bytes(4, "big")
    found = parse(report + bytes(8) + ours)
    assert found.reports == (SenderReport(9, 3 << 32, 1000),)
    assert found.goodbyes == ()
    assert moment_of(found.reports[0], (1 << 32) + 5) == RtpMoment((1 << 32) + 1000, 3_000_000_000)
    assert parse(b"\x82\xcb\x00\x02" + bytes(7) + b"\x05").goodbyes == (0, 5)
    assert parse(b"\xff" * 30).reports == ()
