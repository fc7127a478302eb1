"""Faults of values that are each accepted alone and contradict each other. One message for each fault."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from seacorder.base.duration import large_count_text
from seacorder.base.message import Message
from seacorder.config.faults import nearest
from seacorder.config.schema import StorageSettings
from seacorder.model.channel import clean_name
from seacorder.model.definition.ready import READY
from seacorder.model.file_name import same_file
from seacorder.model.narration import INTO_ALL, INTO_FILE


def clashes(raw: Mapping[str, Any], place: str) -> Iterator[Message]:
    """What contradicts itself in a parsed settings file. Pure. `place` names the file in the messages.

    Looks at the values as they were written, so it also works where the schema has refused some of them.
    """
    server = _table(raw.get("server"))
    yield from _port_clashes(server, place)
    yield from _drive_clashes(_table(raw.get("storage")).get("drives"), place)
    yield from _channel_clashes(raw.get("channels"), place)
    yield from _clean_clashes(raw.get("channels"), place)
    yield from _layer_clashes(raw, place)
    yield from _definition_clashes(raw.get("definitions"), place)
    yield from _audio_clashes(_table(raw.get("audio")), raw.get("channels"), place)
    yield from _telemetry_clashes(raw, place)
    yield from _copy_clashes(raw, place)
    yield from _blackbox_clashes(raw, place)
    yield from _removal_clashes(raw, place)


def _port_clashes(server: Mapping[str, Any], place: str) -> Iterator[Message]:
    ports = {"inspector_port": 13000, "integration_port": 8088}
    if "certificate" in server:
        ports["secure_port"] = 13443
    seen: dict[str, str] = {}
    for name, default in ports.items():
        port = str(server.get(name, default))
        other = seen.setdefault(port, name)
        if other != name:
            yield Message(f"{place}: [server] {other} and {name} are both {port}.", "Give each its own.")


def storage_clashes(storage: StorageSettings) -> Iterator[Message]:
    """Storage folders that exclude each other. Reads the disk (blocks), because a link may lead to the same folder."""
    second = storage.fallback_root
    if storage.root.is_file():
        yield Message(f"[storage] root {storage.root} is a file.", "Write the folder that files go to.")
    if storage.catalogue is not None and storage.catalogue.is_dir():
        yield Message(
            f"[storage] catalogue {storage.catalogue} is a folder.",
            f"Write the name of a file in it, such as {storage.catalogue / 'seacorder.db'}, or omit it.",
        )
    if second is not None and _real(storage.root) == _real(second):
        yield Message(
            f"[storage] root and fallback_root are the same folder, {second}.",
            "Write a folder on another disk as fallback_root, or omit it.",
        )


def _real(folder: Path) -> Path:
    try:
        return folder.resolve()
    except (OSError, RuntimeError):
        return folder


def _drive_clashes(drives: object, place: str) -> Iterator[Message]:
    """The same drive letter twice, such as `c` and `C:`."""
    seen: dict[str, str] = {}
    for written in _table(drives):
        letter = written.strip().rstrip(":").upper()
        other = seen.setdefault(letter, written)
        if other != written:
            yield Message(f"{place}: [storage] drives {other} and {written} are the same drive.", "Write one of them.")


def _channel_clashes(channels: object, place: str) -> Iterator[Message]:
    """Channels whose files would get the same name: equal names, or names that differ only in characters that no file
    name can hold.
    """
    seen: dict[str, tuple[int, str]] = {}
    for number, channel in enumerate(channels if isinstance(channels, list) else [], start=1):
        name = _table(channel).get("name")
        if not isinstance(name, str) or not name.strip():
            continue
        first, other = seen.setdefault(same_file(name.strip()), (number, name))
        if first == number:
            continue
        if other.strip().casefold() == name.strip().casefold():
            yield Message(
                f"{place}: [[channels]] {number} has the name of [[channels]] {first}, {name!r}.",
                "Give every channel a name of its own.",
            )
        else:
            yield Message(
                f"{place}: [[channels]] {number}, {name!r}, would have the same file names as [[channels]] {first}, "
                f"{other!r}, because file names do not keep every character.",
                "Give it another name.",
            )


def _clean_clashes(channels: object, place: str) -> Iterator[Message]:
    """A channel named like the copy of another channel's untouched pictures (`Bow_clean`)."""
    names = [_table(one).get("name") for one in channels] if isinstance(channels, list) else []
    plain = {same_file(name.strip()): name for name in names if isinstance(name, str)}
    for name in plain.values():
        if (other := plain.get(same_file(clean_name(name.strip())))) is not None:
            yield Message(
                f"{place}: [[channels]] {other!r} is the name under which the untouched frames of {name!r} are "
                "recorded (keep_clean).",
                "Give it another name.",
            )


def _layer_clashes(raw: Mapping[str, Any], place: str) -> Iterator[Message]:
    """Overlay layers for channels that do not exist."""
    channels, layers = raw.get("channels"), _table(raw.get("overlay")).get("layers")
    names = [str(_table(one).get("name")) for one in channels] if isinstance(channels, list) else []
    for number, layer in enumerate(layers if isinstance(layers, list) else [], start=1):
        wanted = _table(layer).get("channels")
        for name in wanted if isinstance(wanted, list) else []:
            if isinstance(name, str) and name not in names:
                where = f"{place}: [[overlay.layers]] {number} channels"
                yield Message(f"{where}: there is no channel {name!r}.", nearest(name, names))


def _audio_clashes(audio: Mapping[str, Any], channels: object, place: str) -> Iterator[Message]:
    """Narration that goes into a channel that does not exist, or is called like one."""
    names = [str(_table(channel).get("name")).strip() for channel in (channels if isinstance(channels, list) else [])]
    into, name = str(audio.get("into", INTO_ALL)), str(audio.get("name", "Narration")).strip()
    if into not in {INTO_ALL, INTO_FILE, *names}:
        yield Message(
            f"{place}: [audio] into is {into!r}.", f"Write \"all\", \"file\" or a channel's name: {', '.join(names)}."
        )
    if audio.get("input") is not None and same_file(name) in {same_file(channel) for channel in names}:
        yield Message(
            f"{place}: [audio] name is {name!r}, which is a channel's.", "Give the narration a name of its own."
        )


def _blackbox_clashes(raw: Mapping[str, Any], place: str) -> Iterator[Message]:
    """Channels of the blackbox that do not exist."""
    names, wanted = _names_of(raw.get("channels")), _table(raw.get("blackbox")).get("channels")
    for name in wanted if isinstance(wanted, list) else []:
        if isinstance(name, str) and name.strip() not in names:
            yield Message(f"{place}: [blackbox] channels: there is no channel {name!r}.", nearest(name, names))


def blackbox_clashes(root: Path | None, storage: StorageSettings) -> Iterator[Message]:
    """A blackbox among recordings, or around them: the list of recordings would take its files for theirs. Reads the
    disk (blocks).
    """
    if root is None:
        return
    for folder in storage.all_folders:
        mine, other = _real(root), _real(folder)
        if mine.is_relative_to(other) or other.is_relative_to(mine):
            yield Message(
                f"[blackbox] root {root} and the folder of recordings {folder} lie in each other.",
                "Write a folder of its own as [blackbox] root, best on another disk.",
            )
            return


def _definition_clashes(tables: object, place: str) -> Iterator[Message]:
    """Definitions of the file with the same name."""
    seen: dict[str, int] = {}
    for number, table in enumerate(tables if isinstance(tables, list) else [], start=1):
        name = _table(table).get("name")
        if isinstance(name, str) and (first := seen.setdefault(name, number)) != number:
            yield Message(
                f"{place}: [[definitions]] {number} has the name of [[definitions]] {first}, {name!r}.",
                "Give every definition a name of its own.",
            )


def _telemetry_clashes(raw: Mapping[str, Any], place: str) -> Iterator[Message]:
    """Sources of survey data with a name that is taken, or with a definition that does not exist."""
    taken = {name.casefold(): "a channel's" for name in _names_of(raw.get("channels"))}
    tables = raw.get("telemetry")
    known = [*_names_of(raw.get("definitions")), *READY]
    for number, source in enumerate(tables if isinstance(tables, list) else [], start=1):
        where = f"{place}: [[telemetry]] {number}"
        name = str(_table(source).get("name", "")).strip()
        if (whose := taken.get(name.casefold())) is not None:
            yield Message(f"{where} name is {name!r}, which is {whose}.", "Give every source a name of its own.")
        elif name:
            taken[name.casefold()] = f"the name of [[telemetry]] {number}"
        wanted = _table(source).get("definitions")
        for definition in wanted if isinstance(wanted, list) else []:
            if isinstance(definition, str) and definition not in known:
                fact = f"{where} definitions: there is no definition {definition!r}."
                yield Message(fact, nearest(definition, known))


def _copy_clashes(raw: Mapping[str, Any], place: str) -> Iterator[Message]:
    """Targets of copies with a name that is taken, or inside the folder of the recordings."""
    taken = {name.casefold(): "a channel's" for name in _names_of(raw.get("channels"))}
    taken |= {name.casefold(): "that of a source of survey data" for name in _names_of(raw.get("telemetry"))}
    root = _table(raw.get("storage")).get("root", "~/Seacorder")
    tables = raw.get("copies")
    for number, table in enumerate(tables if isinstance(tables, list) else [], start=1):
        where = f"{place}: [[copies]] {number}"
        name = str(_table(table).get("name", "")).strip()
        if (whose := taken.get(name.casefold())) is not None:
            yield Message(f"{where} name is {name!r}, which is {whose}.", "Give every target a name of its own.")
        elif name:
            taken[name.casefold()] = f"the name of [[copies]] {number}"
        to = _table(table).get("to")
        if isinstance(to, str) and isinstance(root, str) and _expanded(to).is_relative_to(_expanded(root)):
            yield Message(
                f"{where} to is {to!r}, which is inside [storage] root.", "Write a folder on another disk, or a bucket."
            )


def _removal_clashes(raw: Mapping[str, Any], place: str) -> Iterator[Message]:
    """Rules by which nothing could ever be removed, or too late."""
    rules, copies = _table(raw.get("removal")), raw.get("copies")
    if not any(rules.get(key) for key in ("older_than_days", "keep_at_most_bytes", "keep_free_bytes")):
        return
    tables = copies if isinstance(copies, list) else []
    wanted, free = rules.get("copies", 1), rules.get("keep_free_bytes", 0)
    if isinstance(wanted, int) and len(tables) < wanted:
        yield Message(
            f"{place}: [removal] asks for {large_count_text(wanted, 'verified copy', 'verified copies')}, but "
            f"there {'is 1 [[copies]] table' if len(tables) == 1 else f'are {len(tables)} [[copies]] tables'}.",
            "Add [[copies]] tables, or omit [removal].",
        )
    reserve = _table(raw.get("storage")).get("reserve_bytes", StorageSettings().reserve_bytes)
    if isinstance(free, int) and isinstance(reserve, int) and 0 < free <= reserve:
        yield Message(
            f"{place}: [removal] keep_free_bytes is {free:,}, and recording stops at [storage] reserve_bytes, "
            f"{reserve:,}.",
            "Write more, such as twice as much.",
        )


def _expanded(folder: str) -> Path:
    try:
        return Path(folder).expanduser()
    except RuntimeError:
        return Path(folder)


def _names_of(tables: object) -> list[str]:
    return [str(_table(one).get("name")).strip() for one in (tables if isinstance(tables, list) else [])]


def _table(value: object) -> Mapping[str, Any]:
    """A table of the file; empty for any other value, which the schema refuses."""
    return value if isinstance(value, dict) else {}
