"""What is done with recorded files later: folders are completed, copied, handed over, removed. Put together here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from seacorder.control.blackbox.door import BlackboxDoor
from seacorder.control.context import Context
from seacorder.control.copies.copying import Copying, CopySettings
from seacorder.control.files.absences import Absences
from seacorder.control.files.completion import Completion, FolderSettings
from seacorder.control.files.examination import Examination
from seacorder.control.files.exports import Exports
from seacorder.control.files.removals import Removals, RemovalSettings
from seacorder.control.files.rule_removals import RuleRemovals, RuleSettings
from seacorder.model.copies import CopyTarget
from seacorder.model.removal_rules import NO_RULES, RemovalRules
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.worker import Callbacks


@dataclass(frozen=True, slots=True)
class KeptSettings:
    """What does not change in a run of the program."""

    folders: FolderSettings
    roots: tuple[str, ...]
    """The folders that all files of the recorder are in."""
    targets: tuple[CopyTarget, ...]
    """Where files are copied to."""
    rules: RemovalRules = NO_RULES
    """By which recordings are removed by themselves."""


class KeptFiles:
    """For the event loop alone; only `load` and `stop` wait."""

    def __init__(
        self,
        context: Context,
        supervisor: Supervisor,
        examination: Examination,
        kept: KeptSettings,
        is_recording: Callable[[], bool],
        blackbox: BlackboxDoor,
    ) -> None:
        folders, roots, targets = kept.folders, kept.roots, kept.targets
        parts = (context.catalogue, context.journal, context.clock)
        self._completion = Completion(supervisor, *parts, blackbox.clocks, folders)
        removing = RemovalSettings(folders.volumes, roots, lambda: examination.is_working, context.uses, self._places)
        self.removals = Removals(supervisor, *parts, self._completion, removing)
        settled, begin_use = self._completion.is_settled, context.uses.begin
        settings = CopySettings(targets, roots, folders.proof.key_folder, settled, begin_use)
        # With a supervisor of its own: nobody waits for a process that a network drive holds.
        self.copies = Copying(Supervisor(Callbacks()), *parts, settings)
        self.absences = Absences(supervisor, *parts, folders.volumes, lambda: examination.is_working)
        self.exports = Exports(supervisor, context.clock, self._completion, is_recording)
        self._blackbox = blackbox
        by_rule = RuleSettings(kept.rules, roots, folders.volumes, self._places)
        self.rules = RuleRemovals(*parts, self.removals, by_rule)

    def clock_stepped(self, step_ns: int) -> None:
        """The wall clock was changed by so much."""
        self._completion.clock_stepped(step_ns)
        self._blackbox.clock_stepped(step_ns)
        self.rules.clock_stepped()

    async def load(self) -> None:
        """Takes up what an earlier run has left. Raises CatalogueFailed."""
        await self._completion.load()
        await self.copies.load()
        await self.removals.load()
        await self.rules.load()

    def look(self) -> None:
        """To be called once a second; returns at once."""
        self._completion.look()
        self.copies.look()
        self.rules.look()
        self.removals.look()
        self.absences.look()

    async def stop(self) -> None:
        """Ends the work; the next run of the program does what is left."""
        await self.rules.stop()
        await self.removals.stop()
        await self.absences.stop()
        await self.copies.stop()
        await self._completion.stop()

    def keep(self) -> None:
        """Keeps what is left for the next run. To be called after everything else has ended."""
        self._completion.keep()

    def _places(self) -> Mapping[str, CopyTarget]:
        return self.copies.places
