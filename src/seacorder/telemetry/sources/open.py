"""From an address to a source. What only one kind needs is imported when there is one."""

from seacorder.base.clock import Clock
from seacorder.model.address.telemetry import (
    ReplayAddress,
    SerialAddress,
    SimAddress,
    TcpAddress,
    UdpAddress,
    parse_telemetry_address,
)
from seacorder.telemetry.sources.contract import DataSource


def make_source(text: str, clock: Clock) -> DataSource:
    """The source of an address, not open yet. Raises BadRequest for an address that cannot be one."""
    match address := parse_telemetry_address(text):
        case UdpAddress():
            from seacorder.telemetry.sources.udp import UdpSource

            return UdpSource(address, clock)
        case TcpAddress():
            from seacorder.telemetry.sources.tcp import TcpClientSource, TcpServerSource

            return TcpServerSource(address, clock) if address.listens else TcpClientSource(address, clock)
        case SerialAddress():
            from seacorder.telemetry.sources.serial_line import SerialSource

            return SerialSource(address, clock)
        case ReplayAddress():
            from seacorder.telemetry.sources.replay import ReplaySource

            return ReplaySource(address, clock)
        case SimAddress():
            from seacorder.telemetry.sources.simulator import SimSource

            return SimSource(address, clock)
