"""The way in to the blackbox for `recorder` and clients, whether there is one or not."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from seacorder.base.background import cancel, task
from seacorder.base.clock import NS_PER_SECOND
from seacorder.base.errors import NotKnown
from seacorder.control.blackbox.blackbox import Blackbox
from seacorder.control.blackbox.keeping import Keeping, KeepingParts
from seacorder.control.context import Context
from seacorder.control.files.clock_samples import ClockSamples
from seacorder.control.files.examination import Examination
from seacorder.control.recording.clips import Clips
from seacorder.control.recording.other_clocks import other_clocks
from seacorder.control.recording.recordings import Recordings
from seacorder.model.blackbox import BlackboxSettings, BlackboxView, HeldStretch, KeptStretch
from seacorder.model.data_log import DataLogSettings
from seacorder.model.recording import FileKind, Part
from seacorder.supervisor.supervisor import Supervisor

APART_NS = 2 * NS_PER_SECOND
"""Files that are no further apart are one stretch."""


@dataclass(frozen=True, slots=True)
class BlackboxOptions:
    """What the settings file says, and the room that stays free where recordings go."""

    settings: BlackboxSettings | None = None
    """None without a blackbox."""
    reserve_bytes: int = 0
    data_log: DataLogSettings = field(default_factory=DataLogSettings)


NO_BLACKBOX = BlackboxOptions()


class BlackboxDoor:
    """For the event loop alone. `box` is None where the settings name no blackbox."""

    def __init__(
        self,
        context: Context,
        options: BlackboxOptions,
        supervisor: Supervisor,
        recordings: Recordings,
        examination: Examination,
    ) -> None:
        self.clocks = clocks = ClockSamples(context.clock, lambda: other_clocks(context))
        """What was known of the clocks during recordings; the blackbox looks at them too."""
        self.box = (
            None if options.settings is None
            else Blackbox(context, options.settings, supervisor, options.data_log, clocks)
        )
        self._keeping = (
            None if self.box is None
            else Keeping(KeepingParts(context, self.box, recordings, examination, clocks), options.reserve_bytes)
        )
        self._undoing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Before the workers start."""
        if self.box is not None and self._keeping is not None:
            self.box.start()
            self._undoing = task(self._keeping.undo_unfinished(), "an unfinished stretch of the blackbox")

    async def stop(self) -> None:
        """After the workers have ended."""
        await cancel(self._undoing)
        if self.box is not None:
            await self.box.stop()

    def look(self) -> None:
        """Once a second; returns at once."""
        if self.box is not None:
            self.box.look()

    def clock_stepped(self, step_ns: int) -> None:
        """The wall clock was changed by so much."""
        if self.box is not None:
            self.box.clock_stepped(step_ns)

    def serve(self, clips: dict[FileKind, Clips], open_since: Callable[[], int | None]) -> None:
        """Clips that run, and observations that are open (`open_since`: of the oldest one, UTC) need what was recorded
        since they began."""
        if self.box is None:
            return

        def is_needed(_begin_utc_ns: int, end_utc_ns: int) -> bool:
            sessions = [one.running for one in clips.values()]
            begun = [one.outcome.instant.utc_ns for one in sessions if one is not None]
            since_ns = min((ns for ns in (*begun, open_since()) if ns is not None), default=None)
            return since_ns is not None and end_utc_ns > since_ns

        self.box.needs.add(is_needed)

    def view(self) -> BlackboxView:
        """How it is doing now. Raises NotKnown where there is none."""
        return self._known.view()

    def stretches(self) -> tuple[HeldStretch, ...]:
        """What it holds, by channel, without a break longer than two seconds. Raises NotKnown."""
        box = self._known
        whole = [one.part for one in box.holdings.files if one.part is not None]
        found: dict[str, list[HeldStretch]] = {}
        for part in sorted([*whole, *box.open.values()], key=lambda one: one.start_utc_ns):
            mine = found.setdefault(part.channel, [])
            _join(mine, part)
        names = dict.fromkeys((*box.settings.channels, *found))  # also of channels that have been removed since
        return tuple(one for name in names for one in found.get(name, ()))

    async def keep(self, from_utc_ns: int, to_utc_ns: int) -> KeptStretch:
        """See `Keeping.keep`. Raises NotKnown where there is no blackbox."""
        if self._keeping is None:
            raise self._none
        return await self._keeping.keep(from_utc_ns, to_utc_ns)

    @property
    def is_keeping(self) -> bool:
        """A stretch is being kept."""
        return self._keeping is not None and self._keeping.is_working

    @property
    def _known(self) -> Blackbox:
        if self.box is None:
            raise self._none
        return self.box

    @property
    def _none(self) -> NotKnown:
        return NotKnown("There is no blackbox.", "Name a folder for it in the settings file: [blackbox] root.")


def _join(stretches: list[HeldStretch], part: Part) -> None:
    """Adds a part to the newest stretch, or begins another."""
    end_ns = part.end_utc_ns or part.start_utc_ns
    if stretches and part.start_utc_ns - stretches[-1].to_utc_ns <= APART_NS:
        last = stretches.pop()
        stretches.append(HeldStretch(
            part.channel, last.from_utc_ns, max(end_ns, last.to_utc_ns), last.files + 1, last.bytes + part.bytes
        ))
        return
    stretches.append(HeldStretch(part.channel, part.start_utc_ns, end_ns, 1, part.bytes))
