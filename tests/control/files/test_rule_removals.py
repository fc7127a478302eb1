"""Rules remove what is old or too much, on the operator's way, after their copies were compared; and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from control.removal_bench import WHOLE, Bench
from seacorder.control.files.removal_choice import EARLIEST_UTC_NS
from seacorder.control.files.rule_removals import RuleRemovals, RuleSettings
from seacorder.model.absence import Absence
from seacorder.model.copies import CopyTarget
from seacorder.model.recording import FileState, RecordingState
from seacorder.model.removal import PrepareRemoval, RemovalOrder, RemovalState, RemoveFiles
from seacorder.model.removal_rules import NS_PER_DAY, RemovalRules

OLD = RemovalRules(older_than_days=30)


class RuleBench(Bench):
    """With rules, and what `[[copies]]` has put elsewhere."""

    def build(self) -> None:
        super().build()
        self.make(getattr(self, "wanted", OLD))

    def make(self, rules: RemovalRules) -> None:
        self.wanted = rules
        settings = RuleSettings(rules, (str(self.root),), places=lambda: self.places)
        self.rules = RuleRemovals(self.catalogue, self.journal, self.clock, self.removals, settings)

    async def start(self) -> None:
        await super().start()
        await self.rules.load()

    async def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds)):
            self.rules.look()
            self.removals.look()
            self.clock.advance(1)
            await self.rest()

    async def rest(self) -> None:
        """Waits until nothing is on its way."""
        tasks = [one for one in (self.rules._working, self.removals._working) if one is not None]
        if tasks and not self.hangs(None):
            await asyncio.wait(tasks, timeout=60)

    def facts(self) -> list[str]:
        return [event.fact for event in self.journal.events.after(0)]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[RuleBench]:
    made = RuleBench(tmp_path)
    end = made.clock.utc_ns() - 40 * NS_PER_DAY
    made.part = replace(made.part, start_utc_ns=end - 9, end_utc_ns=end)
    made.still = replace(made.still, instant_utc_ns=end - 5, frame_utc_ns=end - 6)
    made.whole = replace(WHOLE, start_utc_ns=end - 9, end_utc_ns=end)
    await made.start()
    await made.record()
    yield made
    await made.rules.stop()
    await made.end()


async def test_what_is_old_and_copied_goes_and_the_list_says_by_which_rule(bench: RuleBench, tmp_path: Path) -> None:
    there = await bench.copied("disk 1", tmp_path / "nas")
    await bench.pass_time(10)
    view = await bench.removals.view("r")
    assert (view.state, view.ordered_by) == (RemovalState.REMOVED, "[removal] older_than_days")
    assert view.why == "It ended 40 days ago, and older_than_days is 30."
    assert view.copies[0] == f"{tmp_path / 'nas'} (on the same disk)"
    assert not bench.folder.exists()
    assert (there / "Bow.mp4").is_file()
    (said,) = bench.facts()
    assert said.startswith("The recording r was removed by [removal] older_than_days (It ended 40 days ago")
    assert (await bench.rules.view()).items == ()


async def test_without_a_copy_it_stays_and_that_is_told_once(bench: RuleBench) -> None:
    await bench.pass_time(200)
    assert bench.facts() == [
        "1 recording that [removal] is to remove stays. No verified copy of it is known."
    ]
    status = bench.rules.status
    assert status is not None
    assert [one.hindrance is None for one in status.items] == [False]
    assert Path(bench.part.path).exists()


async def test_two_copies_are_two_places(bench: RuleBench, tmp_path: Path) -> None:
    bench.make(replace(OLD, copies=2))
    await bench.copied("disk 1", tmp_path / "nas")
    await bench.pass_time(70)
    assert Path(bench.part.path).exists()
    await bench.copied("disk 2", tmp_path / "usb")
    await bench.pass_time(70)
    assert not bench.folder.exists()
    assert len([one for one in (await bench.removals.view("r")).copies if "same disk" in one]) == 2


async def test_a_copy_that_is_away_is_made_up_for_by_another_one(bench: RuleBench, tmp_path: Path) -> None:
    away = await bench.copied("disk 1", tmp_path / "nas")
    await bench.copied("disk 2", tmp_path / "usb")
    (away / "Bow.mp4").unlink()
    await bench.pass_time(10)
    assert (await bench.removals.view("r")).copies[0] == f"{tmp_path / 'usb'} (on the same disk)"


async def test_a_bucket_is_read_after_the_folders_and_one_that_is_away_keeps_it(
    bench: RuleBench, tmp_path: Path
) -> None:
    there = await bench.copied("disk 1", tmp_path / "nas")
    await bench.copied("bucket", tmp_path / "bucket")
    bench.places = {"bucket": CopyTarget("Office", "s3://films/rec"), "disk 1": bench.places["disk 1"]}
    (there / "Bow.mp4").unlink()
    orders: list[PrepareRemoval] = []
    bench.fails = lambda order: isinstance(order, PrepareRemoval) and bool(orders.append(order))
    await bench.pass_time(200)
    assert [[one.is_bucket for one in order.targets] for order in orders] == [[False, True]]
    assert [(one.least_copies, one.needed) for one in orders] == [(1, (bench.part.path, bench.still.path))]
    assert ("is missing" in bench.facts()[0], len(bench.facts()), bench.folder.exists()) == (True, 1, True)


async def test_a_copy_that_lies_keeps_it_and_is_not_read_again_each_minute(bench: RuleBench, tmp_path: Path) -> None:
    there = await bench.copied("disk 1", tmp_path / "nas")
    (there / "Bow.mp4").write_text("other bytes")
    read: list[object] = []
    bench.fails = lambda order: bool(read.append(order))
    await bench.pass_time(300)
    assert len(read) == 1
    for _ in range(120):
        bench.clock.advance(60)
        await bench.pass_time(1)
    assert len(read) == 3  # an hour later again, and told no more
    assert len(bench.facts()) == 1
    assert "its bytes differ" in bench.facts()[0]
    assert Path(bench.part.path).exists()
    (item,) = (await bench.rules.view()).items
    assert item.hindrance is not None
    assert "its bytes differ" in item.hindrance.fact


async def test_what_somebody_needs_just_now_stays_until_then(bench: RuleBench, tmp_path: Path) -> None:
    await bench.copied("disk 1", tmp_path / "nas")
    over = bench.removals.uses.begin("r", "It is being kept from the blackbox.")
    await bench.pass_time(70)
    (item,) = (await bench.rules.view()).items
    assert item.hindrance is not None
    assert item.hindrance.fact == "It is being kept from the blackbox."
    assert (bench.facts(), bench.folder.exists()) == ([], True)
    over()
    await bench.pass_time(70)
    assert not bench.folder.exists()


async def test_what_runs_is_no_matter_for_a_rule(bench: RuleBench, tmp_path: Path) -> None:
    await bench.copied("disk 1", tmp_path / "nas")
    bench.catalogue.record(replace(bench.whole, end_utc_ns=None, state=RecordingState.RUNNING))
    await bench.pass_time(70)
    assert (await bench.rules.view()).items == ()
    assert bench.folder.exists()


async def test_a_file_that_somebody_has_deleted_keeps_the_rest(bench: RuleBench, tmp_path: Path) -> None:
    await bench.copied("disk 1", tmp_path / "nas")
    Path(bench.still.path).unlink()
    await bench.pass_time(70)
    assert Path(bench.part.path).exists()
    assert f"{bench.still.path} is not there any more." in bench.facts()[0]


async def test_a_file_that_is_known_to_be_missing_keeps_nothing(bench: RuleBench, tmp_path: Path) -> None:
    """Neither does one that was announced and never came: no copy can have it."""
    never = replace(bench.part, number=2, path=str(bench.folder / "2.mp4"), state=FileState.INTERRUPTED)
    never = replace(never, frames=0, bytes=0)
    deleted = replace(bench.still, id="g", path=str(bench.folder / "deleted.jpg"))
    for row in (never, deleted):
        bench.catalogue.record(row)
    await bench.copied("disk 1", tmp_path / "nas")
    bench.catalogue.touched.take()
    missing = Absence(deleted.path, "r", "Bow", 9)
    bench.catalogue.record(missing)
    await bench.pass_time(70)
    assert bench.folder.exists()
    bench.catalogue.record(replace(missing, seen_utc_ns=10, seen_by="Ines"))
    await bench.catalogue.flush()
    await bench.pass_time(70)
    assert (await bench.removals.view("r")).ordered_by == "[removal] older_than_days"
    assert not bench.folder.exists()


async def test_a_kill_in_the_middle_is_finished_by_the_next_run(bench: RuleBench, tmp_path: Path) -> None:
    await bench.copied("disk 1", tmp_path / "nas")
    bench.fails = lambda order: isinstance(order, RemoveFiles)
    await bench.pass_time(10)
    assert (await bench.removals.view("r")).state is RemovalState.REMOVING
    await bench.rules.stop()
    await bench.end()
    bench.build()
    bench.fails = lambda _: False
    await bench.start()
    await bench.pass_time(10)
    view = await bench.removals.view("r")
    assert (view.state, view.ordered_by) == (RemovalState.REMOVED, "[removal] older_than_days")
    assert not bench.folder.exists()


async def test_what_an_operator_orders_does_not_wait_for_a_rule(bench: RuleBench, tmp_path: Path) -> None:
    await bench.copied("disk 1", tmp_path / "nas")
    bench.hangs = lambda _: True
    bench.rules._due_ns = 0
    bench.rules.look()
    await bench.until(lambda: bench.removals._verifying)
    assert bench.removals.by_rule == "r"
    bench.hangs = lambda _: False
    await bench.removals.order(RemovalOrder("r", "Ines", phrase="without a copy"))
    await bench.until(lambda: "recording_removed" in bench.kinds())
    assert (await bench.removals.view("r")).ordered_by == "Ines"
    assert "recording_not_removed" not in bench.kinds()


async def test_a_clock_in_1970_judges_no_age_and_says_so_once(bench: RuleBench, tmp_path: Path) -> None:
    await bench.copied("disk 1", tmp_path / "nas")
    bench.clock.set_wall(EARLIEST_UTC_NS - NS_PER_DAY)
    await bench.pass_time(200)
    assert len(bench.facts()) == 1
    assert "so no recording is removed by its age" in bench.facts()[0]
    assert bench.folder.exists()


async def test_a_clock_that_is_set_forward_makes_nothing_old_at_once(bench: RuleBench, tmp_path: Path) -> None:
    bench.make(replace(OLD, older_than_days=50))
    await bench.copied("disk 1", tmp_path / "nas")
    await bench.pass_time(5)
    bench.clock.step_wall(300 * 86_400)
    bench.rules.clock_stepped()
    await bench.pass_time(70)
    assert bench.folder.exists()
    assert [one.kind for one in bench.journal.events.after(0)] == ["clock_stepped"]


async def test_too_much_goes_and_with_room_enough_nothing(bench: RuleBench, tmp_path: Path) -> None:
    await bench.copied("disk 1", tmp_path / "nas")
    held = (await RuleRemovals.view(bench.rules)).held_bytes
    assert held == bench.part.bytes + bench.still.bytes
    for rules in (RemovalRules(keep_at_most_bytes=held), RemovalRules(keep_free_bytes=1)):
        bench.make(rules)
        await bench.pass_time(5)
        assert bench.folder.exists()
    bench.make(RemovalRules(keep_at_most_bytes=held - 1))
    await bench.pass_time(5)
    assert (await bench.removals.view("r")).ordered_by == "[removal] keep_at_most_bytes"


async def test_what_shares_its_bytes_with_the_blackbox_makes_no_room(bench: RuleBench, tmp_path: Path) -> None:
    await bench.copied("disk 1", tmp_path / "nas")
    bench.make(RemovalRules(keep_free_bytes=10**18))
    for path in (bench.part.path, bench.still.path):
        (tmp_path / Path(path).name).hardlink_to(path)
    await bench.pass_time(5)
    assert bench.folder.exists()
    for path in (bench.part.path, bench.still.path):
        (tmp_path / Path(path).name).unlink()
    await bench.pass_time(70)
    assert (await bench.removals.view("r")).ordered_by == "[removal] keep_free_bytes"


async def test_without_rules_nothing_is_looked_at(bench: RuleBench, tmp_path: Path) -> None:
    await bench.copied("disk 1", tmp_path / "nas")
    bench.make(RemovalRules())
    await bench.pass_time(70)
    assert (bench.folder.exists(), bench.rules.status) == (True, None)
    assert not (await bench.rules.view()).rules.is_on
