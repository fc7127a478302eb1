"""The encoder at work, and what happens when it fails: the next best one takes over with the same picture."""

from collections.abc import Callable
from typing import Any

import av

from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.errors import SeacorderError
from seacorder.base.message import Message
from seacorder.channel.encoding.encoder import AnyEncoder, EncoderOrder
from seacorder.channel.encoding.encoder_options import ENCODERS, EncoderKind
from seacorder.model.encoding import EncodingPlan
from seacorder.model.event import Note, Severity
from seacorder.model.sample import SourceFormat

OpenEncoder = Callable[[EncoderOrder], AnyEncoder]
RETRY_NS = 5 * NS_PER_SECOND
"""When none works: after so long all are tried again, the best one first."""
FAULTS = (av.FFmpegError, ValueError, OSError, MemoryError, SeacorderError)


class NoEncoder(RuntimeError):
    """None of the plan's encoders works now."""


class EncoderRun:
    """One encoder at a time, by one plan. Used on the encode thread; `name`, `preset`, `fault`: read on any."""

    def __init__(self, open_encoder: OpenEncoder, clock: Clock, note: Note, channel_name: str) -> None:
        self._open_encoder = open_encoder
        self._clock, self._note, self._name = clock, note, channel_name
        self._plan = EncodingPlan(is_pass_through=True, sentence="")
        self._candidates: list[str] = []
        self._encoder: AnyEncoder | None = None
        self._last: AnyEncoder | None = None
        """The encoder at work, or the one that was at work last."""
        self._retry_ns = 0
        self.name = ""
        """Of the encoder at work, or of the next one."""
        self.preset = ""
        self.fault: Message | None = None
        """Why none works now, and what to do; None while one does."""

    def follow(self, plan: EncodingPlan) -> None:
        """Follows this plan from now on; the encoder at work must have been ended before."""
        self._plan = plan
        self._candidates = [plan.encoder, *(name for name in plan.next_best if name in ENCODERS)]
        self.name, self.preset = plan.encoder, plan.preset or ENCODERS[plan.encoder].default_preset
        self._retry_ns, self.fault = 0, None

    def step(self, by: int) -> bool:
        """Takes a faster (-1) or better (1) preset, with which the next encoder is opened; False when there is none.

        None is better than the plan's own preset.
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
        """The encoder at work. Raises NoEncoder when there is none."""
        if self._encoder is None:
            raise NoEncoder
        return self._encoder

    @property
    def format(self) -> SourceFormat:
        """The format of what the encoder at work gives, or the last one gave. Raises NoEncoder before the first."""
        if self._last is None:
            raise NoEncoder
        return self._last.format

    def open(self, order: EncoderOrder) -> None:
        """Opens an encoder of `kind`. Raises one of FAULTS when it does not open, NoEncoder when none did a moment ago.
        Blocks: a driver may take a second."""
        if self._clock.monotonic_ns() < self._retry_ns:
            raise NoEncoder
        self._encoder = self._last = self._open_encoder(order)
        self.fault = None

    def end(self) -> list[Any]:
        """Ends the encoder at work and returns the packets that it still held."""
        encoder, self._encoder = self._encoder, None
        if encoder is None:
            return []
        try:
            return encoder.flush()
        except FAULTS:
            return []

    def failed(self, fault: BaseException) -> None:
        """The encoder at work has failed: `kind` is now the next best one, or, after a pause, the first one again."""
        self._encoder = None
        gone, why = self._candidates.pop(0), str(fault) or type(fault).__name__
        if self._candidates:
            self.name, self.preset = self._candidates[0], self.kind.default_preset
            fact = f"{self._name}: the encoder {gone} failed ({why}); {self.name} has taken over in a new file."
            self._note("encoder_failed", Severity.WARNING, fact)
        else:
            self.follow(self._plan)
            self._retry_ns = self._clock.monotonic_ns() + RETRY_NS
            last = f"(last tried: {gone}: {why})"
            restart = f"turn off burn-in for {self._name}, or restart Seacorder between dives"
            action = f"Seacorder tries all encoders again every 5 s. If it stays: {restart}."
            self.fault = Message(f"Its pictures cannot be encoded {last}.", action)
            fact = f"{self._name} cannot be recorded: its pictures cannot be encoded {last}."
            self._note("encoder_failed", Severity.WARNING, fact, action)
