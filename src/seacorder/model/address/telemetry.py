"""Addresses of survey data: the text of `[[telemetry]] input`, parsed once into typed values.

    udp://:5005                                   datagrams that are sent to a port of this machine, also broadcast
    udp://239.1.2.3:5005#interface=10.0.0.7       those of a multicast group, by a network card's address
    tcp://10.0.0.8:4001                           a serial server or a survey computer that waits for us
    tcp://:4001#listen=1                          programs that connect to us
    serial:/dev/ttyUSB0?baud=9600                 a serial line; bits=8, parity=none and stop=1 unless said
    file:/path/dive.log?speed=10&loop=1           a log, played; times=0 ignores the times in it
    sim:?seed=7&start=2026-05-04T03:00:00Z        the simulator's dive; rate is how many times a second it speaks
"""

import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.address.options import SWITCH, Option, one_of, parse_options, refused, suggestion

_LISTED = "udp://, tcp://, serial:, file: or sim:"
BAUD_RATES = (300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
_HOST_AND_PORT = re.compile(r"(\[(?P<six>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?P<host>[^:/\[\]\s]*)):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class UdpAddress:
    """A port that datagrams are sent to. `host` empty: on every address of this machine."""

    host: str
    port: int
    group: str = ""
    """The multicast group to join; empty: none."""
    interface: str = ""
    """IP address of the network card by which the group comes; empty: the system chooses."""


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """Another program's port, or one of ours where `listens`."""

    host: str
    port: int
    listens: bool = False


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """A serial line."""

    device: str
    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    """One letter, as pyserial has it: N, E, O, M or S."""
    stop_bits: float = 1


@dataclass(frozen=True, slots=True)
class ReplayAddress:
    """A log that is played."""

    path: str
    speed: float = 1.0
    """1: in real time; 0: as fast as it can be read."""
    loops: bool = False
    has_times: bool = True
    """Times at the beginning of its lines are looked for, and followed; where there are none, a line is sent every
    `pause_seconds`."""
    pause_seconds: float = 0.1


@dataclass(frozen=True, slots=True)
class SimAddress:
    """The simulator."""

    seed: int = 1
    start_utc_ns: int | None = None
    """The instant at which the dive begins; None: when the source is opened."""
    rate: float = 1.0
    """How many times a second each instrument speaks; the gyro and the motion sensor five times as often."""
    speed: float = 1.0
    """How many seconds of the dive go by in a second."""


TelemetryAddress = UdpAddress | TcpAddress | SerialAddress | ReplayAddress | SimAddress


def parse_telemetry_address(text: str) -> TelemetryAddress:
    """The address in `text`. Raises BadRequest if it cannot be one."""
    kind, colon, rest = text.strip().partition(":")
    kind = kind.lower()
    if not colon or not re.fullmatch(r"[a-z][a-z0-9+.-]*", kind):
        raise refused("An input of survey data needs a kind in front.", f"Use {_LISTED}.")
    if kind not in _PARSERS:
        unknown = f"There is no input of survey data of the kind {kind[:40]!r}{suggestion(kind, tuple(_PARSERS))}"
        raise refused(unknown, f"Use {_LISTED}.")
    return _PARSERS[kind](rest)


def _udp(rest: str) -> UdpAddress:
    host, port, option_text = _target(rest, "udp://:5005")
    options = parse_options(option_text, "#", {"interface": Option(_ip_address, "an IP address")}, unquote)
    if _is_multicast(host):
        return UdpAddress("", port, host, str(options.get("interface", "")))
    if "interface" in options:
        raise refused("Input option interface belongs to a multicast group.", "Write it behind udp://239.1.2.3:5005.")
    return UdpAddress(host, port)


def _tcp(rest: str) -> TcpAddress:
    host, port, option_text = _target(rest, "tcp://10.0.0.8:4001")
    listens = bool(parse_options(option_text, "#", {"listen": SWITCH}, unquote).get("listen", False))
    if not host and not listens:
        raise refused(
            "A TCP input needs a host.", "Write tcp://10.0.0.8:4001, or tcp://:4001#listen=1 to be connected to."
        )
    return TcpAddress(host, port, listens)


def _target(rest: str, example: str) -> tuple[str, int, str]:
    """Host, port, and what stands after `#`."""
    target, _, option_text = rest.partition("#")
    found = _HOST_AND_PORT.fullmatch(target.removeprefix("//").rstrip("/")) if target.startswith("//") else None
    if found is None or not 0 < int(found["port"]) <= 65535:
        raise refused("The input needs a port from 1 to 65535.", f"Write one such as {example}.")
    return found["six"] or found["host"] or "", int(found["port"]), option_text


def _serial(rest: str) -> SerialAddress:
    device, options = _path_and_options(rest, "serial:/dev/ttyUSB0?baud=9600", _SERIAL_OPTIONS)
    return SerialAddress(
        device,
        baud=int(_number(options, "baud", 9600)),
        bits=int(_number(options, "bits", 8)),
        parity=str(options.get("parity", "N")),
        stop_bits=_number(options, "stop", 1),
    )


def _replay(rest: str) -> ReplayAddress:
    path, options = _path_and_options(rest, "file:/path/dive.log", _REPLAY_OPTIONS)
    return ReplayAddress(
        path,
        speed=_number(options, "speed", 1.0),
        loops=bool(options.get("loop", False)),
        has_times=bool(options.get("times", True)),
        pause_seconds=_number(options, "pause", 0.1),
    )


def _sim(rest: str) -> SimAddress:
    before, _, option_text = rest.partition("?")
    if before:
        raise refused("The simulator is written sim: and options behind a question mark.", "Write sim:?seed=7.")
    options = parse_options(option_text, "?", _SIM_OPTIONS, unquote)
    start = options.get("start")
    return SimAddress(
        seed=int(_number(options, "seed", 1)),
        start_utc_ns=start if isinstance(start, int) else None,
        rate=_number(options, "rate", 1.0),
        speed=_number(options, "speed", 1.0),
    )


def _path_and_options(rest: str, example: str, known: dict[str, Option]) -> tuple[str, dict[str, object]]:
    path, mark, option_text = rest.rpartition("?")
    if not mark:
        path, option_text = rest, ""
    if not path:
        raise refused("The input needs a path behind its kind.", f"Write one such as {example}.")
    return path, parse_options(option_text, "?", known, unquote)


def _number(options: dict[str, object], name: str, otherwise: float) -> float:
    value = options.get(name, otherwise)
    return value if isinstance(value, int | float) else otherwise


def _ip_address(value: str) -> str:
    return str(ipaddress.ip_address(value.strip("[]")))


def _is_multicast(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_multicast
    except ValueError:
        return False


def _decimal(least: float, most: float, value: str) -> float:
    number = float(value) if re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,6})?", value) else math.nan
    if not least <= number <= most:
        raise ValueError(value)
    return number


def _seed(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise ValueError(value)
    return int(value)


def _instant(value: str) -> int:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * NS_PER_SECOND)


_PARSERS: Mapping[str, Callable[[str], TelemetryAddress]] = {
    "udp": _udp, "tcp": _tcp, "serial": _serial, "file": _replay, "sim": _sim,
}
_SPEED = Option(lambda value: _decimal(0, 10_000, value), "a number from 0 (as fast as it goes) to 10000")
_SERIAL_OPTIONS = {
    "baud": Option(one_of(**{str(rate): rate for rate in BAUD_RATES}), f"one of {', '.join(map(str, BAUD_RATES))}"),
    "bits": Option(one_of(**{"7": 7, "8": 8}), "7 or 8"),
    "parity": Option(one_of(none="N", even="E", odd="O", mark="M", space="S"), "none, even, odd, mark or space"),
    "stop": Option(one_of(**{"1": 1, "1.5": 1.5, "2": 2}), "1, 1.5 or 2"),
}
_REPLAY_OPTIONS = {
    "speed": _SPEED,
    "loop": SWITCH,
    "times": SWITCH,
    "pause": Option(lambda value: _decimal(0, 3600, value), "seconds between two lines without times, 0 to 3600"),
}
_SIM_OPTIONS = {
    "seed": Option(_seed, "a whole number"),
    "start": Option(_instant, "an instant with its time zone, such as 2026-05-04T03:00:00Z"),
    "rate": Option(lambda value: _decimal(0.1, 1000, value), "a number from 0.1 to 1000"),
    "speed": Option(lambda value: _decimal(0.1, 1000, value), "a number from 0.1 to 1000"),
}
