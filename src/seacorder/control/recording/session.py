"""One recording as control knows it: what was ordered, what each channel has recorded, and changes that take effect
later.

Values and decisions only, without clocks or workers; `recordings` sends the commands.
"""

from dataclasses import dataclass, replace

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.control.recording.open_files import is_of, with_figures
from seacorder.control.settings.given_names import GivenName
from seacorder.control.workers.freshness import StoredBytes
from seacorder.model.capture_time import Anchor
from seacorder.model.channel import ChannelStatus, clean_name
from seacorder.model.command import ChangeRecording, StartRecording
from seacorder.model.file_name import Naming
from seacorder.model.instant import NS_PER_MINUTE, Instant, SplitSchedule
from seacorder.model.outcome import CommandOutcome
from seacorder.model.recording import FileKind, FileState, Part, Recording, RecordingState


@dataclass(frozen=True, slots=True)
class FilePlan:
    """How files are named and split that begin at or after `from_ns` (monotonic)."""

    from_ns: int
    naming: Naming
    schedule: SplitSchedule
    reevaluate_tags: bool


def schedule_from(origin_ns: int, split_time_minutes: float, before: SplitSchedule | None = None) -> SplitSchedule:
    """The schedule that counts from `origin_ns`; 0 minutes never splits.

    It is `before` where that has the same split time: another name for the files must not put a split off.
    """
    period_ns = round(split_time_minutes * NS_PER_MINUTE)
    return before if before is not None and before.period_ns == period_ns else SplitSchedule(origin_ns, period_ns)


NEWS_NS = 5 * NS_PER_MS
"""Steps in which anchors are compared: an anchor that stays within its step is not stored again."""


class RecordingSession:
    """One recording from its start to its stop."""

    def __init__(self, recording: Recording, instant: Instant, plan: FilePlan) -> None:
        self.recording = recording
        self.instant = instant
        self.outcome = CommandOutcome(instant, recording.id, ())
        """What the start came to."""
        self.stored = StoredBytes(recording.id, FileKind.RECORDING)
        self.stopped: Instant | None = None
        """The instant of the stop; None while it runs."""
        self.carried_on: frozenset[str] = frozenset()
        """Ids of earlier recordings that were cut off and whose gaps are still open in this one."""
        self.name = GivenName()
        """What a client has said of the names of its files."""
        self.is_stored = False
        """True once the catalogue has a row for the recording."""
        self._plans = [plan]
        self._newest_part: dict[str, Part] = {}
        self._unfinished: dict[tuple[str, int], Part] = {}
        """By channel and number: parts before the newest one that are still being closed."""
        self._part_before: dict[str, Part] = {}
        """By channel: the part before the newest one, as it was reported last."""
        self._first_utc_ns: dict[str, int] = {}
        """By channel: capture time of its first frame."""
        self._first_ns: dict[str, int] = {}
        self._newest_ns: dict[str, int] = {}
        self._anchored: dict[str, tuple[int, int, int, int | None, bool]] = {}

    @property
    def id(self) -> str:
        return self.recording.id

    @property
    def ids(self) -> frozenset[str]:
        """Its own id and those of the recordings that it continues: gaps of all of them may be open in it."""
        return frozenset({self.id, self.recording.continues or self.id, *self.carried_on})

    @property
    def directory_utc_ns(self) -> int:
        return self._plans[0].naming.directory_utc_ns

    def plan_at(self, monotonic_ns: int) -> FilePlan:
        """The plan for files that begin at this instant."""
        return [plan for plan in self._plans if plan.from_ns <= monotonic_ns or plan is self._plans[0]][-1]

    def change_from_ns(self, now_ns: int) -> int:
        """When a change that is asked for now takes effect: at the next common split.

        At once where files never split; and where they did not when the newest change came and have not split since.
        Otherwise a wrong split time could be put right only after it has passed.
        """
        plan = self.plan_at(now_ns)
        following = plan.schedule.next_after(now_ns)
        is_first = following == plan.schedule.next_after(plan.from_ns)
        if following is None or (is_first and not self._begins_at_a_split(plan)):
            return now_ns
        return following

    def _begins_at_a_split(self, plan: FilePlan) -> bool:
        """True when files begin where the plan does; false when it has come in the middle of them."""
        number = self._plans.index(plan)
        return number == 0 or self._plans[number - 1].schedule.next_after(plan.from_ns - 1) == plan.from_ns

    def change(self, plan: FilePlan) -> None:
        """Adds a change. It replaces earlier changes that would take effect at the same instant or later."""
        self._plans = [self._plans[0], *(one for one in self._plans[1:] if one.from_ns < plan.from_ns), plan]

    def start_command(self, request: int, channel: str, instant: Instant) -> StartRecording:
        """The order for a channel that is to record from `instant`; its part numbers follow those it has already."""
        plan = self.plan_at(instant.monotonic_ns)
        return StartRecording(
            request=request,
            recording_id=self.id,
            instant=instant,
            naming=plan.naming,
            schedule=plan.schedule,
            reevaluate_tags=plan.reevaluate_tags,
            first_part=self._next_number(channel),
            first_clean_part=self._next_number(clean_name(channel)),
        )

    def _next_number(self, channel: str) -> int:
        newest = self._newest_part.get(channel)
        return 1 if newest is None else newest.number + 1

    def changes_after(self, monotonic_ns: int) -> list[ChangeRecording]:
        """The changes that take effect later than this instant, for a worker that begins at it."""
        return [change_command(plan) for plan in self._plans[1:] if plan.from_ns > monotonic_ns]

    def has_part(self, channel: str) -> bool:
        return channel in self._newest_part

    def newest_part(self, channel: str) -> Part | None:
        return self._newest_part.get(channel)

    def part_before(self, part: Part) -> Part | None:
        """The part before a channel's newest one, as its worker has reported it last; None for any other."""
        before = self._part_before.get(part.channel)
        return before if before is not None and before.number == part.number - 1 else None

    def saw_part(self, part: Part) -> None:
        """Remembers a part as its worker has just reported it."""
        newest = self._newest_part.get(part.channel)
        if part.state is not FileState.OPEN:
            self._unfinished.pop((part.channel, part.number), None)
        if newest is not None and part.number < newest.number:
            if part.number == newest.number - 1:
                self._part_before[part.channel] = part
            return
        if newest is not None and part.number > newest.number:
            self._part_before[part.channel] = newest
            if newest.state is FileState.OPEN:
                self._unfinished[newest.channel, newest.number] = newest
        self._newest_part[part.channel] = part
        self._first_utc_ns.setdefault(part.channel, part.start_utc_ns)

    def path_of(self, status: ChannelStatus) -> str:
        """The file that a channel is writing, by its newest report; empty when it writes none.

        The report about a part that begins comes before the heartbeat that speaks of it; that the file was moved is
        known from heartbeats alone.
        """
        part, file = self._newest_part.get(status.channel), status.recording
        if part is not None:
            return with_figures(part, file).path if part.state is FileState.OPEN else ""
        return file.path if file is not None and file.id == self.id else ""

    def path_before(self, part: Part) -> str:
        """Where the part's file was by the last report before: somebody may have moved it during the recording."""
        newest = self._newest_part.get(part.channel)
        known = newest if newest is not None and newest.number == part.number else None
        return (known or self._unfinished.get((part.channel, part.number), part)).path

    def take_unfinished(self, channel: str) -> list[Part]:
        """The channel's parts that its lost worker was still closing, beside the newest one. Forgets them."""
        mine = [part for part in self._unfinished.values() if part.channel == channel]
        for part in mine:
            del self._unfinished[part.channel, part.number]
        return mine

    def saw_status(self, status: ChannelStatus) -> None:
        self.stored.saw_status(status)
        file = status.recording
        if file is not None and file.id == self.id and file.newest_stored_ns > 0:
            self._first_ns.setdefault(status.channel, file.start_ns)
            self._newest_ns[status.channel] = file.newest_stored_ns

    def tells_anchor(self, status: ChannelStatus, rounding_remainder_ns: int) -> bool:
        """True for a heartbeat whose anchor is worth storing: of another part, moved to another step (`NEWS_NS`), or
        confirmed.

        `rounding_remainder_ns` is `Gaps.rounding_remainder_ns` of the channel: it changes what is stored too.
        """
        part, file = self._newest_part.get(status.channel), status.recording
        if part is None or file is None or file.anchors is None:
            return False
        newest = file.anchors.newest
        camera = None if newest.camera_ns is None else (newest.camera_ns + rounding_remainder_ns) // NEWS_NS
        news = (part.number, file.number, newest.monotonic_ns // (4 * NEWS_NS), camera, newest.is_unconfirmed)
        is_new = self._anchored.get(status.channel) != news
        self._anchored[status.channel] = news
        return is_new

    def first_utc_ns(self, channel: str) -> int | None:
        """Capture time of the channel's first frame."""
        return self._first_utc_ns.get(channel)

    def seconds(self, now_ns: int) -> float:
        """Seconds since the start instant, 0 before it."""
        return max(0, now_ns - self.instant.monotonic_ns) / NS_PER_SECOND

    def channel_seconds(self, channel: str) -> float:
        """Seconds from the channel's first frame to its newest stored one, holes included."""
        first, newest = self._first_ns.get(channel), self._newest_ns.get(channel)
        return 0.0 if first is None or newest is None else max(0, newest - first) / NS_PER_SECOND


def new_recording(identifier: str, start_utc_ns: int, continues: str | None = None) -> Recording:
    return Recording(identifier, start_utc_ns, None, RecordingState.RUNNING, continues)


def change_command(plan: FilePlan) -> ChangeRecording:
    return ChangeRecording(plan.from_ns, plan.naming, plan.schedule, plan.reevaluate_tags)


def finished(recording: Recording, end_utc_ns: int) -> Recording:
    return replace(recording, end_utc_ns=end_utc_ns, state=RecordingState.FINISHED)


def anchor_of(status: ChannelStatus, part: Part) -> Anchor | None:
    """The newest anchor of a part; None when its worker's last heartbeat speaks of another part."""
    file = status.recording
    if file is None or not is_of(file, part):
        return None
    if file.anchors is not None:
        return file.anchors.newest
    return Anchor(file.newest_stored_utc_ns - file.newest_stored_ns) if file.newest_stored_ns else None
