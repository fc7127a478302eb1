"""The blackbox's files of one channel: parts like those of a recording, with memory and room of their own.

Whatever the blackbox's disk does, recordings do not feel it: what waits for that disk is counted in a budget of its
own, nothing waits for it where a file begins, and its reserve is its own.
"""

from dataclasses import replace

from seacorder.model.blackbox import QUEUE_BYTES, StartBlackbox
from seacorder.model.command import StartRecording
from seacorder.sinks.context import SinkContext
from seacorder.sinks.video.recording import RecordingSink
from seacorder.storage.disk_waits import never
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.volume_room import Looking, VolumeRooms
from seacorder.storage.volumes import MarkedFolders

_UNASKED = -1
"""Request number of its start, which nobody waits for."""


def blackbox_sink(order: StartBlackbox, context: SinkContext) -> RecordingSink:
    """The sink of an order; `context` is that of the channel's other files."""
    budget = MemoryBudget(QUEUE_BYTES)
    looking = Looking(volumes=MarkedFolders(context.channel.volumes), waits=never)
    rooms = VolumeRooms(order.reserve_bytes, context.clock, lambda: budget.coming_bytes, looking)
    start = StartRecording(
        request=_UNASKED,
        recording_id=order.id,
        instant=order.instant,
        naming=order.naming,
        schedule=order.schedule,
        reevaluate_tags=True,
        first_part=order.first_part,
    )
    return RecordingSink(start, replace(context, budget=budget, rooms=rooms, disk_waits=never))
