from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from control.bridge import PATIENT, Bridge


@pytest.fixture
async def bridge(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bridge]:
    """One that waits for answers as long as a test may take; `impatient` makes it one that does not."""
    made = Bridge(tmp_path, getattr(request, "param", PATIENT))
    yield made
    await made.recorder.stop()
