"""Serial lines, on pseudo-terminals."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rig.data_sources import bytes_of, opened, read_until
from rig.survey import sentence
from seacorder.base.clock import SystemClock
from seacorder.base.errors import InputFailed
from seacorder.model.address.telemetry import SerialAddress
from seacorder.telemetry.sources.serial_line import SerialSource

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
CLOCK = SystemClock()


@dataclass
class Cable:
    """The instrument's end of a line, and the name of ours."""

    instrument: int
    device: str

    def unplug(self) -> None:
        os.close(self.instrument)
        self.instrument = -1


@pytest.fixture
def cable() -> Iterator[Cable]:
    instrument, ours = os.openpty()
    made = Cable(instrument, os.ttyname(ours))
    os.close(ours)
    yield made
    if made.instrument >= 0:
        made.unplug()


@pytest.mark.parametrize("baud", [4800, 9600, 38400, 115200])
def test_what_an_instrument_sends_comes_byte_for_byte(cable: Cable, baud: int) -> None:
    sent = b"\r\n".join(sentence(f"HEHDT,{tenth / 10:.1f},T") for tenth in range(200)) + bytes(range(256))
    with opened(SerialSource(SerialAddress(cable.device, baud=baud), CLOCK)) as source:
        for at in range(0, len(sent), 100):
            os.write(cable.instrument, sent[at : at + 100])
            read_until(source, lambda found: bytes_of(found) == sent[at : at + 100])  # noqa: B023 - called here alone


def test_seven_bits_and_parity_are_accepted(cable: Cable) -> None:
    address = SerialAddress(cable.device, baud=4800, bits=7, parity="E", stop_bits=2)
    with opened(SerialSource(address, CLOCK)) as source:
        os.write(cable.instrument, b"12.5\r\n")
        assert bytes_of(read_until(source, lambda found: bytes_of(found).endswith(b"\n"))) == b"12.5\r\n"


def test_a_device_that_is_pulled_out_is_said(cable: Cable) -> None:
    with opened(SerialSource(SerialAddress(cable.device), CLOCK)) as source:
        cable.unplug()
        with pytest.raises(InputFailed, match="does not answer any more; it may have been pulled out"):
            read_until(source, lambda _: False)


def test_a_device_that_is_not_there_is_said(tmp_path: Path) -> None:
    device = str(tmp_path / "ttyUSB7")
    with pytest.raises(InputFailed, match=f"{device}: there is no such serial device") as raised:
        SerialSource(SerialAddress(device), CLOCK).open()
    assert "Plug it in" in raised.value.action


def test_a_device_that_another_program_reads_is_said(cable: Cable) -> None:
    with opened(SerialSource(SerialAddress(cable.device), CLOCK)):
        other = SerialSource(SerialAddress(cable.device), CLOCK)
        with pytest.raises(InputFailed, match="another program uses the serial device"):
            other.open()
        other.close()


def test_something_else_than_a_serial_device_is_said(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    with pytest.raises(InputFailed, match="the serial device cannot be opened"):
        SerialSource(SerialAddress(str(path)), CLOCK).open()
