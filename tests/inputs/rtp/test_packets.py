"""RTP: headers, exact counts of what is lost, endless times, and order."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.rtp.packets import ANEW, LATE, Reorder, Sequence, Unwrapped, parse_header


def packet(sequence: int, payload: bytes = b"", *, first: int = 0x80, extra: bytes = b"") -> bytes:
    return struct.pack(">BBHII", first, 96, sequence, 0, 1) + extra + payload


def test_extension_sources_and_padding_are_passed_over() -> None:
    extra = bytes(8) + b"\xbe\xde\x00\x01" + bytes(4)
    block = packet(7, b"payload\x00\x00\x03", first=0xB2, extra=extra)
    header = parse_header(memoryview(block), 0, len(block))
    assert header is not None
    assert block[header.begin : header.end] == b"payload"
    assert header.head == (96, 7, 0, 1)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_header_or_none(block: bytes) -> None:
    header = parse_header(memoryview(block), 0, len(block))
    assert header is None or 12 <= header.begin <= header.end <= len(block)


@given(st.integers(0, 0xFFFF), st.sets(st.integers(1, 500), max_size=200))
def test_every_lost_packet_is_counted(first: int, dropped: set[int]) -> None:
    sequence = Sequence()
    taken = [number for number in range(502) if number not in dropped]
    lost = [sequence.take((first + number) & 0xFFFF) for number in taken]
    assert sum(lost) == sequence.lost == len(dropped)
    assert sequence.received == len(taken)
    assert sequence.highest == first + 501


def test_late_datagrams_and_copies_are_not_used() -> None:
    sequence = Sequence(may_be_late=True)
    assert [sequence.take(number) for number in (10, 11, 11, 9, 12)] == [0, 0, LATE, LATE, 0]


def test_a_new_beginning_of_datagrams_is_one_loss() -> None:
    sequence = Sequence(may_be_late=True)
    assert [sequence.take(number) for number in (40_000, 10, 11, 30_000)] == [0, 1, 0, 1]


def test_inside_of_a_connection_nothing_is_late() -> None:
    sequence = Sequence()
    assert [sequence.take(number) for number in (700, 200, 201, 40_000, 39_500, 39_501, 39_504)] == [
        *(0, ANEW, 0, ANEW, ANEW, 0, 2)
    ]
    assert sequence.lost == 2


def test_a_copy_is_not_used_but_a_camera_that_does_not_count_is() -> None:
    sequence = Sequence()
    assert [sequence.take(number) for number in (5, 5, 6, 6, 7)] == [0, LATE, 0, LATE, 0]
    assert [sequence.take(7) for _ in range(4)] == [LATE, ANEW, ANEW, ANEW]


@given(st.lists(st.booleans(), max_size=60), st.sets(st.integers(0, 59), max_size=5))
def test_numbers_that_others_used_are_not_missing(own: list[bool], dropped: set[int]) -> None:
    sequence, lost, first = Sequence(), 0, 65_530
    sequence.take(first)
    for number, is_own in enumerate([*own, True]):
        wire = (first + 1 + number) & 0xFFFF
        if number in dropped and number < len(own):
            continue
        if is_own:
            lost += sequence.take(wire)
        else:
            sequence.pass_over(wire)
    assert lost == sequence.lost == len({number for number in dropped if number < len(own)})


def test_a_count_of_others_own_does_no_harm() -> None:
    sequence = Sequence()
    found = []
    for number in range(100):
        found.append(sequence.take(500 + number))
        for other in range(3):
            sequence.pass_over(498 + 3 * number + other)
    assert sequence.lost == 0
    assert found == [0] * 100


def test_a_number_that_a_count_of_others_own_had_before_is_still_missing() -> None:
    for may_be_late, lost in ((False, 1), (True, 0)):
        sequence = Sequence(may_be_late=may_be_late)
        sequence.take(500)
        sequence.pass_over(502)
        assert [sequence.take(number) for number in (501, 503)] == [0, lost]


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(-(2**31) + 1, 2**31 - 1), max_size=50))
def test_times_go_on_for_ever(first: int, steps: list[int]) -> None:
    times, value = Unwrapped(), first
    times.take(first)
    for step in steps:
        value += step
        assert times.take(value & 0xFFFF_FFFF) == value


@given(st.integers(0, 0xFFFF), st.permutations(range(12)), st.sets(st.integers(1, 11), max_size=4))
def test_datagrams_come_out_in_order(first: int, order: list[int], dropped: set[int]) -> None:
    reorder, out = Reorder(window_ns=100), []
    arriving = [0, *(number for number in order if number and number not in dropped)]
    for number in arriving:
        wire = (first + number) & 0xFFFF
        block = packet(wire)
        out += [block] if reorder.is_next(wire) else reorder.put(wire, block, 5)
    out += reorder.due(105)
    assert out == [packet((first + number) & 0xFFFF) for number in sorted(arriving)]
    assert not reorder.is_waiting


def test_nobody_waits_longer_than_the_window() -> None:
    reorder = Reorder(window_ns=50)
    assert reorder.is_next(1)
    assert reorder.put(3, packet(3), 1000) == []
    assert reorder.due(1049) == []
    assert reorder.due(1050) == [packet(3)]
