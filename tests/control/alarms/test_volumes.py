"""How long the space of a volume lasts."""

from dataclasses import replace

from seacorder.control.alarms.volumes import seconds_left
from seacorder.model.volume import Volume


def test_time_left_is_what_the_rate_leaves_above_the_reserve() -> None:
    volume = Volume("/", 1000, 500, 100)
    assert seconds_left(volume, 80) == 40.0
    assert seconds_left(volume, 0) is None
    assert seconds_left(replace(volume, free_bytes=50), 80) == 0.0
