from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from control.bridge import Bridge


@pytest.fixture
async def bridge(tmp_path: Path) -> AsyncIterator[Bridge]:
    made = Bridge(tmp_path)
    yield made
    await made.recorder.stop()
