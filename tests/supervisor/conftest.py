from collections.abc import AsyncIterator

import pytest

from supervisor.yard import Yard


@pytest.fixture
async def yard() -> AsyncIterator[Yard]:
    """A supervisor over small worker modules; what is left of them at the end is killed."""
    made = Yard()
    yield made
    made.supervisor.stop_now()
    await made.supervisor.stop()
