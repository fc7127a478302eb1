"""The two pipes to one worker, as the control process holds them: commands go down, reports come up."""

import asyncio
from collections.abc import AsyncIterator, Callable

from seacorder.base.errors import WorkerLost
from seacorder.base.pipe import HEADER_BYTES, encode, payload_bytes
from seacorder.base.unpickle import report_in
from seacorder.supervisor.limits import Limits
from seacorder.supervisor.pacing import Bucket


class Conversation:
    """For the event loop alone; only `reports` waits."""

    def __init__(
        self,
        commands: asyncio.WriteTransport,
        reports: asyncio.StreamReader,
        limits: Limits,
        has_ended: Callable[[], bool],
    ) -> None:
        """`has_ended` is True once the process at the other end has ended."""
        self._commands = commands
        self._reports = reports
        self._limits = limits
        self._has_ended = has_ended

    def send(self, message: object) -> bool:
        """Hands a message to the pipe and returns at once. False when the worker has left too much unread, or the pipe
        is closed."""
        if self._commands.is_closing():
            return False
        if self._commands.get_write_buffer_size() > self._limits.outbox_bytes:
            return False
        self._commands.write(encode(message))
        return True

    def close_commands(self) -> None:
        """Closes the pipe of commands behind what has been sent, which tells the worker to finish all files and end."""
        self._commands.close()

    async def reports(self) -> AsyncIterator[object]:
        """The reports as they come, until the worker closes its end. Raises WorkerLost for anything that is no
        report."""
        loop = asyncio.get_running_loop()
        bucket = Bucket(self._limits.reports_per_second, self._limits.reports_per_second)
        while True:
            try:
                size = payload_bytes(await self._reports.readexactly(HEADER_BYTES))
                if size > self._limits.report_bytes:
                    raise WorkerLost(f"it sent a report of {size} bytes, which is too long")
                payload = await self._reports.readexactly(size)
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            yield report_in(payload)
            bucket.take(loop.time())
            # Reading what is here already never waits, so without the sleep the loop would do nothing else meanwhile.
            # Once the process has ended no more can come, so what it has left is read without a limit.
            await asyncio.sleep(0 if self._has_ended() else bucket.wait_seconds(loop.time()))
