"""What the tables of the settings file are made of: their base class, and the functions that read single values.

Each function but `key` and `parsed` takes a value as it came from TOML or from an environment variable and returns it
as the program uses it. For a value that is not accepted it raises Unaccepted, whose message the user reads.
"""

import contextlib
import ipaddress
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo

from seacorder.base.errors import BadRequest
from seacorder.base.message import Message
from seacorder.model.address.address import parse_address
from seacorder.model.address.sound import parse_sound_address
from seacorder.model.encoders import BY_NAME, SHORT_NAMES, stored_name
from seacorder.model.encoding import COPY, RESOLUTION_MAX
from seacorder.model.settings import SPLIT_TIME_MINUTES_MAX, SPLIT_TIME_MINUTES_MIN

_NAME_CHARACTERS_MAX = 64
_ORIGIN = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>\[[0-9a-f:.]+\]|[^/\s:@?#*\[\]]+)(:(?P<port>[0-9]{1,5}))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[^\s/:@?#*\[\],]+")
_PORT_BEHIND = re.compile(r":[0-9]+$")
_WINDOWS_PATH = re.compile(r"[A-Za-z]:[\\/]|\\\\")
Parsed = TypeVar("Parsed")

AUTO = "auto"
PER_PROCESS_MAX = 64
"""More channels in one recording process than anybody should have."""


class Unaccepted(ValueError):
    """A value that is not accepted: what is wrong with it, and what to write. pydantic hands it through as it is."""

    def __init__(self, fact: str, action: str = "") -> None:
        super().__init__(fact, action)
        self.message = Message(fact, action)

    def __str__(self) -> str:
        return self.message.text


class SettingsTable(BaseModel):
    """A table of the settings file. Unknown keys are refused, values cannot be changed, defaults are checked too."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def key(default: Any, description: str, accepted: str, **limits: Any) -> Any:
    """One key of a table. `description` says what it means, `accepted` in words what it takes; both are shown to users.

    `limits` are pydantic's (`ge`, `le`, `min_length` …). A default of `...` means that the key must be given.
    """
    return Field(default, description=description, json_schema_extra={"accepted": accepted}, **limits)


def listed(value: object) -> object:
    """A list, also from a variable's text: JSON, or words separated by commas. Other values are returned as they are.
    """
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(value)
    return [word.strip() for word in value.split(",") if word.strip()]


def user_path(path: Path, info: ValidationInfo) -> Path:
    """The absolute path: `~` is the home folder; a relative path is relative to the settings file's folder."""
    try:
        expanded = path.expanduser()
    except RuntimeError as error:
        raise Unaccepted(
            f"{str(path)!r}: the home folder of that user is not known.", "Write the whole path."
        ) from error
    if os.name != "nt" and _WINDOWS_PATH.match(str(path)):
        raise Unaccepted(f"{str(path)!r} is a Windows path.", "On this system write one such as /data/inspections.")
    beside = (info.context or {}).get("folder", Path.cwd())
    return Path(beside) / expanded


def absolute_folder(path: Path) -> Path:
    """The path, which must be absolute; `~` is the home folder."""
    with contextlib.suppress(RuntimeError):
        path = path.expanduser()
    if not path.is_absolute():
        raise Unaccepted(f"{str(path)!r} is not absolute.", "Write the whole path, such as /data/inspections.")
    return path


def drive_letter(letter: str) -> str:
    """`c`, `C` or `C:` as `C`."""
    bare = letter.strip().rstrip(":").upper()
    if len(bare) != 1 or not "A" <= bare <= "Z":
        raise Unaccepted(f"{letter!r} is no drive letter.", "Write one from A to Z.")
    return bare


def web_origin(origin: str) -> str:
    """An origin as browsers send it (RFC 6454): scheme, host and port, without the port if it is the scheme's default.

    The scheme need not be http: desktop programs that show pages use others, such as `tauri`.
    """
    bare = origin.strip().rstrip("/").lower()
    if bare == "null":
        raise Unaccepted(
            '"null" cannot be allowed: browsers send it for every page without an address of its own, also those of '
            "strangers.",
            "Open the page over http:// and write that address.",
        )
    found = _ORIGIN.fullmatch(bare)
    if found is None or not 0 < int(found["port"] or 1) <= 65535:
        raise Unaccepted(f"{origin!r} is no origin.", "Write scheme, host and port, such as http://10.0.0.7:3000.")
    scheme, host, port = found["scheme"], found["host"], found["port"]
    shown_port = "" if port is None or int(port) == _DEFAULT_PORTS.get(scheme) else f":{int(port)}"
    return f"{scheme}://{host if host.startswith('[') else _as_in_headers(host)}{shown_port}"


def host_name(name: str) -> str:
    """A name of this machine as browsers send it in a Host header, or an IP address without brackets; no port."""
    bare = _PORT_BEHIND.sub("", name.strip().lower()) if name.count(":") == 1 else name.strip().lower()
    if _is_address(bare.strip("[]")):
        return bare.strip("[]")
    if not _HOST.fullmatch(bare):
        raise Unaccepted(
            f"{name!r} is no name of a computer.",
            "Write the name alone, such as recorder.lan: no http://, no path, no *.",
        )
    return _as_in_headers(bare)


def listening_address(host: str) -> str:
    """The name or IP address that the services listen on, without scheme, port and path."""
    bare = host.strip()
    if _is_address(bare.strip("[]")):
        return bare.strip("[]")
    if not _HOST.fullmatch(bare):
        raise Unaccepted(
            f"{host!r} is no address to listen on.",
            "Write 127.0.0.1, 0.0.0.0 or a name of this computer. The ports have keys of their own, inspector_port and "
            "integration_port.",
        )
    return bare


def is_loopback(host: str) -> bool:
    """True for an address or name that only programs on this computer reach."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    return host.lower().rstrip(".") == "localhost"


def _is_address(text: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(text.partition("%")[0])
        return True
    return False


def _as_in_headers(name: str) -> str:
    """A host name with letters beyond ASCII, in the ASCII form that browsers send (RFC 5890)."""
    with contextlib.suppress(UnicodeError):
        return name.encode("idna").decode("ascii")
    raise Unaccepted(f"{name!r} is no name that a browser can send.", "Write it with letters, digits, - and dots.")


def split_time(minutes: float) -> float:
    """Minutes from one split to the next; 0: never."""
    if minutes and not SPLIT_TIME_MINUTES_MIN <= minutes <= SPLIT_TIME_MINUTES_MAX:
        least, most = SPLIT_TIME_MINUTES_MIN, SPLIT_TIME_MINUTES_MAX
        raise Unaccepted(f"{minutes:g} is not accepted.", f"Write 0 (never split) or {least:g} to {most:g} minutes.")
    return minutes


def per_process(channels: object) -> int:
    """How many channels a recording process may have; `auto` is 0."""
    if channels == AUTO:
        return 0
    number = int(channels) if isinstance(channels, str) and channels.isdecimal() else channels
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= PER_PROCESS_MAX:
        action = f'Write "auto", or a whole number from 1 to {PER_PROCESS_MAX}.'
        raise Unaccepted(f"{channels!r} is not accepted.", action)
    return number


def encoder(name: str) -> str:
    """An encoder's name, in the spelling in which it is stored."""
    stored = stored_name(name)
    if stored is None:
        known = ", ".join([COPY, *SHORT_NAMES, *BY_NAME])
        raise Unaccepted(
            f"{name!r} is not known.", f"Write one of {known}. `seacorder encoders` shows which work here."
        )
    return stored


def two_sides(value: object) -> object:
    """Width and height from a list, a tuple or a variable's text. Checks the form, not the size."""
    sides = listed(value)
    numbers = [_whole(side) for side in sides] if isinstance(sides, list | tuple) else []
    if len(numbers) != 2 or None in numbers:
        raise Unaccepted(f"{value!r} is no size.", "Write [0, 0], or width and height in pixels such as [1280, 720].")
    return tuple(numbers)


def _whole(side: object) -> int | None:
    """A number of pixels, also from a variable's text; None for anything else."""
    if isinstance(side, str):
        return int(side) if side.strip().isdecimal() else None
    return side if isinstance(side, int) and not isinstance(side, bool) else None


def resolution(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height, both given or both 0 (the source's size)."""
    width, height = size
    if size != (0, 0) and not (0 < width <= RESOLUTION_MAX and 0 < height <= RESOLUTION_MAX):
        raise Unaccepted(
            f"{width} by {height} is not accepted.",
            f"Write [0, 0] (the source's size) or 1 to {RESOLUTION_MAX} pixels each way.",
        )
    return size


def channel_name(name: str) -> str:
    """A channel's name, without the blanks around it."""
    bare = name.strip()
    if not bare:
        raise Unaccepted("is empty.", "Give every channel a name of its own.")
    if len(bare) > _NAME_CHARACTERS_MAX:
        raise Unaccepted(f"{bare!r} has {len(bare)} characters.", f"A name has at most {_NAME_CHARACTERS_MAX}.")
    if not bare.isprintable():
        raise Unaccepted(f"{bare!r} contains characters that cannot be printed.", "Use letters, digits and blanks.")
    return bare


def parsed(parse: Callable[[str], Parsed], text: str) -> Parsed:
    """What a parser of `model` makes of a text. Its BadRequest is raised as Unaccepted, with the same words."""
    try:
        return parse(text)
    except BadRequest as error:
        raise Unaccepted(error.fact, error.action) from error


def channel_address(address: str) -> str:
    """The address of a picture source; only its form is checked."""
    parsed(parse_address, address)
    return address


def sound_address(address: str) -> str:
    """The address of a sound source; only its form is checked."""
    parsed(parse_sound_address, address)
    return address
