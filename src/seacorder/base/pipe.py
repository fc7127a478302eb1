"""The pipe between the control process and a worker: length-prefixed pickles of frozen model values.

A worker is a process of its own whose standard input carries commands and whose standard output carries reports.
Workers unpickle without checks, since commands come from their parent. The control process does not trust what workers
send, because they decode data from outside: it reads reports with `base.unpickle`.
"""

import contextlib
import dataclasses
import io
import operator
import os
import pickle
import select
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

_LENGTH = struct.Struct("!I")
HEADER_BYTES = _LENGTH.size
_ATOMIC_BYTES: int = getattr(select, "PIPE_BUF", 0) if hasattr(select, "poll") else 0
"""What a pipe takes without blocking once it can be written to; 0 where the system does not say."""
_ROOM_BYTES = 256 * 1024
"""Several large pictures. With less, the writer waits for the reader in the middle of one: both wake once more."""


class _Reducers(dict[type, Callable[[Any], Any]]):
    """How values are taken apart, by their class: a dataclass or a named tuple into itself and its fields, all else as
    pickle does it.

    Left alone, a frozen dataclass with slots asks for its fields anew for each value, on both sides; that was a third
    of what a heartbeat cost. A named tuple asks for them too.
    """

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        if issubclass(kind, tuple) and hasattr(kind, "_fields"):
            self[kind] = lambda value: (kind, tuple(value))
            return self[kind]
        if not dataclasses.is_dataclass(kind) or not all(field.init for field in dataclasses.fields(kind)):
            raise KeyError(kind)
        if kind.__reduce__ is not object.__reduce__:
            raise KeyError(kind)  # it says itself how it is taken apart
        names = [field.name for field in dataclasses.fields(kind)]
        if len(names) > 1:
            fields = operator.attrgetter(*names)
            self[kind] = lambda value: (kind, fields(value))
        else:
            self[kind] = lambda value: (kind, tuple([getattr(value, name) for name in names]))
        return self[kind]


_REDUCERS = _Reducers()


def encode(message: object) -> bytes:
    """A message as bytes: a header with its length, then its pickle."""
    payload = io.BytesIO()
    pickler = pickle.Pickler(payload, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(message)
    return _LENGTH.pack(payload.tell()) + payload.getvalue()


def payload_bytes(header: bytes) -> int:
    """The number of bytes that follow a header of HEADER_BYTES."""
    return int(_LENGTH.unpack(header)[0])


def decode(payload: bytes) -> Any:
    """The message in a payload. Only for workers, see above."""
    return pickle.loads(payload)  # noqa: S301 - commands come from the parent process


def _widen(pipe: BinaryIO) -> None:
    """Makes room for pictures of the live view, where the system has such a thing and allows it."""
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):  # it is no pipe, or the user has too many large ones
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _ROOM_BYTES)


class Link:
    """A worker's end of the pipe. `send` may be called from any thread, `messages` from one."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader = reader
        self._writer = writer
        _widen(writer)
        self._lock = threading.Lock()
        self._broken = False

    @classmethod
    def from_stdio(cls) -> "Link":
        """Takes standard input and output for the pipe; what the process prints afterwards goes to standard error."""
        writer = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        return cls(sys.stdin.buffer, writer)

    def send(self, message: object) -> None:
        """Sends one report. Blocks while the pipe is full; does nothing once the other end is gone."""
        data = memoryview(encode(message))
        with self._lock:
            try:
                while data and not self._broken:
                    data = data[self._writer.write(data) :]
            except (BrokenPipeError, ValueError):
                self._broken = True

    def send_at_once(self, message: object) -> bool:
        """Sends one report if that blocks nowhere; False, and nothing is sent, if it might, or if it cannot be
        pickled."""
        try:
            data = encode(message)
        except (pickle.PicklingError, TypeError, AttributeError):
            return False
        if len(data) > _ATOMIC_BYTES or not self._lock.acquire(blocking=False):
            return False
        try:
            waiting = select.poll()
            waiting.register(self._writer, select.POLLOUT)
            # A pipe that has room takes so many bytes whole and at once. A broken one is left to `send`.
            if self._broken or [event for _, event in waiting.poll(0)] != [select.POLLOUT]:
                return False
            self._writer.write(data)
        except OSError:
            return False
        finally:
            self._lock.release()
        return True

    def close_reports(self) -> None:
        """Closes the worker's end of the pipe of reports; what is sent afterwards goes nowhere. For a worker whose
        process goes on. Waits while a report is being sent."""
        with self._lock:
            self._broken = True
            self._writer.close()

    def close(self) -> None:
        """Closes both ends. Only once nobody waits for `messages` any more."""
        self.close_reports()
        self._reader.close()

    def messages(self) -> Iterator[Any]:
        """The commands as they come. Blocks for each; ends when the control process closes the pipe or is gone."""
        while True:
            header = self._reader.read(HEADER_BYTES)
            if len(header) < HEADER_BYTES:
                return
            size = payload_bytes(header)
            payload = self._reader.read(size)
            if len(payload) < size:
                return
            yield decode(payload)
