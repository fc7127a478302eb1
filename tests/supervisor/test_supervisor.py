import pytest

from seacorder.model.channel import ChannelSettings
from seacorder.supervisor.state import WorkerState
from seacorder.supervisor.table import MODULES, SMALL_MEMORY, Launch
from supervisor.yard import QUICK, WORKERS, Yard

FIRST = ChannelSettings(0, "Bow", "test:")


def launch(module: str = "obedient") -> Launch:
    return Launch(module, {"PYTHONPATH": str(WORKERS)})


async def test_all_stop_together(yard: Yard) -> None:
    for name in ("Bow", "Stern", "Port"):
        yard.supervisor.add(name, launch(), FIRST).start()
    await yard.heard.until(lambda: len(yard.heard.started) == 3)
    await yard.heard.report()
    await yard.supervisor.stop()
    assert {worker.state for worker in yard.supervisor} == {WorkerState.STOPPED}
    assert yard.heard.lost == []


async def test_a_worker_killed_leaves_the_others_alone(yard: Yard) -> None:
    stern = yard.supervisor.add("Stern", launch(), FIRST)
    stern.start()
    yard.supervisor.add("Bow", launch("crashing"), FIRST).start()
    await yard.heard.until(lambda: len(yard.heard.lost) >= 3)
    assert stern.restarts == 0
    assert stern.is_up


async def test_a_removed_worker_is_stopped_and_its_name_is_free(yard: Yard) -> None:
    worker = yard.supervisor.add("Bow", launch(), FIRST)
    with pytest.raises(ValueError, match="already"):
        yard.supervisor.add("Bow", launch(), FIRST)
    worker.start()
    await yard.heard.report()
    await yard.supervisor.remove("Bow")
    assert worker.state is WorkerState.STOPPED
    yard.supervisor.add("Bow", launch(), FIRST, limits=QUICK)


async def test_request_numbers_are_never_given_twice(yard: Yard) -> None:
    numbers = [yard.supervisor.next_request() for _ in range(1000)]
    assert len(set(numbers)) == 1000


def test_the_table_names_modules_and_a_launch_is_a_command_line() -> None:
    for kind, module in MODULES.items():
        assert Launch.of(kind).command_line[1:] == ["-P", "-m", module]
    with pytest.raises(KeyError):
        Launch.of("nothing")


def test_whoever_sets_the_memory_variables_has_their_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "7")
    assert launch().variables() == {**launch().variables(), **SMALL_MEMORY, "MALLOC_ARENA_MAX": "7"}
