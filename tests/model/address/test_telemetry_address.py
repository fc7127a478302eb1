"""Addresses of survey data."""

import pytest

from seacorder.base.errors import BadRequest
from seacorder.model.address.telemetry import (
    ReplayAddress,
    SerialAddress,
    SimAddress,
    TcpAddress,
    TelemetryAddress,
    UdpAddress,
    parse_telemetry_address,
)


@pytest.mark.parametrize(("text", "address"), [
    ("udp://:5005", UdpAddress("", 5005)),
    ("UDP://10.0.0.7:5005", UdpAddress("10.0.0.7", 5005)),
    ("udp://[::1]:5005", UdpAddress("::1", 5005)),
    ("udp://239.1.2.3:5005", UdpAddress("", 5005, "239.1.2.3")),
    ("udp://239.1.2.3:5005#interface=10.0.0.7", UdpAddress("", 5005, "239.1.2.3", "10.0.0.7")),
    ("tcp://10.0.0.8:4001", TcpAddress("10.0.0.8", 4001)),
    ("tcp://moxa.vessel:4001", TcpAddress("moxa.vessel", 4001)),
    ("tcp://:4001#listen=1", TcpAddress("", 4001, listens=True)),
    ("tcp://127.0.0.1:4001#listen=on", TcpAddress("127.0.0.1", 4001, listens=True)),
    ("serial:/dev/ttyUSB0", SerialAddress("/dev/ttyUSB0")),
    ("serial:/dev/ttyUSB0?baud=9600", SerialAddress("/dev/ttyUSB0", 9600)),
    ("serial:COM3?baud=4800&bits=7&parity=even&stop=2", SerialAddress("COM3", 4800, 7, "E", 2)),
    ("file:/data/dive.log", ReplayAddress("/data/dive.log")),
    ("file:/data/dive.log?speed=10&loop=1", ReplayAddress("/data/dive.log", 10, loops=True)),
    ("file:/data/dive.log?speed=0&times=0&pause=0.5", ReplayAddress("/data/dive.log", 0, False, False, 0.5)),
    ("sim:", SimAddress()),
    ("sim:?seed=7&rate=10&speed=60", SimAddress(7, None, 10, 60)),
    ("sim:?start=2026-05-04T03:00:00Z", SimAddress(1, 1_777_863_600_000_000_000)),
])  # fmt: skip
def test_what_an_address_means(text: str, address: TelemetryAddress) -> None:
    assert parse_telemetry_address(text) == address


@pytest.mark.parametrize(("text", "fact", "action"), [
    ("5005", "An input of survey data needs a kind in front.", "udp://"),
    ("upd://:5005", "did you mean udp?", "udp://"),
    ("http://10.0.0.5", "There is no input of survey data of the kind 'http'", "serial:"),
    ("udp://:70000", "needs a port from 1 to 65535", "udp://:5005"),
    ("udp:5005", "needs a port", "udp://:5005"),
    ("udp://10.0.0.7:5005#interface=10.0.0.7", "belongs to a multicast group", "239.1.2.3"),
    ("udp://239.1.2.3:5005#interface=eth0", "'eth0' is not accepted", "an IP address"),
    ("tcp://:4001", "needs a host", "#listen=1"),
    ("tcp://10.0.0.8:4001#lissen=1", "did you mean listen?", "Known: listen"),
    ("serial:", "needs a path", "/dev/ttyUSB0"),
    ("serial:/dev/ttyUSB0?baud=9601", "'9601' is not accepted", "4800"),
    ("file:/x?speed=-1", "speed", "10000"),
    ("sim:7", "The simulator is written sim:", "sim:?seed=7"),
    ("sim:?start=2026-05-04T03:00:00", "start", "time zone"),
])  # fmt: skip
def test_what_is_wrong_is_said(text: str, fact: str, action: str) -> None:
    with pytest.raises(BadRequest) as raised:
        parse_telemetry_address(text)
    assert fact in raised.value.fact
    assert action in raised.value.action
