"""A network that loses datagrams, between a client and a camera, both on this machine.

RTSP goes through unchanged but for the ports that the client asks for; RTP goes through packet by packet, and some
of it does not.
"""

import contextlib
import re
import select
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from seacorder.inputs.rtp.packets import parse_header

_SO_RCVBUFFORCE = 33
"""As SO_RCVBUF, beyond the system's limit, for a privileged process (Linux, socket(7)). Python has no name for it."""
Drops = Callable[[int, bytes], bool]
"""(number of the RTP packet from 0, its payload): whether it gets lost."""


class LossyProxy:
    """Forwards one client to the camera at `port`."""

    def __init__(self, port: int, drops: Drops) -> None:
        self._drops = drops
        self._server = socket.create_server(("127.0.0.1", 0))
        self._upstream = port
        self._end, self._ended = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port: int = self._server.getsockname()[1]
        self.seen: list[int] = []
        """RTP times of pictures in the order in which they came, lost or not."""
        self.lost: set[int] = set()
        """RTP times of pictures of which a packet was lost."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.close()
        self._thread.join(5)
        self._server.close()
        self._ended.close()

    def _run(self) -> None:
        select.select([self._server, self._ended], [], [], 60)
        client, _ = self._server.accept()
        camera = socket.create_connection(("127.0.0.1", self._upstream))
        rtp, rtcp = _udp(), _udp()
        target: tuple[str, int] | None = None
        count = 0
        with client, camera, rtp, rtcp:
            while True:
                ready, _, _ = select.select([client, camera, rtp, rtcp, self._ended], [], [], 60)
                if not ready or self._ended in ready:
                    return
                if client in ready:
                    block = client.recv(65536)
                    if asked := re.search(rb"client_port=(\d+)-(\d+)", block):
                        target = ("127.0.0.1", int(asked[1]))
                        ours = f"client_port={rtp.getsockname()[1]}-{rtcp.getsockname()[1]}".encode()
                        block = block.replace(asked[0], ours)
                    if not block:
                        return
                    camera.sendall(block)
                if camera in ready:
                    block = camera.recv(65536)
                    if not block:
                        return
                    client.sendall(block)
                if rtp in ready and target is not None:
                    block = rtp.recv(65536)
                    self._forward(rtp, block, count, target)
                    count += 1
                if rtcp in ready and target is not None:
                    rtcp.sendto(rtcp.recv(65536), (target[0], target[1] + 1))

    def _forward(self, rtp: socket.socket, block: bytes, number: int, target: tuple[str, int]) -> None:
        header = parse_header(memoryview(block), 0, len(block))
        assert header is not None
        if header.head[2] not in self.seen[-1:]:
            self.seen.append(header.head[2])
        if self._drops(number, block[header.begin : header.end]):
            self.lost.add(header.head[2])
        else:
            rtp.sendto(block, target)


def _udp() -> socket.socket:
    """With room for what comes while this machine stands still, beyond the system's limit if that may be passed."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    with contextlib.suppress(OSError):
        made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 4 << 20)
    made.bind(("127.0.0.1", 0))
    return made
