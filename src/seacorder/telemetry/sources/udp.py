"""Datagrams that are sent to a port of this machine: to it alone, to everybody (broadcast), or to a multicast group."""

import contextlib
import errno
import os
import select
import socket
import struct
import sys

from seacorder.base.clock import Clock
from seacorder.base.errors import InputFailed
from seacorder.base.kernel_times import ANCILLARY_BYTES, note_arrivals
from seacorder.model.address.telemetry import UdpAddress
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.sources.arrival import Arrivals
from seacorder.telemetry.sources.contract import BURST_SECONDS, READ_SECONDS
from seacorder.telemetry.sources.dropped import Dropped

DATAGRAM_BYTES = 65_536
RECEIVE_BYTES = 4 * 1024 * 1024
"""Asked of the kernel for what comes while this process does not run; a system may give less."""
AT_ONCE = 1_000
"""Datagrams that one read takes at most."""
_SO_RCVBUFFORCE = 33


class UdpSource:
    """See `contract.DataSource`."""

    pause_seconds = BURST_SECONDS

    def __init__(self, address: UdpAddress, clock: Clock) -> None:
        self._address = address
        self._arrivals = Arrivals(clock)
        self._dropped = Dropped()
        self._socket: socket.socket | None = None
        self._buffer = bytearray(DATAGRAM_BYTES)
        self._view = memoryview(self._buffer)
        self._senders: dict[object, str] = {}

    def open(self) -> None:
        address = self._address
        host = address.group or address.host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = made = socket.socket(family, socket.SOCK_DGRAM)
            make_room(made)
            note_arrivals(made)
            self._dropped.note(made)
            made.setblocking(False)
            if address.group:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # other programs may hear the group too
            # On Linux a socket that is bound to a group gets what is sent to that group and nothing else.
            made.bind((host if not address.group or sys.platform == "linux" else "", address.port))
            if address.group:
                _join(made, address)
        except OSError as error:
            raise InputFailed(*_why_not(address, error)) from error

    def read(self) -> list[Chunk]:
        made = self._socket
        if made is None:
            raise InputFailed("The port is not open.")
        if not select.select([made], [], [], READ_SECONDS)[0]:
            return []
        self._arrivals.begin()
        chunks: list[Chunk] = []
        while len(chunks) < AT_ONCE:
            try:
                if sys.platform == "win32":
                    count, sender = made.recvfrom_into(self._buffer)
                    notes = []
                else:
                    count, notes, _, sender = made.recvmsg_into((self._buffer,), ANCILLARY_BYTES)
            except BlockingIOError:
                break
            except ConnectionError:
                continue  # an ICMP message about something that was sent, which is nothing of ours
            except OSError as error:
                raise InputFailed(f"UDP port {self._address.port} cannot be read any more ({_text(error)}).") from error
            data = bytes(self._view[:count])
            arrival, dropped = self._arrivals.of(notes), self._dropped.before(notes)
            chunks.append(Chunk(data, arrival, self._name_of(sender), True, dropped))
        return chunks

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _name_of(self, sender: tuple[str, int]) -> str:
        name = self._senders.get(sender)
        if name is None:
            if len(self._senders) > AT_ONCE:  # somebody sends each datagram from another port
                self._senders.clear()
            name = self._senders[sender] = f"{sender[0]}:{sender[1]}"
        return name


def make_room(made: socket.socket) -> None:
    """Lets the kernel keep as much as it may for a process that does not read just now."""
    with contextlib.suppress(OSError):
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # without the rights the system's own limit holds
            made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BYTES)


def _join(made: socket.socket, address: UdpAddress) -> None:
    if ":" in address.group:
        index = socket.if_nametoindex(address.interface) if address.interface else 0
        group = socket.inet_pton(socket.AF_INET6, address.group) + struct.pack("@I", index)
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
        return
    group = socket.inet_aton(address.group) + socket.inet_aton(address.interface or "0.0.0.0")  # noqa: S104 - any card
    made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)


def _why_not(address: UdpAddress, error: OSError) -> tuple[str, str]:
    port = f"UDP port {address.port}"
    match error.errno:
        case errno.EADDRINUSE:
            return f"{port} is taken by another program.", (
                "End the other program, or have the data sent to another port."
            )
        case errno.EADDRNOTAVAIL:
            return f"{port}: {address.host} is no address of this computer.", (
                f"Write udp://:{address.port} to take what comes to any of its addresses."
            )
        case errno.EACCES | errno.EPERM:
            return f"{port} may not be opened by this user ({_text(error)}).", "Choose a port above 1023."
        case errno.ENODEV if address.group:
            return f"{port}: the group {address.group} cannot be joined ({_text(error)}).", (
                "Write the address of the network card behind #interface=."
            )
        case _:
            return f"{port} cannot be opened ({_text(error)}).", ""


def _text(error: OSError) -> str:
    return error.strerror or (os.strerror(error.errno) if error.errno else str(error))
