"""`[[telemetry]]`: where survey data comes from, and how it is read."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import BadRequest
from seacorder.config.overlay_tables import overlay_line
from seacorder.config.values import SettingsTable, Unaccepted, channel_name, key, listed, parsed
from seacorder.model.address.telemetry import UdpAddress, parse_telemetry_address
from seacorder.model.definition.in_force import InForce
from seacorder.model.framing import parse_framing
from seacorder.model.telemetry import LineOut, TelemetrySource


def telemetry_address(address: str) -> str:
    """The address of a source of survey data; only its form is checked."""
    parsed(parse_telemetry_address, address)
    return address


def framing_text(text: str) -> str:
    """How records are found; only its form is checked."""
    parsed(parse_framing, text)
    return text


def receiver(address: str) -> str:
    """`udp://` with an IP address and a port: a name would have to be looked up, which may take long."""
    try:
        parsed = parse_telemetry_address(address)
        is_one = isinstance(parsed, UdpAddress) and bool(ipaddress.ip_address(parsed.host or parsed.group))
    except (BadRequest, ValueError):
        is_one = False
    if not is_one:
        raise Unaccepted(f"{address!r} is no receiver.", "Write one such as udp://10.0.0.9:6000, with an IP address.")
    return address


class ReadingsOutTable(SettingsTable):
    """Readings that are sent to another system."""

    to: Annotated[str, AfterValidator(receiver)] = key(
        ..., "Where the line is sent.", "`udp://`, an IP address and a port"
    )
    line: Annotated[str, AfterValidator(overlay_line)] = key(
        ..., "What is sent, with readings and the context in braces; CR and LF follow it.",
        "text with fields such as `{depth:.1f}`"
    )
    interval_seconds: float = key(
        1.0, "Seconds from one line to the next.", "a number from 0.1 to 3600", ge=0.1, le=3600
    )
    none: str = key("", "What stands where a reading has no value, or a stale one.", "text")
    checksum: bool = key(False, "`*` and the checksum of NMEA 0183 follow the line.", "true or false")

    def line_out(self) -> LineOut:
        """The line as the worker takes it."""
        address = parse_telemetry_address(self.to)
        assert isinstance(address, UdpAddress)  # noqa: S101 - it was checked
        return LineOut(
            host=address.host or address.group,
            port=address.port,
            line=self.line,
            interval_ns=int(self.interval_seconds * NS_PER_SECOND),
            none=self.none,
            has_checksum=self.checksum,
        )


class TelemetryTable(SettingsTable):
    """One source of survey data."""

    name: Annotated[str, AfterValidator(channel_name)] = key(..., "Name in status, answers and logs.", "a unique name")
    input: Annotated[str, AfterValidator(telemetry_address)] = key(
        ..., "Where its data comes from.",
        "an address that begins with `udp:`, `tcp:`, `serial:`, `file:` or `sim:`, see [survey data](#survey-data)"
    )
    framing: Annotated[str, AfterValidator(framing_text)] = key(
        "nmea", "How records are found in what comes.",
        '`"nmea"`, `"line"`, `"datagram"`, or a length or bytes as below'
    )
    definitions: Annotated[tuple[str, ...], BeforeValidator(listed)] = key(
        (), "What its records mean, the preferred first; empty: every ready one of an NMEA sentence, and what programs "
        "have set.",
        "a list of names of definitions"
    )
    stale_seconds: float = key(
        5.0, "After so long without a record that is understood, its values are stale.",
        "a number of seconds from 0.1 to 3600", ge=0.1, le=3600
    )
    clock_alarm_seconds: float = key(
        2.0, "A time in its records that differs from this computer's by more is an alarm; 0: never.",
        "0, or a number of seconds", ge=0, allow_inf_nan=False
    )
    prefer: Annotated[tuple[str, ...], BeforeValidator(listed)] = key(
        (), "Fields for which this source goes before those above it, which are preferred otherwise.",
        "a list of names of fields"
    )

    def source(self, in_force: InForce) -> TelemetrySource:
        """The source as its worker takes it, with the definitions that are in force."""
        framing = parse_framing(self.framing)
        return TelemetrySource(
            name=self.name,
            address=self.input,
            framing=framing,
            definitions=in_force.of_source(self.definitions, framing),
            stale_ns=int(self.stale_seconds * NS_PER_SECOND),
            clock_alarm_ns=int(self.clock_alarm_seconds * NS_PER_SECOND),
            prefer=self.prefer,
            definition_names=self.definitions,
        )
