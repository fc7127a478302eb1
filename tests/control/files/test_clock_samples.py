"""The clock is looked at when a recording begins, splits and ends, and what was seen survives a crash."""

import json

from fakes.clock import FakeClock
from seacorder.base.clock_state import ClockState
from seacorder.control.files.clock_samples import MOST_SAMPLES, ClockSamples
from seacorder.model.completion import CameraClock, SourceClock

OTHERS = ((CameraClock("Bow", -5, is_confirmed=True),), (SourceClock("GPS", 7),))


def samples(clock: FakeClock) -> ClockSamples:
    return ClockSamples(clock, lambda: OTHERS, lambda: ClockState(is_known=True))


def test_samples_survive_as_texts() -> None:
    clock = FakeClock()
    taken = samples(clock)
    taken.take("r", "start")
    clock.advance(60)
    taken.take("r", "step", -2_000_000_000)
    (before,) = taken.of(["r", "unknown"])
    assert [(one.at, one.step_ns) for one in before.samples] == [("start", 0), ("step", -2_000_000_000)]
    assert (before.samples[0].cameras, before.samples[0].sources) == OTHERS
    after = samples(clock)
    after.restore(taken.take_unkept())
    assert after.of(["r"]) == (before,)
    assert not after.has_unkept


def test_a_sample_is_given_once_to_be_kept() -> None:
    clock = FakeClock()
    taken = samples(clock)
    for _ in range(3):
        clock.advance(60)
        taken.take("r", "split")
        (name,) = taken.take_unkept()
    assert name == "clocks/r/0002"
    assert (taken.has_unkept, taken.take_unkept()) == (False, {})


def test_what_cannot_be_read_is_left_out() -> None:
    taken = samples(FakeClock())
    taken.restore_list({"a": [{"at": "start"}], "b": "text", "c": [5]})
    taken.restore({"clocks/a/0000": "{", "clocks/b/0000": "5", "clocks/c/0000": '{"at": "start"}', "d": "[]"})
    assert taken.of(["a", "b", "c", "d"]) == ()


def test_where_one_cannot_be_read_none_of_the_others_is_written_over() -> None:
    """The next one has the number after the last one that was read."""
    clock = FakeClock()
    taken, after = samples(clock), samples(clock)
    for at in ("start", "step", "step"):
        taken.take("r", at)
    kept = taken.take_unkept() | {"clocks/r/0001": "{"}
    after.restore(kept)
    after.take("r", "stop")
    kept |= after.take_unkept()
    assert [json.loads(kept[name])["at"] for name in sorted(kept)] == ["start", "step", "stop"]


def test_of_an_older_list_that_stayed_behind_the_longer_one_holds() -> None:
    clock = FakeClock()
    taken = samples(clock)
    taken.take("r", "start")
    older = [json.loads(text) for text in taken.take_unkept().values()]
    for many in (0, 2):
        after = samples(clock)
        after.restore({f"clocks/r/{number:04}": json.dumps(older[0]) for number in range(many)})
        after.restore_list({"r": older})
        assert len(after.of(["r"])[0].samples) == max(1, many)


def test_samples_are_bounded_and_the_last_one_stays() -> None:
    clock = FakeClock()
    taken = samples(clock)
    for _ in range(MOST_SAMPLES):
        clock.advance(60)
        taken.take("r", "split")
    taken.take("r", "stop")
    (found,) = taken.of(["r"])
    assert (len(found.samples), found.samples[-1].at) == (MOST_SAMPLES, "stop")


def test_of_splits_that_follow_each_other_at_once_not_each_has_a_sample() -> None:
    """Else a day with a split every three seconds fills the memory with what no clock can do."""
    clock = FakeClock()
    taken = samples(clock)
    taken.take("r", "start")
    for _ in range(40):
        clock.advance(3)
        taken.take("r", "split")
    taken.take("r", "step", 5)
    taken.take("s", "split")
    mine, other = taken.of(["r", "s"])
    assert [one.at for one in mine.samples] == ["start", *["split"] * 4, "step"]
    assert len(other.samples) == 1


def test_those_that_stand_in_a_folder_are_forgotten() -> None:
    taken = samples(FakeClock())
    taken.take("r", "start")
    taken.take("s", "start")
    assert taken.keep_only(["s"]) == ("clocks/r/",)
    assert [one.recording_id for one in taken.of(["r", "s"])] == ["s"]
