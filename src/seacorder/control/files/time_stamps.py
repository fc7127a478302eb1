"""Time stamps for manifests (RFC 3161), where a server for them is set and can be reached.

Nothing waits for it: a folder is complete without. Only the manifest's hash is sent. What is waiting is kept in the
catalogue, and tried again for ever, ever more seldom: a ship may have no internet for weeks.
"""

import asyncio
import hashlib
import json
import logging
import secrets
from pathlib import Path

from seacorder.base.background import cancel, task
from seacorder.base.backoff import Backoff
from seacorder.base.clock import NS_PER_SECOND, Clock
from seacorder.base.redaction import redact
from seacorder.catalogue.catalogue import Catalogue
from seacorder.model.completion import MANIFEST_NAME, STAMP_NAME
from seacorder.model.copies import CompletedFolder
from seacorder.model.time_stamp import MEDIA_TYPE_QUERY, NotATimeStamp, TimeStamp, query, read_reply
from seacorder.storage import whole_file

ANSWER_SECONDS_MAX = 20.0
ANSWER_BYTES_MAX = 256 * 1024
AGAIN_SECONDS = (60.0, 3600.0)
_KEPT = "folders_to_stamp"
_NONCE_BITS = 63
_log = logging.getLogger(__name__)


class TimeStamps:
    """For the event loop alone; only `load` and `stop` wait. Without a server it does nothing."""

    def __init__(self, server: str, catalogue: Catalogue, clock: Clock) -> None:
        """`server`: its address; empty: there is none."""
        self._server = server
        self._catalogue = catalogue
        self._clock = clock
        self._waiting: dict[str, object] = {}
        """Folders whose manifests have no stamp yet, oldest first; with each a mark, another one for each manifest."""
        self._backoff = Backoff(*AGAIN_SECONDS)
        self._due_ns = 0
        self._working: asyncio.Task[None] | None = None
        self._told = ""

    async def load(self) -> None:
        """Takes up what an earlier run has left. Raises CatalogueFailed."""
        if not self._server:
            return
        text = await asyncio.to_thread(self._catalogue.setting, _KEPT)
        try:
            self._waiting = {str(folder): object() for folder in json.loads(text or "[]")}
        except (ValueError, TypeError):
            self._waiting = {}

    def wanted(self, folder: str) -> None:
        """The folder has a new manifest."""
        if self._server:
            self._waiting[folder] = object()
            self._keep()

    def look(self) -> None:
        """Asks for the next one, if it is time. Returns at once."""
        is_free = self._working is None or self._working.done()
        if self._waiting and is_free and self._clock.monotonic_ns() >= self._due_ns:
            self._working = task(self._work(), "time stamps of manifests")

    async def stop(self) -> None:
        """Ends the work; the next run of the program does what is left."""
        await cancel(self._working)
        self._working = None

    async def _work(self) -> None:
        while self._waiting:
            folder, mark = next(iter(self._waiting.items()))
            if why := await self._stamp(Path(folder)):
                self._due_ns = self._clock.monotonic_ns() + round(self._backoff.next_delay() * NS_PER_SECOND)
                if why != self._told:
                    self._told = why
                    _log.warning("No time stamp for the manifest of %s (%s). It is tried again by itself.", folder, why)
                self._waiting[folder] = self._waiting.pop(folder)  # one that cannot be stamped holds up no other
                return
            self._told = ""
            self._backoff.reset()
            if self._waiting[folder] is mark:  # else its manifest was made again meanwhile: the stamp is of the old one
                del self._waiting[folder]
                self._keep()

    async def _stamp(self, folder: Path) -> str:
        """Why the manifest has no stamp yet; empty if it has one, or none is needed any more."""
        path = folder / STAMP_NAME
        try:
            manifest = await asyncio.to_thread((folder / MANIFEST_NAME).read_bytes)
        except FileNotFoundError:
            return ""
        except OSError as fault:
            return fault.strerror or str(fault)
        nonce = secrets.randbits(_NONCE_BITS)
        try:
            reply = await self._ask(query(hashlib.sha256(manifest).digest(), nonce))
            stamp = read_reply(reply)
            if why := _unfit(stamp, manifest, nonce):
                return why
            await asyncio.to_thread(whole_file.put, path, reply)
        except (NotATimeStamp, OSError, TimeoutError) as fault:
            return redact(str(fault) or "it does not answer")
        self._catalogue.record(CompletedFolder(str(folder), self._clock.utc_ns()))  # so that copies get it too
        _log.info("The manifest of %s has a time stamp of %s.", folder, stamp.utc.isoformat())
        return ""

    async def _ask(self, data: bytes) -> bytes:
        """The server's answer. Raises OSError, TimeoutError."""
        import httpx  # only where a server is set: it takes time and memory

        headers = {"content-type": MEDIA_TYPE_QUERY}
        try:
            async with (
                asyncio.timeout(ANSWER_SECONDS_MAX),
                httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX) as client,
                client.stream("POST", self._server, content=data, headers=headers) as answer,
            ):
                answer.raise_for_status()
                found = b""
                async for piece in answer.aiter_bytes():
                    found += piece
                    if len(found) > ANSWER_BYTES_MAX:
                        raise OSError("the answer is too long")
                return found
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise OSError(str(fault)) from fault

    def _keep(self) -> None:
        self._catalogue.save_text(_KEPT, json.dumps(list(self._waiting)))


def _unfit(stamp: TimeStamp, manifest: bytes, nonce: int) -> str:
    """Why a stamp is not the one that was asked for; empty if it is."""
    if not stamp.is_of(manifest):
        return "the stamp is of something else"
    return "the stamp is one that was asked for earlier" if stamp.nonce not in {None, nonce} else ""
