"""Datagrams over real sockets: whole, each with its sender and its time; and ports that cannot be had."""

import socket
import struct
import sys
import time

import pytest

from fakes.clock import FakeClock
from rig.data_sources import kernel_notes_arrivals, opened, read_until
from rig.ports import free_port
from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.base.errors import InputFailed
from seacorder.model.address.telemetry import UdpAddress
from seacorder.model.instant import Instant
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.sources import udp
from seacorder.telemetry.sources.dropped import Dropped
from seacorder.telemetry.sources.udp import DATAGRAM_BYTES, UdpSource

HERE = "127.0.0.1"
GROUP = "239.255.77.5"
CLOCK = SystemClock()


def sender() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((HERE, 0))
    return made


def test_datagrams_come_whole_and_in_order_with_their_senders() -> None:
    port = free_port(socket.SOCK_DGRAM)
    with opened(UdpSource(UdpAddress(HERE, port), CLOCK)) as source, sender() as one, sender() as other:
        one.sendto(b"first\r\nsecond\r\n", (HERE, port))
        other.sendto(b"third", (HERE, port))
        chunks = read_until(source, lambda found: len(found) == 2)
        assert [chunk.data for chunk in chunks] == [b"first\r\nsecond\r\n", b"third"]
        assert [chunk.sender for chunk in chunks] == [f"{HERE}:{made.getsockname()[1]}" for made in (one, other)]
        assert all(chunk.is_datagram for chunk in chunks)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")
def test_each_has_the_time_at_which_it_came_and_not_at_which_it_was_read() -> None:
    port = free_port(socket.SOCK_DGRAM)
    clock = FakeClock()
    source = UdpSource(UdpAddress("", port), clock)
    with kernel_notes_arrivals(), opened(source), sender() as made:
        utc_ns = [time.time_ns()]
        for text in (b"one", b"two"):
            made.sendto(text, (HERE, port))
            utc_ns.append(time.time_ns())
        clock.set_wall(utc_ns[-1] + NS_PER_SECOND)
        read = Instant.now(clock)
        first, second = read_until(source, lambda found: len(found) == 2)
    assert utc_ns[0] <= first.received.utc_ns <= utc_ns[1] <= second.received.utc_ns <= utc_ns[2]
    for chunk in (first, second):
        assert chunk.received.monotonic_ns == read.monotonic_ns - (read.utc_ns - chunk.received.utc_ns)


def test_the_largest_datagram_comes_whole() -> None:
    port = free_port(socket.SOCK_DGRAM)
    noise = bytes(range(256)) * 255
    with opened(UdpSource(UdpAddress(HERE, port), CLOCK)) as source, sender() as made:
        made.sendto(noise, (HERE, port))
        (chunk,) = read_until(source, lambda found: len(found) == 1)
        assert chunk.data == noise
        assert len(noise) < DATAGRAM_BYTES


def test_a_multicast_group_is_joined() -> None:
    port = free_port(socket.SOCK_DGRAM)
    with opened(UdpSource(UdpAddress("", port, GROUP, HERE), CLOCK)) as source, sender() as made:
        made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(HERE))
        made.sendto(b"to the group", (GROUP, port))
        made.sendto(b"to this address", (HERE, port))
        made.sendto(b"to the group again", (GROUP, port))
        chunks = read_until(source, lambda found: len(found) == 2)
        assert [chunk.data for chunk in chunks] == [b"to the group", b"to the group again"]


def test_what_is_sent_to_everybody_comes() -> None:
    port = free_port(socket.SOCK_DGRAM)
    with opened(UdpSource(UdpAddress("", port), CLOCK)) as source, sender() as made:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        made.sendto(b"to all", ("127.255.255.255", port))
        (chunk,) = read_until(source, lambda found: len(found) == 1)
        assert chunk.data == b"to all"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")
def test_what_the_kernel_throws_away_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "RECEIVE_BYTES", 8_192)
    port = free_port(socket.SOCK_DGRAM)
    with opened(UdpSource(UdpAddress(HERE, port), CLOCK)) as source, sender() as made:
        sent = 0
        chunks: list[Chunk] = []
        for _ in range(2):
            for _ in range(100):
                made.sendto(b"x" * 1_000, (HERE, port))
            chunks += source.read()  # takes all that the kernel has kept
            made.sendto(b"after it", (HERE, port))
            chunks += source.read()
            sent += 101
            assert chunks[-1].data == b"after it"
            assert len(chunks) < sent
            assert len(chunks) + sum(chunk.dropped_before for chunk in chunks) == sent


def test_the_count_of_what_was_thrown_away_goes_on_over_the_end_of_its_32_bits() -> None:
    dropped = Dropped()

    def told(count: int) -> list[tuple[int, int, bytes]]:
        return [(socket.SOL_SOCKET, 35, bytes(16)), (socket.SOL_SOCKET, 40, struct.pack("@I", count))]

    assert [dropped.before(told(count)) for count in (5, 5, 2**32 - 1, 2)] == [5, 0, 2**32 - 6, 3]
    assert dropped.before([]) == 0


def test_nothing_comes_within_half_a_second() -> None:
    with opened(UdpSource(UdpAddress(HERE, free_port(socket.SOCK_DGRAM)), CLOCK)) as source:
        assert source.read() == []


def test_a_port_that_is_taken_is_said_in_one_sentence_and_can_be_had_later() -> None:
    with sender() as holder:
        port = holder.getsockname()[1]
        source = UdpSource(UdpAddress(HERE, port), CLOCK)
        with pytest.raises(InputFailed, match=rf"^UDP port {port} is taken by another program\. "):
            source.open()
        source.close()
    with opened(source):
        pass


def test_an_address_of_another_computer_is_said() -> None:
    source = UdpSource(UdpAddress("192.0.2.7", free_port(socket.SOCK_DGRAM)), CLOCK)
    with pytest.raises(InputFailed, match=r"192\.0\.2\.7 is no address of this computer"):
        source.open()
    source.close()
