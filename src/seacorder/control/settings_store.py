"""The recorder settings in force: loaded at the start, changed as a whole or not at all, kept in the catalogue."""

import asyncio
from dataclasses import dataclass, field, replace

from seacorder.base.errors import BadRequest, CatalogueFailed, NotPossible
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.encoder_probe import EncoderProbe
from seacorder.control.events import EventKind
from seacorder.control.journal import Journal
from seacorder.control.naming import NamingBase
from seacorder.control.settings import Own, apply_change, check_encoders, encoders_asked
from seacorder.model.recording import FileKind
from seacorder.model.settings import ChannelChange, RecorderSettings, SettingsChange, Unset
from seacorder.storage.directories import Folders
from seacorder.storage.names import path_for


@dataclass(frozen=True, slots=True)
class FixedSettings:
    """What the settings file alone says."""

    own: Own = field(default_factory=dict)
    """By channel: what it has of its own."""
    use_utc: bool = False
    """Time tags in UTC."""
    fallback_root: str | None = None


class SettingsStore:
    """For the event loop alone; one change at a time.

    Folders are looked at in a thread, so that a dead disk cannot hold up the loop.
    """

    def __init__(
        self,
        first: RecorderSettings,
        folders: Folders,
        catalogue: Catalogue,
        probe: EncoderProbe,
        fixed: FixedSettings | None = None,
    ) -> None:
        fixed = fixed or FixedSettings()
        self.settings = first
        self.own = fixed.own
        """By channel: what the settings file says of it alone."""
        self._folders = folders
        self._catalogue = catalogue
        self._probe = probe
        self._fixed = fixed
        self._base: NamingBase | None = None

    @property
    def base(self) -> NamingBase:
        """The folders in force. Raises NotPossible before `load`."""
        if self._base is None:
            raise NotPossible("The recorder has not been started yet; try again in a moment.")
        return self._base

    @property
    def fallback_root(self) -> str | None:
        """Where recordings go on when their own volume cannot take them; None without a second volume."""
        return self._fixed.fallback_root

    async def load(self, journal: Journal) -> None:
        """Takes what a client set in an earlier run, if any. Folders that are no longer allowed give way to the root.

        Raises CatalogueFailed.
        """
        self.settings = await asyncio.to_thread(self._catalogue.load_settings, self.settings)
        recording, complaint = await self._resolve_or_root(self.settings.recording_directory)
        inspection, other = await self._resolve_or_root(self.settings.inspection_directory)
        root = str(await asyncio.to_thread(self._folders.resolve, None))
        self._base = NamingBase(recording, inspection, self._fixed.use_utc, root, self._fixed.fallback_root)
        for sentence in dict.fromkeys(one for one in (complaint, other) if one):
            journal.warn(EventKind.DIRECTORY_GIVEN_UP, f"{sentence} Files go to the storage root until one is set.")

    async def change(self, change: SettingsChange) -> RecorderSettings:
        """Checks, keeps and takes over a change; returns the settings before it. After an error nothing has changed.

        Raises BadRequest for what is not accepted, CatalogueFailed when it cannot be kept.
        """
        before = self.settings
        changed = apply_change(before, change)
        if isinstance(change.channel, ChannelChange) and change.channel.channel not in self.own:
            names = ", ".join(self.own)
            raise BadRequest(f"There is no channel {change.channel.channel!r}; there are {names}.", field="channel")
        asked = dict(encoders_asked(changed, self.own).items() - encoders_asked(before, self.own).items())
        if asked:
            check_encoders(asked, await self._probe.available())
        base = replace(
            self.base,
            recording_folder=await self._resolve(change.recording_directory, self.base.recording_folder),
            inspection_folder=await self._resolve(change.inspection_directory, self.base.inspection_folder),
        )
        if (changed.templates, base) != (before.templates, self.base):
            await asyncio.to_thread(self._check_links, changed, base)
        await self._keep(changed, before)
        self.settings, self._base = changed, base
        return before

    async def create_directory(self, text: str) -> None:
        """Makes a folder with its parents. Raises BadRequest when it is not allowed, StorageFailed when it fails."""
        await asyncio.to_thread(self._folders.create, text)

    def _check_links(self, settings: RecorderSettings, base: NamingBase) -> None:
        """Raises BadRequest when a template leads through a link to where no client may write. Blocks."""
        for kind in FileKind:
            naming = base.naming(kind, settings, directory_utc_ns=0, file_utc_ns=0)
            for folder in {path_for(naming, channel, "").parent for channel in self.own}:
                if not self._folders.holds(folder):
                    raise BadRequest(
                        f"The templates lead to {folder}, and through a link from there to outside of the allowed "
                        "folders; choose another name in the template, or allow the link's target in the settings."
                    )

    async def _keep(self, changed: RecorderSettings, before: RecorderSettings) -> None:
        self._catalogue.save_settings(changed)
        try:
            await self._catalogue.flush()
        except CatalogueFailed:
            self._catalogue.save_settings(before)
            raise

    async def _resolve(self, text: str | Unset, unchanged: str) -> str:
        if isinstance(text, Unset):
            return unchanged
        return str(await asyncio.to_thread(self._folders.resolve, text))

    async def _resolve_or_root(self, text: str | None) -> tuple[str, str | None]:
        try:
            return str(await asyncio.to_thread(self._folders.resolve, text)), None
        except BadRequest as error:
            return str(await asyncio.to_thread(self._folders.resolve, None)), error.sentence
