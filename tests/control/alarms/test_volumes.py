"""How long the space of a disk lasts."""

from control.bridge import NAMES, Bridge
from seacorder.control.alarms.rules import seconds_at
from seacorder.model.channel import ChannelState


def test_time_left_is_what_the_rate_leaves_above_what_is_kept_free() -> None:
    assert seconds_at(400, 80) == 40.0
    assert seconds_at(-50, 80) == 0.0
    assert seconds_at(400, 0) is None
    assert seconds_at(None, 80) is None


async def test_time_left_is_known_before_a_recording_and_counts_every_channel_with_a_picture(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.until(lambda: bridge.recorder.status().volume.total_bytes > 0)
    idle = bridge.recorder.status().volume
    assert idle.seconds_left is not None
    assert idle.seconds_left == (idle.free_bytes - idle.reserve_bytes) * 8 / (8_000_000 * len(NAMES))
    bridge["Stern"].beat(ChannelState.FAILED, "It is away.")
    assert bridge.recorder.status().volume.seconds_left == 2 * idle.seconds_left
    bridge["Bow"].beat(ChannelState.FAILED, "It is away.")
    assert bridge.recorder.status().volume.seconds_left is None
