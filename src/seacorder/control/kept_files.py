"""What is done with recorded files later: folders are made complete, copied, handed over. Put together here."""

from collections.abc import Callable

from seacorder.control.context import Context
from seacorder.control.copies.copying import Copying, CopySettings
from seacorder.control.files.clock_samples import ClockSamples
from seacorder.control.files.completion import Completion, FolderSettings
from seacorder.control.files.exports import Exports
from seacorder.control.recording.other_clocks import other_clocks
from seacorder.model.copies import CopyTarget
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.worker import Callbacks


class KeptFiles:
    """For the event loop alone; only `load` and `stop` wait."""

    def __init__(
        self,
        context: Context,
        supervisor: Supervisor,
        folders: FolderSettings,
        roots: tuple[str, ...],
        targets: tuple[CopyTarget, ...],
        is_recording: Callable[[], bool],
    ) -> None:
        """`roots`: the folders that all files of the recorder are in."""
        samples = ClockSamples(context.clock, lambda: other_clocks(context))
        parts = (context.catalogue, context.journal, context.clock)
        self._completion = Completion(supervisor, *parts, samples, folders)
        settings = CopySettings(targets, roots, folders.key_folder, self._completion.is_settled)
        # With a supervisor of its own: nobody waits for a process that a network drive holds.
        self.copies = Copying(Supervisor(Callbacks()), *parts, settings)
        self.exports = Exports(supervisor, context.clock, self._completion, is_recording)
        self.clock_stepped = self._completion.clock_stepped

    async def load(self) -> None:
        """Takes up what an earlier run has left. Raises CatalogueFailed."""
        await self._completion.load()
        await self.copies.load()

    def look(self) -> None:
        """To be called once a second; returns at once."""
        self._completion.look()
        self.copies.look()

    async def stop(self) -> None:
        """Ends the work; the next run of the program does what is left."""
        await self.copies.stop()
        await self._completion.stop()

    def keep(self) -> None:
        """Keeps what is left for the next run. To be called after everything else has ended."""
        self._completion.keep()
