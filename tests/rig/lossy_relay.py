"""A network that loses datagrams on their way from a sender to a receiver, both on this machine."""

import select
import socket
import threading
from collections.abc import Callable
from typing import Self


class LossyRelay:
    """Forwards datagrams to `port`. It drops those for whose number (from 0) `drops` is true; `lost` has them."""

    def __init__(self, port: int, drops: Callable[[int], bool]) -> None:
        self._target = ("127.0.0.1", port)
        self._drops = drops
        self._in, self._out = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        self._in.bind(("127.0.0.1", 0))
        self.port: int = self._in.getsockname()[1]
        self._end, self._ended = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.lost: list[bytes] = []
        self.forwarded = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.close()
        self._thread.join(5)
        for one in (self._in, self._out, self._ended):
            one.close()

    def _run(self) -> None:
        number = 0
        while True:
            ready, _, _ = select.select([self._in, self._ended], [], [], 60)
            if not ready or self._ended in ready:
                return
            datagram = self._in.recv(65536)
            if self._drops(number):
                self.lost.append(datagram)
            else:
                self._out.sendto(datagram, self._target)
                self.forwarded += 1
            number += 1
