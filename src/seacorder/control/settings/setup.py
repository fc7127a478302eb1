"""What the recorder is set up with: channels, sources, folders, the overlay. The page changes it.

What is changed here is checked and stored beside the settings file (`config.page_file`). Channels are in force at once,
or once nothing of them is recorded any more (`control.channel_changes`). All else the next start takes, which is
refused while something is recorded. Edits of the settings file by hand wait for the next start too.
"""

import asyncio
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from pydantic import ValidationError

from seacorder.base.errors import BadRequest, NotKnown, NotPossible, SettingsError, StorageFailed
from seacorder.base.message import Message
from seacorder.base.redaction import redact_address
from seacorder.config import page_file
from seacorder.config.faults import Wording, message_of
from seacorder.config.keys import Location
from seacorder.config.load import SettingsSource
from seacorder.config.overlay_tables import OverlayTable
from seacorder.config.page_file import Tables
from seacorder.config.schema import ChannelTable, ServerSettings, Settings
from seacorder.config.telemetry_tables import TelemetryTable
from seacorder.control.events.log import EventKind
from seacorder.control.settings.hidden_login import with_secrets
from seacorder.control.workers.input_trial import InputTrials
from seacorder.model.address.address import parse_address
from seacorder.model.channel import ChannelSettings
from seacorder.model.command import PreviewOverlay, TryInput, TryLine
from seacorder.model.file_name import same_file
from seacorder.model.overlay import OverlaySettings
from seacorder.model.report import InputTried, JpegPicture, LineTried
from seacorder.model.setup import Difference, Listens, SetupItem, SetupNow
from seacorder.storage.secret_file import write_secret

KINDS: Mapping[str, type[ChannelTable] | type[TelemetryTable]] = {"channels": ChannelTable, "telemetry": TelemetryTable}
"""Lists of the settings file of which one table is changed by its name."""
_CALLED = {"channels": "channel", "telemetry": "source"}


class Notes(Protocol):
    """Takes events; see `control.events.journal`."""

    def note(self, kind: EventKind, fact: str, action: str = "") -> None: ...


class ChannelsInForce(Protocol):
    """Puts channels into force while the program runs; see `control.channel_changes`."""

    @property
    def channels(self) -> tuple[ChannelSettings, ...]: ...

    def waiting(self, channel: str) -> Difference: ...

    async def use(self, settings: Settings, changed: Collection[str]) -> None: ...


class ListeningTrial(Protocol):
    """Where the program listens; see `cli.listening`."""

    def now(self) -> ServerSettings:
        """Of this run, with options of the command line."""
        ...

    def after(self, coming: ServerSettings) -> ServerSettings:
        """Of the next start with these settings: options of the command line hold then too."""
        ...

    def check(self, coming: ServerSettings) -> None:
        """Whether the next start can listen there. Blocks; raises BadRequest."""
        ...


@dataclass(frozen=True, slots=True)
class Restarting:
    """How the program is started again."""

    hindrance: Callable[[], Message | None]
    """What it would break off now; None: nothing."""
    restart: Callable[[], None] | None
    """None: this system cannot."""
    listening: ListeningTrial


class Setup:
    """For the event loop alone. Files are read and written in threads."""

    def __init__(
        self,
        source: SettingsSource | None,
        running: Settings,
        notes: Notes,
        in_force: ChannelsInForce,
        trials: InputTrials,
        restarting: Restarting,
    ) -> None:
        """`source` None: variables alone say everything, and nothing can be changed. `running`: what this run was
        started with, before options of the command line."""
        self._source = source
        self._running = running
        """What this run was started with, with the channels that were changed since."""
        self._notes = notes
        self._in_force = in_force
        self._trials = trials
        self._restarting = restarting
        self._listening = restarting.listening
        self._lock = asyncio.Lock()

    async def now(self) -> SetupNow:
        """What is set. Raises NotPossible where the settings file cannot be read as it is now."""
        source = self._known()
        tables, page = await asyncio.to_thread(_read, source)
        return await asyncio.to_thread(self._shown, source, tables, page)

    async def put(self, kind: str, name: str | None, sent: Mapping[str, Any]) -> SetupNow:
        """Makes one channel or source as sent; `name`: of the one that is changed, None: it is new. An address that is
        sent as it was shown keeps its secrets.

        After an error nothing has changed. Raises BadRequest for what is not accepted, NotKnown where there is none of
        that name, NotPossible, StorageFailed where the page's file cannot be written.
        """
        source = self._known()
        async with self._lock:
            tables, page = await asyncio.to_thread(_read, source)
            merged = page_file.over(tables, page)
            before = None if name is None else _found(merged, kind, name)
            given = {key.lower(): value for key, value in sent.items() if value is not None}
            wanted = _checked(kind, _with_secrets(given, before))
            _check_name(kind, str(wanted["name"]), [one for one in _listed(merged, kind) if one != name])
            new = str(wanted["name"])
            coming = await self._store(source, page_file.with_one(tables, page, kind, name, wanted))
            what = "was added" if name is None else "was changed" if new == name else f"was changed from {name}"
            fact = f"The {_CALLED[kind]} {new} {what} on the page."
            await self._put_into_force(coming, kind, {new, name or new}, fact)
        return await self.now()

    async def remove(self, kind: str, name: str) -> SetupNow:
        """This channel or source is used no more. Raises as `put`."""
        source = self._known()
        async with self._lock:
            tables, page = await asyncio.to_thread(_read, source)
            _found(page_file.over(tables, page), kind, name)
            coming = await self._store(source, page_file.without_one(tables, page, kind, name))
            await self._put_into_force(coming, kind, {name}, f"The {_CALLED[kind]} {name} was removed on the page.")
        return await self.now()

    async def set_keys(self, head: str, sent: Mapping[str, Any]) -> SetupNow:
        """Sets keys of a table, from the next start on; None takes back what the page has set. Raises as `put`."""
        source = self._known()
        keys = {key.lower(): value for key, value in sent.items()}
        async with self._lock:
            _, page = await asyncio.to_thread(_read, source)
            await self._store(source, page_file.with_keys(page, head, keys), head, keys)
        if keys:
            self._note_table(head, keys)
        return await self.now()

    async def put_table(self, head: str, sent: Mapping[str, Any]) -> SetupNow:
        """Makes a whole table as sent, from the next start on: keys that are not sent have their defaults. An address
        that is sent as it was shown keeps its secrets. Raises as `put`."""
        source = self._known()
        async with self._lock:
            tables, page = await asyncio.to_thread(_read, source)
            before = _plain(page_file.over(tables, page).get(head))
            wanted = _with_secrets({key: value for key, value in sent.items() if value is not None}, before)
            await self._store(source, page_file.with_table(tables, page, head, wanted), head, wanted)
        changed = [key for key in {**before, **wanted} if before.get(key) != wanted.get(key)]
        if changed:
            self._note_table(head, changed)
        return await self.now()

    async def put_list(self, head: str, sent: Iterable[Mapping[str, Any]] | None) -> SetupNow:
        """Makes a list of tables without names as sent, from the next start on; None takes back what the page has
        set. Raises as `put`."""
        source = self._known()
        async with self._lock:
            _, page = await asyncio.to_thread(_read, source)
            tables = None if sent is None else [dict(one) for one in sent]
            await self._store(source, page_file.with_whole_list(page, head, tables), head)
        self._note(f"[[{head}]] was changed on the page. This takes effect when Seacorder is started again.")
        return await self.now()

    def overlay_of(self, sent: Mapping[str, Any], channel: str) -> OverlaySettings:
        """What a channel would show with this `[overlay]`. Raises BadRequest for what is not accepted."""
        folder = Path.cwd() if self._source is None else self._source.folder
        try:
            table = OverlayTable.model_validate(dict(sent), context={"folder": folder})
        except ValidationError as error:
            raise _refused(error, ("overlay",), "The overlay") from error
        return table.settings_for(channel)

    async def take_back(self) -> SetupNow:
        """Drops all that was set on the page: the settings file alone holds again. Raises as `put`."""
        source = self._known()
        async with self._lock:
            coming = await self._store(source, {})
            everybody = {one.name for one in (*coming.channels, *self._running.channels)}
            await self._put_into_force(coming, "channels", everybody, "What was set on the page was taken back.")
        return await self.now()

    async def try_input(self, address: str, name: str | None) -> InputTried:
        """Opens an address, given whole, in a process of its own: its picture, or why there is none. Raises
        NotPossible where too many are tried."""
        return await self._trials.result(TryInput(address, name or "Test"))

    async def preview(self, order: PreviewOverlay) -> JpegPicture:
        """A picture with an overlay over it, drawn in a process of its own. Raises NotPossible, WorkerLost."""
        return await self._trials.preview(order)

    async def try_line(self, order: TryLine) -> LineTried:
        """What a definition makes of a line, read in a process of its own. Raises NotPossible, WorkerLost."""
        return await self._trials.line(order)

    async def whole_address(self, sent: str, name: str | None) -> str:
        """The address of a picture source with its secrets. `name`: of the channel whose address it is, where it is
        sent as it was shown. Raises BadRequest for what is no address, NotPossible."""
        known: Tables | None = None
        if name is not None and self._source is not None:
            tables, page = await asyncio.to_thread(_read, self._source)
            known = _listed(page_file.over(tables, page), "channels").get(name)
        address = str(_with_secrets({"input": sent}, known)["input"])
        parse_address(address)
        return address

    def running_at(self, address: str) -> int | None:
        """The index of the channel that reads this very address now; None: none does."""
        return next((index for index, one in enumerate(self._in_force.channels) if one.address == address), None)

    async def restart(self) -> None:
        """Starts the program again, with the settings as they are stored now. Raises NotPossible while something is on
        that it would break off, where this system cannot, and where the next start would fail."""
        self._refuse_while_busy()
        if self._restarting.restart is None:
            raise NotPossible("Seacorder cannot restart itself on this system.", "End it and start it again.")
        if self._source is not None:
            await asyncio.to_thread(self._try_next_start, self._source)
            self._refuse_while_busy()
        self._note("Seacorder is restarted from the page.")
        self._restarting.restart()

    def _refuse_while_busy(self) -> None:
        if (why := self._restarting.hindrance()) is not None:
            raise NotPossible(why.fact, why.action)

    def _try_next_start(self, source: SettingsSource) -> None:
        """Blocks. Without it a fault of the settings file, or a port that is taken, would leave nobody recording."""
        try:
            self._listening.check(source.in_use().settings.server)
        except SettingsError as error:
            action = "See `seacorder check-config`, and mend it."
            raise NotPossible("The settings file has faults now: Seacorder would not start again.", action) from error
        except BadRequest as error:
            raise NotPossible(f"Seacorder would not start again: {error.fact}", error.action) from error

    def _known(self) -> SettingsSource:
        if self._source is None:
            fact = "There is no settings file: variables alone say what this recorder is."
            raise NotPossible(fact, "Start Seacorder with a settings file to change it here.")
        return self._source

    async def _put_into_force(self, coming: Settings, kind: str, names: Collection[str], fact: str) -> None:
        """`names`: of what was changed, also as it was called before."""
        channels = _with_changed(self._running.channels, coming.channels, names) if kind == "channels" else ()
        if not _can_be_used(channels, self._running):
            self._note(f"{fact} This takes effect when Seacorder is started again.")
            return
        self._running = self._running.model_copy(update={"channels": channels})
        await self._in_force.use(self._running, names)
        waits = any(self._in_force.waiting(name) is not Difference.NONE for name in names)
        self._note(f"{fact} This takes effect when its recording is over." if waits else fact)

    async def _store(self, source: SettingsSource, page: Tables, head: str = "", keys: Iterable[str] = ()) -> Settings:
        """`head`: the table that was changed; `keys`: those that were sent."""
        try:
            coming = await asyncio.to_thread(source.settings, page)
        except SettingsError as error:
            first = error.faults[0]
            fact, field = _fact_and_field(first.fact.removeprefix(f"{source.place}: "), head, set(keys))
            raise BadRequest(fact, first.action, field=field) from error
        if head == "server":
            await asyncio.to_thread(self._listening.check, coming.server)
        try:
            if "root" in page.get("storage", {}):
                await asyncio.to_thread(_try_root, coming.storage.root)
            await asyncio.to_thread(_write, source.page_file, page)
        except OSError as error:
            fact = f"{source.page_file} cannot be written ({error.strerror})."
            raise StorageFailed(fact, "Let Seacorder's user write into that folder.") from error
        return coming

    def _shown(self, source: SettingsSource, tables: Tables, page: Tables) -> SetupNow:
        """Blocks."""
        try:
            coming = source.settings(page)
        except SettingsError as error:
            action = "See `seacorder check-config`, and mend it."
            raise NotPossible("The settings file has faults now.", action) from error
        next_tables = page_file.over(tables, page)
        lists = {kind: _items(kind, next_tables, page, coming, self._running) for kind in KINDS}
        lists["channels"] = (*map(self._with_what_waits, lists["channels"]), *self._leaving(lists["channels"]))
        return SetupNow(
            settings_file="" if source.file is None else str(source.file),
            page_file=str(source.page_file),
            lists=lists,
            tables={head: _shown_keys(head, _plain(next_tables.get(head))) for head in page_file.TABLES},
            whole_lists={head: tuple(next_tables.get(head) or ()) for head in page_file.WHOLE_LISTS},
            needs_restart=coming != self._running,
            listens_now=_listens(self._listening.now()),
            listens_next=_listens(self._listening.after(coming.server)),
        )

    def _with_what_waits(self, item: SetupItem) -> SetupItem:
        """A channel that has been changed and whose change is not in force yet."""
        waits = self._in_force.waiting(str(item.table["name"]))
        is_set = item.difference is Difference.NONE and waits is not Difference.NONE
        return replace(item, difference=waits, waits=True) if is_set else item

    def _leaving(self, known: Iterable[SetupItem]) -> list[SetupItem]:
        """Channels that have been removed, or are called otherwise, and are still being recorded."""
        names = {str(item.table["name"]) for item in known}
        return [
            SetupItem({"name": one.name, "input": redact_address(one.address)}, True, Difference.REMOVED, waits=True)
            for one in self._in_force.channels
            if one.name not in names and self._in_force.waiting(one.name) is Difference.REMOVED
        ]

    def _note_table(self, head: str, keys: Iterable[str]) -> None:
        names = ", ".join(keys)
        self._note(f"[{head}] was changed on the page: {names}. This takes effect when Seacorder is started again.")

    def _note(self, fact: str) -> None:
        self._notes.note(EventKind.SETTINGS_CHANGED, fact)


def _read(source: SettingsSource) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings file's tables, and the page's. Blocks."""
    try:
        return source.tables(), source.page()
    except SettingsError as error:
        raise NotPossible(error.fact, error.action) from error


def _write(path: Path, page: Tables) -> None:
    """Nobody but Seacorder's user can read the file: addresses hold passwords. Blocks; OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not page:
        path.unlink(missing_ok=True)
        return
    write_secret(path, page_file.written(page).encode())


def _try_root(folder: Path) -> None:
    """The next start must be able to use a storage root that the page has set. Blocks; raises BadRequest."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_usable = os.access(folder, os.W_OK | os.X_OK)
        why = "this user may not write into it"
    except OSError as error:
        is_usable, why = False, error.strerror or "it cannot be made"
    if not is_usable:
        raise BadRequest(f"root: {folder} cannot be used ({why}).", "Choose another folder.", field="root")


def _found(tables: Tables, kind: str, name: str) -> Tables:
    known = _listed(tables, kind)
    if name not in known:
        there = ", ".join(known) or "none"
        raise NotKnown(f"There is no {_CALLED[kind]} {name!r}.", f"There are {there}.", field="name")
    return known[name]


def _listed(tables: Tables, kind: str) -> dict[str, Tables]:
    return {str(one.get("name", "")).strip(): one for one in tables.get(kind) or () if isinstance(one, dict)}


def _with_secrets(sent: dict[str, Any], before: Tables | None) -> dict[str, Any]:
    """The table with its whole address, where the one that is sent is the one that was shown."""
    if not isinstance(sent.get("input"), str):
        return sent
    return {**sent, "input": with_secrets(sent["input"], None if before is None else str(before.get("input", "")))}


def _checked(kind: str, table: dict[str, Any]) -> dict[str, Any]:
    """The table, whose name has no blanks around it any more. Raises BadRequest for the first key that is wrong."""
    try:
        return {**table, "name": KINDS[kind].model_validate(table).name}
    except ValidationError as error:
        raise _refused(error, (kind, 0), f"The {_CALLED[kind]}") from error


def _refused(error: ValidationError, head: Location, whole: str) -> BadRequest:
    """The first fault of a table that stands at `head` in the settings file, and is called `whole`."""
    fault = error.errors(include_url=False)[0]

    def of_value(location: Location) -> str:
        steps = [str(step + 1) if isinstance(step, int) else step for step in location[len(head) :]]
        return " ".join(steps) or whole

    message = message_of(fault, Wording(of_value, lambda _: whole), head)
    return BadRequest(message.fact, message.action, field=str(fault["loc"][0]) if fault["loc"] else None)


def _check_name(kind: str, name: str, others: Iterable[str]) -> None:
    """Raises BadRequest for a name that another one has, or whose files would be called like another's."""
    taken = next((one for one in others if same_file(one) == same_file(name)), None)
    if taken is not None:
        raise BadRequest(f"There is a {_CALLED[kind]} {taken} already.", "Give it another name.", field="name")


def _with_changed(
    running: Sequence[ChannelTable], coming: Sequence[ChannelTable], names: Collection[str]
) -> tuple[ChannelTable, ...]:
    """The channels of a run, of which those in `names` are as they are in `coming`, and in its order."""
    now = {one.name: one for one in running}
    taken = [one if one.name in names else now[one.name] for one in coming if one.name in names or one.name in now]
    found = {one.name for one in taken}
    return (*taken, *(one for one in running if one.name not in found and one.name not in names))


def _can_be_used(channels: Sequence[ChannelTable], running: Settings) -> bool:
    """False for no channels, and where two would have one name: an edit of the settings file by hand, which is not in
    force yet, may have made room for it."""
    names = [same_file(one.name) for one in channels]
    if running.audio.input is not None:
        names.append(same_file(running.audio.name))
    return bool(channels) and len(set(names)) == len(names)


def _items(
    kind: str, tables: Tables, page: Tables, coming: Settings, running: Settings
) -> tuple[SetupItem, ...]:
    now = {one.name: one for one in getattr(running, kind)}
    after = {one.name: one for one in getattr(coming, kind)}
    items = []
    for name, table in _listed(tables, kind).items():
        old = now.get(name)
        difference = Difference.ADDED if old is None else Difference.CHANGED
        same = Difference.NONE if old == after.get(name) else difference
        items.append(SetupItem(_masked(table), page_file.is_of_page(page, kind, name), same))
    for name, old in now.items():
        if name not in after:
            table = old.model_dump(mode="json", exclude_unset=True)
            items.append(SetupItem(_masked(table), True, Difference.REMOVED))
    return tuple(items)


def _masked(table: Tables) -> dict[str, Any]:
    return {key: redact_address(str(value)) if key == "input" else value for key, value in table.items()}


def _shown_keys(head: str, table: dict[str, Any]) -> dict[str, Any]:
    if head == "server":
        return {key: table[key] for key in page_file.SERVER_KEYS if key in table}
    return _masked(table)


def _listens(server: ServerSettings) -> Listens:
    secure = None if server.certificate is None else server.secure_port
    return Listens(server.host, server.inspector_port, server.integration_port, secure)


def _fact_and_field(fact: str, head: str, keys: set[str]) -> tuple[str, str | None]:
    """A fault of the table that was sent, without the table's name, and which of the keys it is about: of a list,
    its place goes before it, as in `2.line`."""
    found = re.match(rf"\[+{re.escape(head)}\]+ (?:(\d+) )?", fact) if head else None
    if found is None:
        return fact, None
    rest = fact[found.end():]
    words = re.findall(r"\w+", rest)
    if found[1] is not None:
        return fact, f"{found[1]}.{words[0]}" if words else None
    return rest, next((word for word in words if word in keys), None)


def _plain(table: object) -> dict[str, Any]:
    return dict(table) if isinstance(table, Mapping) else {}

