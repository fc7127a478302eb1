"""Chooses the client that reads an RTSP camera: ours, or FFmpeg's where ours cannot.

Ours is tried first: it knows which packets the network lost, and takes less processor time. If the camera describes its
picture but our client cannot get it, FFmpeg's client is tried at once, and again after 3, 7, 15, … failures in a row.
If FFmpeg's client brings pictures, it stays for as long as it can connect; an event and the status say so. """

import logging

from seacorder.base.clock import Clock
from seacorder.base.errors import InputFailed, InputRefused
from seacorder.base.message import Message
from seacorder.inputs.contract import Input, Items, OpenConnection
from seacorder.inputs.rtsp.camera import RtspInput
from seacorder.inputs.rtsp.camera_memory import CameraMemory
from seacorder.model.address.address import RtspAddress
from seacorder.model.sample import SourceFormat

log = logging.getLogger(__name__)


class EitherRtspInput:
    """One connection to one camera; see `contract.Input`."""

    def __init__(self, address: RtspAddress, clock: Clock, memory: CameraMemory) -> None:
        self._address = address
        self._clock = clock
        self._memory = memory
        self._own = RtspInput(address, clock, memory)
        self._input: Input = self._own
        self._is_closed = False

    def open(self) -> SourceFormat:
        memory = self._memory
        if memory.prefers_ffmpeg:
            memory.prefers_ffmpeg = False
            found = self._by_ffmpeg()
            memory.prefers_ffmpeg = True
            return found
        picture_timeout, limit_ns = memory.picture_timeout, memory.picture_timeout.limit_ns
        picture_timeout.begin()
        try:
            found = self._own.open()
        except InputRefused:
            raise
        except InputFailed as failure:
            if not self._own.is_described or self._is_closed:
                raise
            if picture_timeout.has_seen_picture and picture_timeout.limit_ns > limit_ns:
                raise  # the camera is slow, and nothing else is wrong: our client waits longer the next time
            memory.failures += 1
            if memory.failures & (memory.failures + 1):  # tried after 1, 3, 7, 15, … failures
                raise
            return self._otherwise(failure)
        memory.failures = 0
        return found

    def packets(self) -> Items:
        return self._input.packets()

    def connection(self) -> OpenConnection | None:
        """See `contract.BurstInput`."""
        return self._own.connection() if self._input is self._own else None

    def close(self) -> None:
        self._is_closed = True
        self._input.close()

    def _otherwise(self, failure: InputFailed) -> SourceFormat:
        """Opens FFmpeg's client after ours has failed; raises `failure` if that fails as well."""
        self._own.close()
        try:
            found = self._by_ffmpeg()
        except InputFailed:
            raise failure from None
        self._memory.prefers_ffmpeg = True
        message = Message(
            f"{failure.fact} FFmpeg's client can read it and has taken over.",
            "Nothing to do. To begin with that client, add #client=ffmpeg to the camera's address between dives.",
        )
        log.warning("%s", message)
        self._memory.tell(message)
        return found

    def _by_ffmpeg(self) -> SourceFormat:
        from seacorder.inputs.ffmpeg.rtsp import FfmpegRtspInput  # imported here, since hardly any camera needs it

        self._input = FfmpegRtspInput(self._address, self._clock, self._memory.picture_timeout)
        return self._input.open()
