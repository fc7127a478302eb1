"""All targets of copies: asked once a second whether something is to be copied, and how they stand."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import seacorder
from seacorder.base.clock import Clock
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.copies.target import BeginUse, CopyContext, TargetCopies
from seacorder.control.events.journal import Journal
from seacorder.model.copies import CopyStatus, CopyTarget, KnownPlace
from seacorder.supervisor.supervisor import Supervisor

_KEPT = "copy_places"


@dataclass(frozen=True, slots=True)
class CopySettings:
    """What does not change in a run of the program."""

    targets: tuple[CopyTarget, ...] = ()
    folders: tuple[str, ...] = ()
    """Below which recorded files lie, the storage root first."""
    key_folder: Path | None = None
    is_settled: Callable[[str], bool] = field(default=lambda _: True)
    """True for a folder in which nothing is being written, and whose newest state has its manifest."""
    begin_use: BeginUse = field(default=lambda _, __: lambda: None)


class Copying:
    """For the event loop alone; only `load` and `stop` wait."""

    def __init__(
        self, supervisor: Supervisor, catalogue: Catalogue, journal: Journal, clock: Clock, settings: CopySettings
    ) -> None:
        self._catalogue = catalogue
        around = CopyContext(
            supervisor=supervisor,
            catalogue=catalogue,
            journal=journal,
            clock=clock,
            folders=settings.folders,
            key_folder="" if settings.key_folder is None else str(settings.key_folder),
            is_settled=settings.is_settled,
            begin_use=settings.begin_use,
            program=f"Seacorder {seacorder.__version__}",
            place_found=self._keep,
        )
        self._targets = [TargetCopies(one, around) for one in settings.targets]

    @property
    def statuses(self) -> tuple[CopyStatus, ...]:
        """How each target stands, in the order of the settings file."""
        return tuple(one.status for one in self._targets)

    @property
    def places(self) -> Mapping[str, CopyTarget]:
        """By place: the target that goes there now, of each that has been used."""
        return {one.known.place: one.target for one in self._targets if one.known.place}

    async def load(self) -> None:
        """Takes up which place each target was at last. Raises CatalogueFailed."""
        if not self._targets:
            return
        text = await asyncio.to_thread(self._catalogue.setting, _KEPT)
        try:
            found = json.loads(text or "{}")
            known = {str(name): KnownPlace(str(one["place"]), str(one["mount"])) for name, one in found.items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            known = {}
        for one in self._targets:
            one.known = known.get(one.key, KnownPlace())

    def look(self) -> None:
        """Begins what is due. Returns at once."""
        for one in self._targets:
            one.look()

    async def stop(self) -> None:
        """Ends the processes; what was begun is gone on with by the next run of the program."""
        await asyncio.gather(*(one.stop() for one in self._targets))

    def _keep(self) -> None:
        known = {one.key: {"place": one.known.place, "mount": one.known.mount} for one in self._targets}
        self._catalogue.save_text(_KEPT, json.dumps(known))
