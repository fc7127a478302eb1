"""What the channels of a group share of the disks."""

from dataclasses import replace
from pathlib import Path

from fakes.clock import FakeClock
from seacorder.channel.group.storage import GroupStorage
from seacorder.model.channel import ChannelSettings
from seacorder.storage.memory_budget import MemoryBudget

BOW = ChannelSettings(0, "Bow", "rtsp://cam/0")
STERN = replace(BOW, index=1, name="Stern")


def test_one_look_at_a_folder_is_for_all_channels(tmp_path: Path) -> None:
    clock = FakeClock()
    group = GroupStorage(clock)
    bow, stern = (group.of(one, clock, MemoryBudget(10**6)) for one in (BOW, STERN))
    assert bow.rooms.at(tmp_path) is stern.rooms.at(tmp_path)
    assert bow.waits is stern.waits


def test_what_any_of_them_will_still_write_counts_and_a_channel_that_comes_again_counts_once(tmp_path: Path) -> None:
    clock = FakeClock()
    group = GroupStorage(clock)
    waiting: list[int] = []
    for one in (BOW, STERN, BOW):
        budget = MemoryBudget(10**6)
        budget.promise(1000)
        group.of(one, clock, budget)
        waiting.append(group.coming_bytes())
    assert waiting == [1000, 2000, 2000]


def test_another_reserve_has_looks_of_its_own(tmp_path: Path) -> None:
    clock = FakeClock()
    group = GroupStorage(clock)
    other = replace(STERN, reserve_bytes=10**9)
    rooms = [group.of(one, clock, MemoryBudget(10**6)).rooms.at(tmp_path) for one in (BOW, other)]
    assert rooms[0] is not rooms[1]
