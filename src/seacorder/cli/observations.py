"""`observe` and `observations` with what can be done to them: list, revise, withdraw, export. To a running recorder."""

import json
import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seacorder.base.errors import BadRequest, StorageFailed
from seacorder.client.recorder import RecorderClient
from seacorder.client.transport import Query

NUMBERS = frozenset({"number", "distance", "clock"})
"""Types of fields that take a number."""
FORMS = {".csv": "csv", ".xlsx": "xlsx", ".json": "json", ".geojson": "geojson"}


@dataclass(frozen=True, slots=True)
class Noted:
    """What somebody notes."""

    code: str
    text: str = ""
    fields: tuple[str, ...] = ()
    """Each as `name=value`."""
    author: str = ""
    at: str | None = None
    """An instant of the past; None: now."""

    def more(self, kinds: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """What is sent beside the code; `kinds` say which fields are numbers. Raises BadRequest."""
        fields = _fields(self.fields, numbers_of(self.code, kinds))
        sent = {"text": self.text, "fields": fields, "author": self.author, "utc": self.at}
        return {name: value for name, value in sent.items() if value}


@dataclass(frozen=True, slots=True)
class Changed:
    """What somebody changes about an observation, and why."""

    text: str | None = None
    fields: tuple[str, ...] = ()
    """Each as `name=value`; an empty value takes it away."""
    author: str = ""
    reason: str = ""

    def body(self, numbers: Collection[str]) -> dict[str, Any]:
        """What is sent; `numbers` are the fields that take one. Raises BadRequest."""
        sent = {"fields": _fields(self.fields, numbers), "author": self.author, "reason": self.reason}
        filled = {name: value for name, value in sent.items() if value}
        return filled if self.text is None else {"text": self.text, **filled}


@dataclass(frozen=True, slots=True)
class ObservationsWanted:
    """Which observations; None: any."""

    begin: str | None = None
    end: str | None = None
    kind: str | None = None
    text: str | None = None
    dive: str | None = None
    recording: str | None = None

    @property
    def query(self) -> dict[str, Query]:
        """As the recorder takes it."""
        names = {"begin": "from", "end": "to"}
        own = {names.get(name, name): getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in own.items() if value is not None}


def observe_now(url: str, noted: Noted, *, as_json: bool) -> None:
    """Enters an observation and prints it; of a span that is open, closes it with what is said. One of the past is
    always entered."""
    with RecorderClient(url) as recorder:
        more = noted.more(recorder.kinds() if noted.fields else ())
        one = recorder.press(noted.code, **more) if noted.at is None else recorder.observe(noted.code, **more)
    if as_json:
        print(json.dumps(one))
        return
    print(line_of(one))
    for place in one["to_places"] or one["places"]:  # of a span that has ended now: its end
        print(f"  {place['channel']}: {place['path']}  {place['offset_seconds']:.3f} s  frame {place['frame']}")


def list_observations(url: str, wanted: ObservationsWanted, *, as_json: bool) -> None:
    """Prints one line for each, or one JSON object a line."""
    with RecorderClient(url) as recorder:
        for one in recorder.observations(**wanted.query):
            print(json.dumps(one) if as_json else line_of(one))


def change_observation(url: str, observation_id: str, what: str, changed: Changed, *, as_json: bool) -> None:
    """`what` is revise or withdraw. Prints the observation as it is then."""
    with RecorderClient(url) as recorder:
        numbers: Collection[str] = ()
        if changed.fields:
            numbers = numbers_of(recorder.observation(observation_id)["code"], recorder.kinds())
        one = recorder.change_observation(observation_id, what, **changed.body(numbers))
    print(json.dumps(one) if as_json else line_of(one))


def export_observations(url: str, file: Path, wanted: ObservationsWanted) -> None:
    """Writes the file. Raises BadRequest for another ending, StorageFailed where it cannot be written."""
    form = FORMS.get(file.suffix.lower())
    if form is None:
        raise BadRequest(f"{file}: the form {file.suffix!r} is not known.", f"Write one of {', '.join(FORMS)}.")
    if file.exists():
        raise BadRequest(f"{file} exists.", "Name another file; none is overwritten.")
    try:
        with RecorderClient(url) as recorder:
            recorder.export_observations(form, file, **wanted.query)
    except OSError as fault:
        raise StorageFailed(f"{file} cannot be written ({fault.strerror}).", "Check the folder.") from fault
    print(f"Written: {file}")


def line_of(one: dict[str, Any]) -> str:
    """An observation in one line: its id, when, which, what."""
    end = f" to {one['to_utc'][11:19]}" if one["to_utc"] else ""
    state = f" [{one['state']}]" if one["state"] in {"open", "withdrawn"} else ""
    if one["is_closed_by_stop"] and not state:
        state = " [closed by the stop]"
    fields = " ".join(f"{name}={_plain(value)}" for name, value in one["fields"].items())
    said = "  ".join(filter(None, (fields, one["text"])))
    what = f"{one['code']} {one['number']} {one['label']}{state}"
    return f"{one['id']}  {one['utc'][:19]}Z{end}  {what}  {said}".rstrip()


def numbers_of(code: str, kinds: Iterable[dict[str, Any]]) -> set[str]:
    """The fields of the kind of a code that take a number."""
    fields = (field for kind in kinds if kind["code"] == code.upper() for field in kind["fields"])
    return {field["name"] for field in fields if field["type"] in NUMBERS}


def _plain(value: object) -> object:
    """A number without `.0`, as people write it."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _fields(pairs: tuple[str, ...], numbers: Collection[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name.strip():
            raise BadRequest(f"--field {pair!r} is not accepted.", "Write it as name=value, such as clock=6.")
        fields[name.strip()] = _number_or_text(value) if name.strip() in numbers else value
    return fields


def _number_or_text(text: str) -> float | str:
    """What is no number goes as it is, so that the recorder says what it accepts."""
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text
