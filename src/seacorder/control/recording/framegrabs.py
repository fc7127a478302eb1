"""Stills of all live channels, of one instant."""

from seacorder.base.errors import BadRequest
from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.recording.clips import naming_beside
from seacorder.control.recording.outcomes import in_order
from seacorder.control.recording.recordings import Recordings
from seacorder.control.settings.given_names import GivenName
from seacorder.model.command import TakeFramegrab
from seacorder.model.instant import Instant
from seacorder.model.outcome import CommandOutcome
from seacorder.model.recording import FileKind, Framegrab

_AS_USUAL = GivenName()


class Framegrabs:
    """For the event loop alone. Any number of stills may be under way at a time."""

    def __init__(self, context: Context, recordings: Recordings) -> None:
        self._context = context
        self._recordings = recordings

    async def take(
        self, channel: str | None = None, name: GivenName = _AS_USUAL, instant: Instant | None = None
    ) -> CommandOutcome:
        """A still of one channel or of all live ones; returns when the files are on disk. Not `ok` when none is live.
        `name`: how they are called. `instant`: one of just now, which the backlogs still have; None: now.

        A channel that was live owes its still, whatever becomes of its worker meanwhile. Only its worker can say that
        the picture had gone before the command came.

        Raises BadRequest for an unknown channel.
        """
        context = self._context
        instant = instant or Instant.now(context.clock)
        if channel is not None and channel not in context.workers.names:
            known = ", ".join(context.workers.names)
            raise BadRequest(f"There is no channel {channel!r}.", f"The channels are {known}.", field="channel")
        asked = [name for name in context.watch.live if channel in {None, name}]
        recording = self._recordings.running
        naming = naming_beside(context, FileKind.FRAMEGRAB, instant, recording)
        naming = name.applied(naming, len(context.workers.names) if channel is None else 1, context.settings.base)
        recording_id = recording.id if recording else None
        identifier = context.ids.next(instant.utc_ns)
        outcomes = await context.workers.ask(
            asked,
            lambda request, _: TakeFramegrab(request, identifier, instant, naming, recording_id, len(asked)),
            context.timeouts.framegrab_seconds,
        )
        outcomes = tuple(one for one in in_order(context, outcomes) if channel in {None, one.channel})
        for one in outcomes:
            if not one.ok:
                fact = f"{one.channel}: no framegrab. {_without_name(one.channel, one.reason.fact)}"
                context.journal.warn(EventKind.FRAMEGRAB_FAILED, fact, one.reason.action, channel=one.channel)
        return CommandOutcome(instant, identifier if asked else "", outcomes)

    def stored(self, framegrab: Framegrab) -> None:
        """A worker has stored a still."""
        self._context.catalogue.record(framegrab)
        fact = f"Framegrab stored: {framegrab.path}."
        self._context.journal.note(EventKind.FRAMEGRAB_STORED, fact, channel=framegrab.channel)


def _without_name(name: str, fact: str) -> str:
    """The fact about a channel behind a sentence that names it: “Bow has no picture.” is “It has no picture.” there."""
    if fact.startswith(f"{name}: "):
        rest = fact.removeprefix(f"{name}: ")
        return rest[:1].upper() + rest[1:]
    return f"It{fact.removeprefix(name)}" if fact.startswith(f"{name} ") else fact
