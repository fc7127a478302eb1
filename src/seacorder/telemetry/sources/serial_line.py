"""Serial lines, by pyserial. This module is the only one that knows it, and runs on the source's own thread."""

import errno
import os
import sys

import serial

from seacorder.base.clock import Clock
from seacorder.base.errors import InputFailed
from seacorder.model.address.telemetry import SerialAddress
from seacorder.model.instant import Instant
from seacorder.telemetry.chunk import Chunk
from seacorder.telemetry.sources.contract import READ_SECONDS

READ_BYTES = 4096


class SerialSource:
    """See `contract.DataSource`."""

    pause_seconds = 0.01

    def __init__(self, address: SerialAddress, clock: Clock) -> None:
        self._address = address
        self._clock = clock
        self._line: serial.Serial | None = None

    def open(self) -> None:
        address = self._address
        try:
            # Without `exclusive` two programs that read one line would each get some of its bytes, and neither notice.
            self._line = serial.Serial(
                address.device,
                baudrate=address.baud,
                bytesize=address.bits,
                parity=address.parity,
                stopbits=address.stop_bits,
                timeout=READ_SECONDS,
                exclusive=True if os.name == "posix" else None,
            )
        except (OSError, ValueError) as error:  # SerialException is an OSError
            raise InputFailed(*_why_not(address.device, error)) from error

    def read(self) -> list[Chunk]:
        line = self._line
        if line is None:
            raise InputFailed(f"{self._address.device}: it is not open.")
        try:
            first = line.read(1)
            if not first:
                return []
            rest = line.read(min(line.in_waiting, READ_BYTES))
        except (OSError, TypeError) as error:  # a line that another thread has closed gives a TypeError
            fact = f"{self._address.device}: the serial device does not answer any more; it may have been pulled out."
            raise InputFailed(fact, "Check its plug.") from error
        return [Chunk(first + rest, Instant.now(self._clock))]

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _why_not(device: str, error: Exception) -> tuple[str, str]:
    number = getattr(error, "errno", None)
    if number == errno.ENOENT or isinstance(error, FileNotFoundError):
        return f"{device}: there is no such serial device.", "Plug it in, or correct the input."
    if number in {errno.EACCES, errno.EPERM}:
        group = "Add it to the group dialout, then log in again." if sys.platform == "linux" else ""
        return f"{device}: this user may not use the serial device.", group
    if number in {errno.EBUSY, errno.EAGAIN} or "lock" in str(error):
        return f"{device}: another program uses the serial device.", "End the other program."
    return f"{device}: the serial device cannot be opened ({_reason(error)}).", "Check its speed and its plug."


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
