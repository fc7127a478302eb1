"""The page as the Inspector port gives it, of a recorder that is a fake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fakes.recorder import FakeRecorder
from seacorder.api.http.listeners import Listener, serving
from seacorder.api.http.ports import claim_port
from seacorder.api.inspector import create_inspector_app
from seacorder.api.recorder_protocol import SetupSource
from seacorder.config.schema import ServerSettings

USUAL = ServerSettings()


@asynccontextmanager
async def served(
    recorder: FakeRecorder, settings: ServerSettings = USUAL, setup: SetupSource | None = None
) -> AsyncIterator[str]:
    """Its address, as long as the block runs."""
    sockets = claim_port("127.0.0.1", 0, setting="inspector_port")
    async with serving([Listener(create_inspector_app(recorder, settings, setup), sockets)]):
        yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
