"""The kinds of observations that clients set: each change is an event, so that everybody has the same buttons."""

from dataclasses import replace

import pytest

from control.bridge import Bridge
from seacorder.base.errors import BadRequest
from seacorder.model.observation_kind import ObservationKind


def facts(bridge: Bridge) -> list[str]:
    return [event.fact for event in bridge.recorder.events.after(0) if event.kind == "settings_changed"]


async def test_each_change_is_an_event_and_the_same_again_is_no_change(bridge: Bridge) -> None:
    await bridge.start()
    kinds, crack = bridge.recorder.observations.kinds, ObservationKind("CR", "Crack")
    kinds.put(crack)
    kinds.put(crack)
    kinds.put(replace(crack, label="Small crack"))
    kinds.remove("cr")
    assert facts(bridge) == [
        "The kind of observations CR, Crack, was added.",
        "The kind of observations CR, Small crack, was changed.",
        "The kind of observations CR, Small crack, was removed. Observations of it stay.",
    ]


async def test_what_is_refused_is_no_event(bridge: Bridge) -> None:
    await bridge.start()
    kinds = bridge.recorder.observations.kinds
    with pytest.raises(BadRequest):
        kinds.put(ObservationKind("CR", "Crack", key=kinds.find("AN").key))
    assert facts(bridge) == []
