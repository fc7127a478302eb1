"""The context: told to every worker at one instant, stored, and there again after a restart."""

import pytest

from control.bridge import Bridge
from seacorder.base.errors import BadRequest
from seacorder.model.command import SetContext
from seacorder.model.dive_context import CONTEXT_CHARACTERS_MAX, ContextChange, DiveContext

DIVE = DiveContext(project="North field", dive="12")


async def test_every_worker_hears_it_and_a_new_one_too(bridge: Bridge) -> None:
    await bridge.start()
    now_ns = bridge.clock.monotonic_ns()
    assert await bridge.recorder.change_context(ContextChange(project="North field", dive="12")) == DIVE
    for name in ("Bow", "Stern"):
        (told,) = bridge[name].told(SetContext)
        assert (told.context, told.instant.monotonic_ns) == (DIVE, now_ns)
    bridge["Stern"].lose()
    bridge["Stern"].come_back()
    assert bridge["Stern"].told(SetContext)[-1].context == DIVE
    await bridge.event("context_changed")


async def test_it_stays_over_a_restart(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.change_context(ContextChange(project="North field", dive="12"))
    await bridge.recorder.stop()
    bridge.build()
    await bridge.start()
    assert bridge.recorder.dive_context == DIVE
    assert bridge["Bow"].told(SetContext)[-1].context == DIVE


async def test_a_text_that_is_too_long_changes_nothing(bridge: Bridge) -> None:
    await bridge.start()
    with pytest.raises(BadRequest) as refused:
        await bridge.recorder.change_context(ContextChange(task="x" * (CONTEXT_CHARACTERS_MAX + 1)))
    assert refused.value.field == "task"
    assert bridge.recorder.dive_context == DiveContext()


async def test_the_same_again_is_no_change(bridge: Bridge) -> None:
    await bridge.start()
    for _ in range(2):
        await bridge.recorder.change_context(ContextChange(dive="12"))
    assert len(bridge["Bow"].told(SetContext)) == 1
