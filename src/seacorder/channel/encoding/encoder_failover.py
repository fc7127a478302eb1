"""The encoder that is at work, and what happens when it fails: the next best takes over with the same picture."""

import logging
from collections.abc import Callable
from typing import Any

import av

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import SeacorderError
from seacorder.channel.encoding.encoder import AnyEncoder, EncoderOrder
from seacorder.channel.encoding.encoder_options import ENCODERS, EncoderKind
from seacorder.model.encoding import EncodingPlan
from seacorder.model.event import Severity
from seacorder.model.sample import SourceFormat

log = logging.getLogger(__name__)

OpenEncoder = Callable[[EncoderOrder], AnyEncoder]
Note = Callable[[str, Severity, str], None]
RETRY_NS = 5 * NS_PER_SECOND
"""When none works: how long until they are tried again, from the best on."""
FAULTS = (av.FFmpegError, ValueError, OSError, MemoryError, SeacorderError)


class NoEncoder(RuntimeError):
    """None of the plan's encoders takes the picture just now."""


class EncoderRun:
    """One encoder at a time, by one plan. One thread."""

    def __init__(self, open_encoder: OpenEncoder, clock: Clock, note: Note, channel_name: str) -> None:
        self._open_encoder = open_encoder
        self._clock, self._note, self._name = clock, note, channel_name
        self._plan = EncodingPlan(is_pass_through=True, sentence="")
        self._candidates: list[str] = []
        self._encoder: AnyEncoder | None = None
        self._last: AnyEncoder | None = None
        """The one at work, or the one that was."""
        self._retry_ns = 0
        self.name = ""
        """Of the encoder at work, or that comes next; may be read by any thread, as `preset`."""
        self.preset = ""

    def follow(self, plan: EncodingPlan) -> None:
        """By this plan from now on; the encoder at work must have been ended before."""
        self._plan = plan
        self._candidates = [plan.encoder, *(name for name in plan.next_best if name in ENCODERS)]
        self.name, self.preset = plan.encoder, plan.preset or ENCODERS[plan.encoder].default_preset
        self._retry_ns = 0

    def step(self, by: int) -> bool:
        """To a faster (-1) or better (1) preset, which the next encoder is opened with; False at the ladder's end.

        The plan's own preset is the upper end.
        """
        ladder = self.kind.known.presets
        if self.preset not in ladder:
            return False
        is_planned = self.kind.known.name == self._plan.encoder and self._plan.preset in ladder
        best = ladder.index(self._plan.preset) if is_planned else len(ladder) - 1
        place = ladder.index(self.preset) + by
        if not 0 <= place <= best:
            return False
        self.preset = ladder[place]
        return True

    @property
    def kind(self) -> EncoderKind:
        """The encoder that is at work or comes next."""
        return ENCODERS[self._candidates[0]]

    @property
    def is_open(self) -> bool:
        """True while an encoder is at work."""
        return self._encoder is not None

    @property
    def encoder(self) -> AnyEncoder:
        """The one at work; NoEncoder when there is none."""
        if self._encoder is None:
            raise NoEncoder
        return self._encoder

    @property
    def format(self) -> SourceFormat:
        """What the encoder gives that is at work, or that was."""
        if self._last is None:
            raise NoEncoder
        return self._last.format

    def open(self, order: EncoderOrder) -> None:
        """Opens an encoder of `kind`; one of FAULTS when it does not open, NoEncoder when none did a moment ago."""
        if self._clock.monotonic_ns() < self._retry_ns:
            raise NoEncoder
        self._encoder = self._last = self._open_encoder(order)

    def end(self) -> list[Any]:
        """Ends the encoder at work; what it still held."""
        encoder, self._encoder = self._encoder, None
        if encoder is None:
            return []
        try:
            return encoder.flush()
        except FAULTS:
            return []

    def failed(self, fault: BaseException) -> None:
        """The encoder at work is of no use: the next best is `kind` now, or the first again, after a while."""
        self._encoder = None
        gone = self._candidates.pop(0)
        log.warning("%s failed: %s", gone, fault)
        if self._candidates:
            self.name, self.preset = self._candidates[0], self.kind.default_preset
            sentence = f"The encoder {gone} of {self._name} failed; {self._candidates[0]} goes on."
        else:
            self.follow(self._plan)
            self._retry_ns = self._clock.monotonic_ns() + RETRY_NS
            sentence = f"No encoder of {self._name} works; {gone} was the last to fail. All are tried again in 5 s."
        self._note("encoder_failed", Severity.WARNING, sentence)
