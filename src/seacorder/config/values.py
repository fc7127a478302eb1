"""Single values of the settings: each function takes one as it came and gives it as it is used, or raises ValueError
with the sentence that the user reads."""

import contextlib
import json
import re
from pathlib import Path

from pydantic import ValidationInfo

from seacorder.base.errors import BadRequest
from seacorder.model.address import parse_address
from seacorder.model.encoders import BY_NAME, SHORT_NAMES, stored_name
from seacorder.model.encoding import COPY, RESOLUTION_MAX
from seacorder.model.settings import SPLIT_TIME_MINUTES_MAX, SPLIT_TIME_MINUTES_MIN
from seacorder.model.sound_address import parse_sound_address

_NAME_CHARACTERS_MAX = 64
_ORIGIN = re.compile(r"https?://[^/\s]+")


def listed(value: object) -> object:
    """A list that came as text (a variable): JSON, or words between commas."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        with contextlib.suppress(json.JSONDecodeError):
            return json.loads(value)
    return [word.strip() for word in value.split(",") if word.strip()]


def user_path(path: Path, info: ValidationInfo) -> Path:
    """An absolute path: `~` is the home folder, a relative one lies beside the settings file."""
    try:
        expanded = path.expanduser()
    except RuntimeError as error:
        raise ValueError(f"{str(path)!r}: the home folder of that user is not known; write the whole path.") from error
    beside = (info.context or {}).get("folder", Path.cwd())
    return Path(beside) / expanded


def absolute_folder(path: Path) -> Path:
    """An absolute path; `~` is the home folder."""
    with contextlib.suppress(RuntimeError):
        path = path.expanduser()
    if not path.is_absolute():
        raise ValueError(f"{str(path)!r} is not absolute; write the whole path, such as /data/inspections.")
    return path


def drive_letter(letter: str) -> str:
    """`c`, `C` or `C:` as `C`."""
    bare = letter.strip().rstrip(":").upper()
    if len(bare) != 1 or not "A" <= bare <= "Z":
        raise ValueError(f"{letter!r} is no drive letter; write one from A to Z.")
    return bare


def web_origin(origin: str) -> str:
    """An origin as browsers send it: scheme, host and port, nothing after."""
    bare = origin.strip().rstrip("/").lower()
    if not _ORIGIN.fullmatch(bare):
        raise ValueError(f"{origin!r} is no origin; write scheme, host and port, such as http://10.0.0.7:3000.")
    return bare


def split_time(minutes: float) -> float:
    """0, or the minutes that a part may take."""
    if minutes and not SPLIT_TIME_MINUTES_MIN <= minutes <= SPLIT_TIME_MINUTES_MAX:
        least, most = SPLIT_TIME_MINUTES_MIN, SPLIT_TIME_MINUTES_MAX
        raise ValueError(f"{minutes:g} is not accepted; write 0 (never split) or {least:g} to {most:g} minutes.")
    return minutes


def encoder(name: str) -> str:
    """The name as it is kept."""
    stored = stored_name(name)
    if stored is None:
        known = ", ".join([COPY, *SHORT_NAMES, *BY_NAME])
        raise ValueError(f"{name!r} is not known; write one of {known}. `seacorder encoders` shows which work here.")
    return stored


def resolution(size: tuple[int, int]) -> tuple[int, int]:
    """0, 0, or both sides."""
    width, height = size
    if size != (0, 0) and not (0 < width <= RESOLUTION_MAX and 0 < height <= RESOLUTION_MAX):
        raise ValueError(
            f"{width} by {height} is not accepted; write [0, 0] (the source's size) or 1 to {RESOLUTION_MAX} pixels "
            "each way."
        )
    return size


def channel_name(name: str) -> str:
    """A name without blanks around it that can stand in a file's name."""
    bare = name.strip()
    if not bare:
        raise ValueError("is empty; give every channel a name of its own.")
    if len(bare) > _NAME_CHARACTERS_MAX:
        raise ValueError(f"{bare!r} has {len(bare)} characters; a name has at most {_NAME_CHARACTERS_MAX}.")
    if not bare.isprintable():
        raise ValueError(f"{bare!r} contains characters that cannot be printed; use letters, digits and blanks.")
    return bare


def channel_address(address: str) -> str:
    """An address that inputs can open."""
    try:
        parse_address(address)
    except BadRequest as error:
        raise ValueError(error.sentence) from error
    return address


def sound_address(address: str) -> str:
    """An address that narration can come from."""
    try:
        parse_sound_address(address)
    except BadRequest as error:
        raise ValueError(error.sentence) from error
    return address
