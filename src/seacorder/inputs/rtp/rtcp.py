"""RTCP (RFC 3550, 6): reads sender reports and goodbyes, makes receiver reports. Pure.

A sender report says which moment an RTP time stands for, by the camera's clock, which is one for all its tracks.
Some cameras end a session whose client sends no receiver reports.
"""

import struct
from dataclasses import dataclass

_SENDER_REPORT, _RECEIVER_REPORT, _DESCRIPTION, _GOODBYE = 200, 201, 202, 203


@dataclass(frozen=True, slots=True)
class SenderReport:
    """An RTP time and the moment that it stands for."""

    ssrc: int
    ntp: int
    """Seconds since 1900 in 32.32 bits, by the camera's clock."""
    timestamp: int

    @property
    def middle(self) -> int:
        """The middle 32 bits of `ntp`, which a receiver report returns."""
        return self.ntp >> 16 & 0xFFFF_FFFF

    @property
    def ntp_ns(self) -> int:
        """Nanoseconds since 1900."""
        return self.ntp * 1_000_000_000 >> 32


@dataclass(frozen=True, slots=True)
class Received:
    """What a compound packet says."""

    reports: tuple[SenderReport, ...]
    goodbyes: tuple[int, ...]
    """The senders that end."""


@dataclass(frozen=True, slots=True)
class Reception:
    """What a receiver report says of one sender; times in 1/65536 s, jitter in ticks of the RTP clock."""

    ssrc: int
    fraction_lost: int
    """Since the last report, in 1/256."""
    lost: int
    highest: int
    jitter: int
    last_report: int
    delay: int


def parse(block: bytes) -> Received:
    """The reports and goodbyes in a compound packet; what cannot be read is ignored."""
    reports: list[SenderReport] = []
    goodbyes: list[int] = []
    at = 0
    while len(block) - at >= 8:
        first, kind, words = struct.unpack_from(">BBH", block, at)
        stop = at + 4 + 4 * words
        if first >> 6 != 2 or stop > len(block):
            break
        if kind == _SENDER_REPORT and stop - at >= 28:
            ssrc, ntp, timestamp = struct.unpack_from(">IQI", block, at + 4)
            reports.append(SenderReport(ssrc, ntp, timestamp))
        elif kind == _GOODBYE:
            count = min(first & 0x1F, words)
            goodbyes += struct.unpack_from(f">{count}I", block, at + 4)
        at = stop
    return Received(tuple(reports), tuple(goodbyes))


def receiver_report(own_ssrc: int, reception: Reception | None) -> bytes:
    """A receiver report, with the name (CNAME) that must go with it. Without `reception` it reports of no sender."""
    block = b"" if reception is None else struct.pack(
        ">IIIIII",
        reception.ssrc,
        (reception.fraction_lost & 0xFF) << 24 | min(reception.lost, 0x7F_FFFF),
        reception.highest & 0xFFFF_FFFF,
        reception.jitter & 0xFFFF_FFFF,
        reception.last_report,
        reception.delay & 0xFFFF_FFFF,
    )
    count = 0 if reception is None else 1
    report = struct.pack(">BBHI", 0x80 | count, _RECEIVER_REPORT, 1 + len(block) // 4, own_ssrc) + block
    name = b"seacorder"
    item = struct.pack(">BB", 1, len(name)) + name
    item += bytes(4 - len(item) % 4)
    return report + struct.pack(">BBHI", 0x81, _DESCRIPTION, 1 + len(item) // 4, own_ssrc) + item
