"""RTP over UDP: two sockets for each track, one for RTP and one on the next port for RTCP (RFC 3550, 11).

The receive buffer is large because a picture comes in one burst. Datagrams of other hosts than the camera are dropped.
No call blocks.
"""

import contextlib
import socket

from seacorder.inputs.rtp.receiver import RtpReceiver

RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
BUFFER_BYTES = 512 * 1024
_DATAGRAM_MAX = 64 * 1024
_TRIES = 40
"""To find an even port whose next port is free, too."""
_PUNCH = b"\x80\x00\x00\x00" + bytes(8)
"""An empty RTP packet: opens the way back through firewalls and address translation."""


class DatagramPair:
    """The sockets of one track."""

    def __init__(self, family: int, local: str, receiver: RtpReceiver) -> None:
        """Binds both at an even port and the one behind it. OSError when no such pair is free."""
        self._receiver = receiver
        self._rtp, self._rtcp = _bound_pair(family, local)
        self._view = memoryview(bytearray(BUFFER_BYTES))
        self._sources: tuple[str, ...] = ()
        self._report_to: tuple[str, int] | None = None
        self.port = int(self._rtp.getsockname()[1])
        self.numbers = (self._rtp.fileno(), self._rtcp.fileno())

    def aim(self, peer: str, source: str | None, ports: tuple[int, int] | None) -> None:
        """The camera has answered SETUP. `peer`: the address that the client is connected to; `source`: the address
        that the answer names; `ports`: those of RTP and RTCP that it names. Sends a packet to each, to open firewalls.
        """
        told = source if source and _is_numeric(source) else peer
        # Behind address translation a camera names an address of its own network, and packets come from another one.
        self._sources = (told, peer)
        if ports is None:
            return
        self._report_to = (told, ports[1])
        with contextlib.suppress(OSError):
            self._rtp.sendto(_PUNCH, (told, ports[0]))
            self._rtcp.sendto(_PUNCH, self._report_to)

    def read(self, number: int, now_ns: int) -> None:
        """Takes what one of the sockets has, as much as fits; nobody may hold a slice of an earlier read any more."""
        if number == self._rtcp.fileno():
            self._read_reports()
            return
        view, at, receive, take = self._view, 0, self._rtp.recvfrom_into, self._receiver.take_datagram
        sources = self._sources
        while BUFFER_BYTES - at >= _DATAGRAM_MAX:
            try:
                size, sender = receive(view[at:])
            except BlockingIOError:
                return
            except ConnectionError:
                continue  # an earlier packet of ours was refused by the camera's host (ICMP): no fault of this read
            if sender[0] in sources:
                if self._report_to is None:
                    # The camera has named no port for reports: it is the one after RTP's (RFC 3550, 11).
                    self._report_to = (sender[0], sender[1] + 1)
                take(view, at, at + size, now_ns)
                at += size

    def report(self, block: bytes) -> None:
        """Sends RTCP to the camera, where it told its port."""
        if self._report_to is not None:
            self._rtcp.sendto(block, self._report_to)

    def close(self) -> None:
        self._rtp.close()
        self._rtcp.close()

    def _read_reports(self) -> None:
        with contextlib.suppress(OSError):
            block, sender = self._rtcp.recvfrom(2048)
            if sender[0] in self._sources:
                self._receiver.take_rtcp(memoryview(block))


def _bound_pair(family: int, local: str) -> tuple[socket.socket, socket.socket]:
    for _ in range(_TRIES):
        first = _socket(family)
        first.bind((local, 0))
        port = first.getsockname()[1]
        second = _socket(family)
        try:
            if port % 2 == 0:
                second.bind((local, port + 1))
                return first, second
        except OSError:
            pass
        first.close()
        second.close()
    raise OSError("no two ports beside each other are free")


def _socket(family: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.setblocking(False)
    with contextlib.suppress(OSError):
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    return made


def _is_numeric(text: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        with contextlib.suppress(OSError):
            socket.inet_pton(family, text)
            return True
    return False
