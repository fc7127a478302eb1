"""When a preset is stepped down and up again."""

from seacorder.base.clock import NS_PER_MS, NS_PER_SECOND
from seacorder.channel.encoding.load import CALM_NS, Load, Work

FRAME_NS = 40 * NS_PER_MS


class Bench:
    """Twenty-five pictures a second, each taking so many milliseconds."""

    def __init__(self) -> None:
        self.load = Load()
        self.now_ns = 0

    def run(self, seconds: float, busy_ms: int, waited_ms: int = 0) -> list[tuple[float, int]]:
        """When steps were taken, in seconds from the begin, and which."""
        steps = []
        for _ in range(round(seconds * 25)):
            self.now_ns += FRAME_NS
            step = self.load.step_for(Work(self.now_ns, busy_ms * NS_PER_MS, waited_ms * NS_PER_MS))
            if step:
                steps.append((self.now_ns / NS_PER_SECOND, step))
        return steps


def test_a_thread_that_is_nearly_always_busy_steps_down_within_a_second_and_a_half() -> None:
    assert Bench().run(1.5, busy_ms=36)[0][1] == -1


def test_pictures_that_wait_are_a_reason_too() -> None:
    assert Bench().run(1.2, busy_ms=10, waited_ms=300)[0][1] == -1


def test_between_busy_and_calm_nothing_happens() -> None:
    assert Bench().run(300, busy_ms=25) == []


def test_a_calm_time_steps_up_and_a_failed_trial_doubles_it() -> None:
    bench = Bench()
    assert [step for _, step in bench.run(CALM_NS / NS_PER_SECOND + 2, busy_ms=10)] == [1]
    assert [step for _, step in bench.run(1.5, busy_ms=38)] == [-1]
    assert bench.run(CALM_NS / NS_PER_SECOND + 2, busy_ms=10) == []
    assert [step for _, step in bench.run(CALM_NS / NS_PER_SECOND + 2, busy_ms=10)] == [1]


def test_one_slow_picture_is_no_reason() -> None:
    bench = Bench()
    bench.run(10, busy_ms=10)
    assert bench.run(0.04, busy_ms=200) == []
    assert bench.run(5, busy_ms=10) == []
