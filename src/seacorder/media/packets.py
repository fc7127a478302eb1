"""What rooms without FFmpeg of their own need of PyAV: packets made from bytes, and FFmpeg's log switched off."""

from fractions import Fraction
from typing import Any

import av
import av.logging

from seacorder.model.sample import Sample, SourcePacket

Packet: Any = av.Packet
"""A packet around bytes that Python holds: `Packet(content)`. Nothing is copied."""


def muxable(one: SourcePacket | Sample) -> Any:
    """Its packet as a muxer and a decoder of PyAV take it, without times where it is plain bytes. Nothing is copied."""
    if not isinstance(one.packet, bytes):
        return one.packet
    packet = Packet(one.packet)
    packet.is_keyframe = one.is_keyframe
    return packet


def copied_packet(content: bytes) -> Any:
    """A packet with a copy of `content` in FFmpeg's own memory, for decoders that work in threads of their own.

    A packet around Python's bytes wants the GIL when a decoder's thread lets go of it, and closing a decoder holds the
    GIL while it waits for that thread: the two would wait for each other for ever.
    """
    packet = Packet(len(content))
    packet.update(content)
    return packet


def picture_packet(content: bytes, ticks: int, time_base: Fraction) -> Any:
    """The packet of a picture that can be decoded by itself, decoded and shown at the same time."""
    packet = Packet(content)
    packet.is_keyframe = True
    packet.pts = packet.dts = ticks
    packet.time_base = time_base
    return packet


def switch_off_log() -> None:
    """Keeps FFmpeg's log out of Python: each line would wait for the GIL in the middle of reading a packet."""
    av.logging.set_level(None)
