"""The recorder settings in force: loaded at the start, changed as a whole or not at all, stored in the catalogue."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from seacorder.base.errors import BadRequest, CatalogueFailed, NotPossible
from seacorder.base.message import Message
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events.journal import Journal
from seacorder.control.events.log import EventKind
from seacorder.control.settings.name_preview import previewed
from seacorder.control.settings.naming import NamingBase
from seacorder.control.settings.overrides import keys_set, names_set, override_message, overrides, taken_back
from seacorder.control.settings.rules import Own, apply_change, check_encoders, encoders_asked
from seacorder.control.workers.encoder_probe import EncoderProbe
from seacorder.model.name_preview import PreviewedNames
from seacorder.model.recording import FileKind
from seacorder.model.settings import ChannelChange, Override, RecorderSettings, SettingsChange, StoredSettings, Unset
from seacorder.storage.allowed_folders import AllowedFolders
from seacorder.storage.names import path_for


@dataclass(frozen=True, slots=True)
class FixedSettings:
    """Values of the settings file that stay as they are, whatever clients set."""

    own: Own = field(default_factory=dict)
    """By channel: its own encoding settings in the settings file."""
    use_utc: bool = False
    """Time tags show UTC instead of local time."""
    fallback_root: str | None = None


class SettingsStore:
    """For the event loop alone; the caller makes one change at a time (`Recorder` has a lock for that).

    Folders are looked at in threads, so that a dead disk cannot hold up the loop.
    """

    def __init__(
        self,
        first: RecorderSettings,
        folders: AllowedFolders,
        catalogue: Catalogue,
        probe: EncoderProbe,
        fixed: FixedSettings | None = None,
    ) -> None:
        fixed = fixed or FixedSettings()
        self._first = first
        self._stored = StoredSettings(first)
        self.own = fixed.own
        """By channel: its own encoding settings in the settings file."""
        self._folders = folders
        self._catalogue = catalogue
        self._probe = probe
        self._fixed = fixed
        self._base: NamingBase | None = None

    def channels_are(self, own: Own) -> None:
        """These channels there are from now on, each with the encoding settings that the settings file gives to it
        alone. What clients have set for a channel stays with its name."""
        self.own = own

    @property
    def settings(self) -> RecorderSettings:
        """The settings in force."""
        return self._stored.in_force

    @property
    def overrides(self) -> tuple[Override, ...]:
        """The keys for which a client's value is in force and differs from the settings file's."""
        return overrides(self._stored, self._first, self.own)

    def taken_back(self, keys: Collection[str]) -> list[SettingsChange]:
        """Changes that put the settings file's values into force again for `keys`, or for all without keys.

        They are for `change`, with `is_clients=False`. Raises BadRequest for an unknown key.
        """
        changes = list(taken_back(keys or keys_set(self._stored, self.own), self._first))
        for change in changes:
            self._check_channel(change)
        return changes

    @property
    def base(self) -> NamingBase:
        """The base folders in force. Raises NotPossible before `load`."""
        if self._base is None:
            raise NotPossible("Seacorder is still starting.", "Try again in a moment.")
        return self._base

    @property
    def fallback_root(self) -> str | None:
        """Where recordings go on when their own volume cannot take them; None without a second volume."""
        return self._fixed.fallback_root

    async def load(self, journal: Journal) -> None:
        """Loads what clients set in earlier runs. Where a folder is no longer allowed, the storage root is used
        instead.

        Raises CatalogueFailed.
        """
        self._stored = await asyncio.to_thread(self._catalogue.load_settings, self._first)
        recording, complaint = await self._resolve_or_root(self.settings.recording_directory)
        inspection, other = await self._resolve_or_root(self.settings.inspection_directory)
        root = str(await asyncio.to_thread(self._folders.resolve, None))
        self._base = NamingBase(recording, inspection, self._fixed.use_utc, root, self._fixed.fallback_root)
        for one in self.overrides:
            journal.note(EventKind.SETTING_OVERRIDDEN, *override_message(one).both)
        for why in dict.fromkeys(one for one in (complaint, other) if one):
            fact = f"{why.fact} Files go to the folder of the settings file ({root}) instead."
            journal.warn(EventKind.DIRECTORY_GIVEN_UP, fact, why.action)

    async def change(self, change: SettingsChange, *, is_clients: bool = True) -> RecorderSettings:
        """Checks a change, stores it and puts it into force; returns the settings before. After an error nothing
        changed.

        With `is_clients=False` the values are the settings file's and are no longer remembered as a client's. Raises
        BadRequest for a value that is not accepted, NotPossible when the encoders cannot be tried, CatalogueFailed when
        it cannot be stored.
        """
        before = self.settings
        changed = apply_change(before, change)
        self._check_channel(change)
        known = encoders_asked(before, self.own)
        asked = {of: name for of, name in encoders_asked(changed, self.own).items() if known.get(of) != name}
        if asked:
            check_encoders(asked, await self._probe.available())
        base = replace(
            self.base,
            recording_folder=await self._resolve(change.recording_directory, self.base.recording_folder),
            inspection_folder=await self._resolve(change.inspection_directory, self.base.inspection_folder),
        )
        if (changed.templates, base) != (before.templates, self.base):
            await asyncio.to_thread(self._check_links, changed, base)
        kept, named = self._stored.set_by_clients, names_set(change)
        stored = StoredSettings(changed, kept | named if is_clients else kept - named)
        await self._keep(stored)
        self._stored, self._base = stored, base
        return before

    def _check_channel(self, change: SettingsChange) -> None:
        if isinstance(change.channel, ChannelChange) and change.channel.channel not in self.own:
            names = ", ".join(self.own)
            fact = f"There is no channel {change.channel.channel!r}."
            raise BadRequest(fact, f"The channels are {names}.", field="channel")

    async def preview(self, change: SettingsChange, utc_ns: int) -> PreviewedNames:
        """What names of that instant would be after a change of templates, which changes nothing. Raises BadRequest for
        what `change` would not accept."""
        changed = apply_change(self.settings, change)
        await asyncio.to_thread(self._check_links, changed, self.base)
        return previewed(changed, self.base, tuple(self.own), utc_ns)

    async def folder_of(self, text: str) -> str:
        """The absolute folder that a client's text stands for. Raises BadRequest when it is not allowed."""
        return str(await asyncio.to_thread(self._folders.resolve, text))

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
                        f"The templates lead to {folder}, and from there through a link to a place outside of the "
                        "allowed folders.",
                        "Choose another name in the template, or allow the link's target in the settings file.",
                    )

    async def _keep(self, stored: StoredSettings) -> None:
        self._catalogue.save_settings(stored)
        try:
            await self._catalogue.flush()
        except CatalogueFailed:
            self._catalogue.save_settings(self._stored)
            raise

    async def _resolve(self, text: str | Unset | None, unchanged: str) -> str:
        if isinstance(text, Unset):
            return unchanged
        return str(await asyncio.to_thread(self._folders.resolve, text))

    async def _resolve_or_root(self, text: str | None) -> tuple[str, Message | None]:
        try:
            return str(await asyncio.to_thread(self._folders.resolve, text)), None
        except BadRequest as error:
            return str(await asyncio.to_thread(self._folders.resolve, None)), error.message
