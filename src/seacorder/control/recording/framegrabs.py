"""Stills of all live channels, of one instant."""

from dataclasses import replace

from seacorder.base.errors import BadRequest
from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.recording.outcomes import in_order
from seacorder.control.recording.recordings import Recordings
from seacorder.model.command import TakeFramegrab
from seacorder.model.instant import Instant
from seacorder.model.outcome import ChannelOutcome, CommandOutcome
from seacorder.model.recording import FileKind, Framegrab


class Framegrabs:
    """For the event loop alone. Any number of stills may be under way at a time."""

    def __init__(self, context: Context, recordings: Recordings) -> None:
        self._context = context
        self._recordings = recordings

    async def take(self, channel: str | None = None) -> CommandOutcome:
        """A still of one channel or of all live ones; returns when the files are on disk. Not `ok` when none is live.

        Raises BadRequest for an unknown channel.
        """
        context = self._context
        instant = Instant.now(context.clock)
        if channel is not None and channel not in context.workers.names:
            known = ", ".join(context.workers.names)
            raise BadRequest(f"There is no channel {channel!r}; the channels are {known}.", field="channel")
        asked = [name for name in context.watch.live if channel in {None, name}]
        recording = self._recordings.running
        naming = context.settings.base.naming(
            FileKind.FRAMEGRAB,
            context.settings.settings,
            directory_utc_ns=context.directory.at(instant.utc_ns, recording.directory_utc_ns if recording else None),
            file_utc_ns=instant.utc_ns,
        )
        recording_id = recording.id if recording else None
        identifier = context.ids.next(instant.utc_ns)
        results = await context.workers.ask(
            asked,
            lambda request, _: TakeFramegrab(request, identifier, instant, naming, recording_id),
            context.timeouts.framegrab_seconds,
        )
        results = tuple(one if one.ok or one.channel in context.watch.live else _gone(one) for one in results)
        results = tuple(one for one in in_order(context, results) if channel in {None, one.channel})
        for one in results:
            if not one.ok:
                context.journal.warn(EventKind.FRAMEGRAB_FAILED, one.sentence, channel=one.channel)
        return CommandOutcome(instant, identifier if asked else "", results)

    def stored(self, framegrab: Framegrab) -> None:
        """A worker has stored a still."""
        self._context.catalogue.record(framegrab)
        sentence = f"{framegrab.path} is on disk."
        self._context.journal.note(EventKind.FRAMEGRAB_STORED, sentence, channel=framegrab.channel)


def _gone(result: ChannelOutcome) -> ChannelOutcome:
    """For a channel that lost its picture while it was asked: there was none to take, so this is not a failure."""
    return replace(result, was_asked=False)
