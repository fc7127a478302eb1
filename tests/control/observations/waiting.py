"""Waiting for what follows an observation by itself."""

import asyncio
from collections.abc import Callable

from control.bridge import PATIENCE_SECONDS, Bridge
from seacorder.model.observation import Observation


async def until(bridge: Bridge, one: Observation, holds: Callable[[Observation], bool]) -> Observation:
    """The observation as soon as this holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for _ in bridge.recorder.events.follow(0):
            found = await bridge.recorder.observations.find(one.id)
            if holds(found):
                return found
    raise AssertionError
