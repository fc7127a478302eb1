"""Observations that are entered by rules and by the clock."""

from itertools import pairwise

import pytest

from control.bridge import Bridge
from seacorder.catalogue.page import Page
from seacorder.control.observations.automatic import AutomaticObservations
from seacorder.model.instant import Instant
from seacorder.model.observation import EnteredBy, Observation, ObservationState
from seacorder.model.observation_rule import ObservationRule, parse_condition
from seacorder.model.reading import Reading, ReadingState

RULE = ObservationRule("FS", parse_condition("cp > -0.8"), parse_condition("kp < 5"))


class Probe:
    """What the instruments say."""

    def __init__(self) -> None:
        self.values: dict[str, float] = {}

    def readings_at(self, instant: Instant) -> tuple[Reading, ...]:
        return tuple(
            Reading(name, value, "", ReadingState.FRESH, instant, "probe") for name, value in self.values.items()
        )


@pytest.fixture
def probe(bridge: Bridge) -> Probe:
    made = Probe()
    bridge.recorder.observations.readings = made
    return made


def automatic(bridge: Bridge, *rules: ObservationRule, interval_seconds: float = 0.0) -> AutomaticObservations:
    recorder = bridge.recorder
    return AutomaticObservations(
        recorder.observations, recorder._recordings, bridge.clock, rules, interval_seconds
    )


async def look(one: AutomaticObservations) -> None:
    one.look()
    if one._working is not None:
        await one._working


async def listed(bridge: Bridge) -> list[Observation]:
    await bridge.catalogue.flush()
    return list(bridge.catalogue.observations(Page()).items)


async def test_a_rule_opens_and_closes_a_span(bridge: Bridge, probe: Probe) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    rules = automatic(bridge, RULE)
    states = []
    for cp, kp in ((-0.9, 1.0), (-0.7, 1.0), (-0.6, 2.0), (-0.9, 3.0), (-0.7, 6.0), (-0.7, 4.0)):
        probe.values = {"cp": cp, "kp": kp}
        await look(rules)
        states.append(len(bridge.recorder.observations.open))
    assert states == [0, 1, 1, 0, 0, 1]
    first, second = await listed(bridge)
    assert (first.entered_by, first.now.text, first.now.state) == (
        EnteredBy.AUTOMATIC, "cp > -0.8", ObservationState.CLOSED,
    )
    assert second.number == 2


async def test_a_value_that_is_missing_changes_nothing(bridge: Bridge, probe: Probe) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    rules = automatic(bridge, RULE)
    probe.values = {"cp": -0.7, "kp": 1.0}
    await look(rules)
    probe.values = {}
    await look(rules)
    assert len(bridge.recorder.observations.open) == 1


async def test_a_span_that_somebody_has_opened_is_left_alone(bridge: Bridge, probe: Probe) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    rules = automatic(bridge, RULE)
    one = await bridge.recorder.observations.press("FS")
    for cp in (-0.7, -0.9):
        probe.values = {"cp": cp, "kp": 1.0}
        await look(rules)
    assert [found.id for found in bridge.recorder.observations.open] == [one.id]


async def test_its_own_span_begins_when_that_of_somebody_else_has_ended(bridge: Bridge, probe: Probe) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    rules = automatic(bridge, RULE)
    await bridge.recorder.observations.press("FS")
    probe.values = {"cp": -0.7, "kp": 1.0}
    await look(rules)
    await bridge.recorder.observations.press("FS")
    await look(rules)
    (own,) = bridge.recorder.observations.open
    assert own.entered_by is EnteredBy.AUTOMATIC


async def test_rules_of_one_kind_end_only_their_own_spans(bridge: Bridge, probe: Probe) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    deep = ObservationRule("FS", parse_condition("depth > 100"))
    rules = automatic(bridge, RULE, deep)
    opened = []
    for cp, depth in ((-0.7, 50), (-0.7, 150), (-0.9, 150), (-0.9, 50)):
        probe.values = {"cp": cp, "kp": 1.0, "depth": depth}
        await look(rules)
        opened.append([one.now.text for one in bridge.recorder.observations.open])
    assert opened == [["cp > -0.8"], ["cp > -0.8"], ["depth > 100"], []]


async def test_nothing_is_entered_before_earlier_numbers_are_known(bridge: Bridge, probe: Probe) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.recorder.observations.is_ready = False
    probe.values = {"cp": -0.7, "kp": 1.0}
    await look(automatic(bridge, RULE))
    assert await listed(bridge) == []


async def test_a_point_is_entered_each_time_the_rule_begins_to_hold(bridge: Bridge, probe: Probe) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    rules = automatic(bridge, ObservationRule("NOTE", parse_condition("depth > 100"), text="deep"))
    for depth in (50, 150, 160, 90, 120):
        probe.values = {"depth": depth}
        await look(rules)
    assert [one.now.text for one in await listed(bridge)] == ["deep", "deep"]


async def test_snapshots_come_at_their_interval_while_a_recording_runs(bridge: Bridge, probe: Probe) -> None:
    await bridge.start()
    snapshots = automatic(bridge, interval_seconds=10)
    await look(snapshots)
    assert await listed(bridge) == []
    await bridge.recorder.start_recording()
    probe.values = {"depth": 3.5}
    for _ in range(31):
        await look(snapshots)
        bridge.clock.advance(1)
    found = await listed(bridge)
    assert [one.code for one in found] == ["LOG"] * 3
    at = [one.start.utc_ns for one in found]
    assert [after - before for before, after in pairwise(at)] == [10 * 10**9] * 2
    assert found[0].readings[0].reading.value == 3.5
