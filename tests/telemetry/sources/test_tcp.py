"""TCP both ways, over real sockets."""

import socket
import sys
import time

import pytest

from fakes.clock import FakeClock
from rig.data_sources import bytes_of, kernel_notes_arrivals, opened, read_until
from rig.ports import free_port
from seacorder.base.clock import NS_PER_SECOND, SystemClock
from seacorder.base.errors import InputFailed
from seacorder.model.address.telemetry import TcpAddress
from seacorder.telemetry.sources.tcp import CLIENTS_MAX, TcpClientSource, TcpServerSource

HERE = "127.0.0.1"
CLOCK = SystemClock()


def test_a_server_is_connected_to_and_its_end_is_a_failure() -> None:
    with (
        socket.create_server((HERE, 0)) as server,
        opened(TcpClientSource(TcpAddress(HERE, server.getsockname()[1]), CLOCK)) as source,
    ):
        made, _ = server.accept()
        made.sendall(b"depth 1")
        made.sendall(b"2.5\r\n")
        chunks = read_until(source, lambda found: bytes_of(found).endswith(b"\n"))
        assert bytes_of(chunks) == b"depth 12.5\r\n"
        assert not any(chunk.is_datagram for chunk in chunks)
        made.close()
        with pytest.raises(InputFailed, match=r"the connection was lost \(closed by the other end\)"):
            read_until(source, lambda _: False)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell")
def test_what_comes_has_the_time_at_which_it_came_and_not_at_which_it_was_read() -> None:
    clock = FakeClock()
    with kernel_notes_arrivals(), socket.create_server((HERE, 0)) as server:
        source = TcpClientSource(TcpAddress(HERE, server.getsockname()[1]), clock)
        with opened(source), server.accept()[0] as made:
            before_ns = time.time_ns()
            made.sendall(b"depth 12.5\r\n")
            after_ns = time.time_ns()
            clock.set_wall(after_ns + NS_PER_SECOND)
            (chunk,) = read_until(source, lambda found: len(found) == 1)
    assert before_ns <= chunk.received.utc_ns <= after_ns
    assert chunk.received.monotonic_ns == clock.monotonic_ns() - (clock.utc_ns() - chunk.received.utc_ns)


def test_a_port_where_nothing_listens_is_said() -> None:
    port = free_port()
    with pytest.raises(InputFailed, match=f"{HERE}, port {port}: it answers, but nothing listens on this port"):
        TcpClientSource(TcpAddress(HERE, port), CLOCK).open()


def test_programs_that_connect_are_each_read_by_themselves_and_may_come_again() -> None:
    port = free_port()
    with opened(TcpServerSource(TcpAddress("", port, listens=True), CLOCK)) as source:
        with socket.create_connection((HERE, port)) as one, socket.create_connection((HERE, port)) as other:
            names = [f"{HERE}:{made.getsockname()[1]}" for made in (one, other)]
            one.sendall(b"a1")
            other.sendall(b"b1")
            chunks = read_until(source, lambda found: len(found) == 2)
            assert {chunk.sender: chunk.data for chunk in chunks} == dict(zip(names, (b"a1", b"b1"), strict=True))
        with socket.create_connection((HERE, port)) as again:
            again.sendall(b"c1")
            assert bytes_of(read_until(source, lambda found: len(found) == 1)) == b"c1"


def test_more_programs_than_it_takes_are_turned_away() -> None:
    port = free_port()
    with opened(TcpServerSource(TcpAddress(HERE, port, listens=True), CLOCK)) as source:
        made = [socket.create_connection((HERE, port)) for _ in range(CLIENTS_MAX + 1)]
        for one in made[:CLIENTS_MAX]:
            one.sendall(b"x")
        assert len(read_until(source, lambda found: len(found) == CLIENTS_MAX)) == CLIENTS_MAX
        source.read()
        assert made[CLIENTS_MAX].recv(1) == b""
        for one in made:
            one.close()


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server((HERE, 0)) as holder:
        port = holder.getsockname()[1]
        source = TcpServerSource(TcpAddress(HERE, port, listens=True), CLOCK)
        with pytest.raises(InputFailed, match=f"TCP port {port} is taken by another program"):
            source.open()
        source.close()
