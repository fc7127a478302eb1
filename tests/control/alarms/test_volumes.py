"""How long the space of a disk lasts."""

import errno
from pathlib import Path

import pytest

from control.bridge import NAMES, Bridge
from seacorder.control.alarms.rules import seconds_at
from seacorder.control.alarms.volumes import VolumeWatch
from seacorder.model.channel import ChannelState
from seacorder.model.volume import Volume
from seacorder.storage.disk_faults import message_of


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


async def test_a_disk_that_cannot_be_looked_at_is_told_in_words(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fault = OSError(errno.EIO, "Input/output error")

    def fails(*_: object) -> Volume:
        raise fault

    monkeypatch.setattr("seacorder.control.alarms.volumes.volume_of", fails)
    volumes = VolumeWatch(0, bridge.clock)
    await volumes.look(str(tmp_path))
    assert volumes.disks.fault == message_of(fault, tmp_path / "_")
    assert "Errno" not in str(volumes.disks.fault)
