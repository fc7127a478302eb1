"""What holds of `make bench` without running it: what its cheap cameras send, and that a bad section harms no other."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench import capture, observations, parsers, quiet, table, telemetry
from bench.competitor import FFMPEG, GSTREAMER, MEDIAMTX, Competitor
from bench.figures import stated
from bench.many import Count, holes, lost
from bench.quotes import Quote
from bench.sender import PENDING_BYTES, Frames, Watcher
from bench.table import Section
from rig.source_files import SourceSpec, make_source
from seacorder.catalogue.page import Page
from seacorder.catalogue.queries import Queries

SPEC = SourceSpec(width=128, height=64, rate=10, seconds=1, gop=5)
GOOD = Section("Good", (stated("a figure", [1.0, 3.0], "{:.0f} ms"),), 0.01)
BAD = Section("Bad", (), 0.2, "a process ended")


def packets(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Channel and content of each interleaved packet (RFC 2326, section 10.12)."""
    while block:
        assert block[:1] == b"$"
        size = int.from_bytes(block[2:4], "big")
        yield block[1], block[4 : 4 + size]
        block = block[4 + size :]


def test_packet_numbers_and_times_go_on_over_the_end_of_the_source(tmp_path: Path) -> None:
    frames = Frames(make_source(tmp_path, SPEC).index)
    sent = [packet for number in range(25) for channel, packet in packets(frames.frame(number)) if channel == 0]
    assert [int.from_bytes(one[2:4], "big") for one in sent] == list(range(len(sent)))
    ends = [int.from_bytes(one[4:8], "big") for one in sent if one[1] & 0x80]
    assert ends == [number * 9000 for number in range(25)]


def test_a_watcher_is_answered_and_then_sent_frames() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        watcher = Watcher(ours, 0)
        for method in ("OPTIONS", "DESCRIBE", "SETUP", "PLAY"):
            theirs.sendall(f"{method} rtsp://127.0.0.1/cam RTSP/1.0\r\nCSeq: 7\r\n\r\n".encode())
            assert watcher.read(b"v=0")
            assert theirs.recv(4096).startswith(b"RTSP/1.0 200 OK\r\nCSeq: 7\r\n")
        assert watcher.is_playing


def test_a_watcher_that_does_not_read_is_owed_no_more_than_the_bound() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        watcher = Watcher(ours, 0)
        taken = 0
        while watcher.send(bytes(100_000)):
            taken += 1
        assert 0 < len(watcher.pending) <= PENDING_BYTES
        assert taken > 0


def test_the_error_of_a_capture_time_is_its_distance_from_the_nearest_true_one() -> None:
    told_ns = [10_000_000_000, 10_041_000_000, 10_079_500_000]
    assert capture.errors_ms(told_ns, 2.0, 25) == pytest.approx([0, 1, 0.5])


def test_capture_times_in_bursts_are_to_be_no_worse_than_as_the_bytes_come() -> None:
    median, p99, largest = capture.figures([0.2, 0.3, 0.9], [0.3, 0.4, 0.5])
    assert (median.is_met, p99.is_met, largest.is_met) == (True, False, None)
    assert (median.value, median.goal) == ("0.30 ms", "at most 0.40 ms")


def test_a_section_that_failed_says_so_and_the_other_keeps_its_figures() -> None:
    page = table.render([GOOD, BAD], "make bench", 60)
    assert "| a figure | 2 ms | 1 ms to 3 ms, n=2 |  |  |" in page
    assert "### Bad\n\n**Failed**: a process ended\n" in page


def test_the_head_says_whether_the_machine_was_quiet() -> None:
    assert quiet.sentence([0.01, 0.02]).startswith("yes")
    assert quiet.sentence([0.01, 0.2]).startswith("**no**; others took at most 20 % of a core")


def test_a_recording_without_loss_has_every_camera_every_frame_and_an_empty_list() -> None:
    whole = Count(frames=1000, missing=0, cameras=2, losses=0)
    assert lost("two", whole, 2).is_met
    for worse in (replace(whole, missing=1), replace(whole, cameras=1), replace(whole, losses=1)):
        assert not lost("two", worse, 2).is_met


def test_a_hole_between_two_parts_counts_as_one_within_a_file() -> None:
    first, second = [0.0, 0.1, 0.2], [0.301, 0.401]
    assert holes([*first, *second], 10) == 0
    assert holes([*first, *(one + 0.2 for one in second)], 10) == 2
    assert holes([*first, 0.5], 10) == 2


def test_a_load_is_lost_when_a_sentence_was_not_understood_or_a_byte_is_not_in_the_log() -> None:
    sent = b"".join(telemetry.sentences(3000, 0))
    source = dict.fromkeys(telemetry.REFUSED, 0)
    whole = telemetry.Run(sent, 3000, sent, source | {"records": 3000}, [9.0], [0.02])
    assert telemetry.lost(whole).is_met
    for worse in (
        replace(whole, logged=sent[:-1]),
        replace(whole, source=source | {"records": 2999}),
        replace(whole, source=source | {"records": 3000, "bad_checksums": 1}),
    ):
        assert not telemetry.lost(worse).is_met


async def test_a_list_of_many_observations_is_what_a_recorder_writes(tmp_path: Path) -> None:
    await observations.fill(tmp_path / "seacorder.db", 120)
    listed = Queries(tmp_path / "seacorder.db").observations(Page(text=observations.COMMON, limit=1000)).items
    assert listed == tuple(observations.observed(number) for number in range(1, 121))
    assert {len(one.followed.places) for one in listed} == {observations.CHANNELS}


def test_the_programs_that_are_compared_give_the_same_positions() -> None:
    parsers.agree(parsers.batches()[:2])


@pytest.mark.parametrize(("competitor", "processes"), [(FFMPEG, 2), (GSTREAMER, 2), (MEDIAMTX, 1)])
def test_every_camera_is_given_to_a_competitor(competitor: Competitor, processes: int, tmp_path: Path) -> None:
    addresses = ["rtsp://127.0.0.1:1/a", "rtsp://127.0.0.1:1/b"]
    commands = competitor.commands(addresses, tmp_path)
    said = " ".join(word for command in commands for word in command)
    said += "".join(path.read_text("utf-8") for path in tmp_path.glob("*.yml"))
    assert len(commands) == processes
    assert all(address in said for address in addresses)


def test_a_quote_takes_the_number_of_its_figure_alone() -> None:
    quote = Quote("page.md", "took ", " MB", "memory", factor=2)
    assert quote.wanted({"memory": "1.5 MiB"}) == "3"
    assert quote.wanted({}) is None
    assert quote.wanted({"memory": "not on this computer"}) is None
