"""The status as a table in a terminal. Pure: an answer in, something printable out."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from rich.console import Group, JustifyMethod, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from seacorder.base.duration import count_text
from seacorder.base.message import Message, named
from seacorder.cli.fitting import FILE, GAP, NAME, cut, fit
from seacorder.cli.losses import MISSING, missing_cell
from seacorder.client.answers import ChannelAnswer, StatusAnswer
from seacorder.model.encoding import COPY

_STATE_STYLES = {"live": "green", "connecting": "yellow", "stalled": "bold red", "failed": "bold red"}
_MANY = 9
_OTHER_LINES = 4
"""The headline, the count of states, the table's head, and the terminal's last line."""
_ALARM_LINES = 3
_NAMES_MAX = 3
"""As many names are in one line; the table has all."""
_INDENT = 4
_SEVERITIES = {"alarm": ("ALARM", "bold red"), "warning": ("Warning", "yellow")}
_OF_SOURCE = {"camera_failed", "camera_stalled", "worker_lost"}
"""Alarms that say all that there is to say of a channel's source."""
_OF_FILE = "disk_"
"""The kinds of alarms that say what is wrong with files begin with this."""
_SEPARATOR = re.compile(r"[/\\]")
_COLUMNS = (NAME, "state", "picture", "Mbit/s", "recording", "frames", MISSING, FILE)
_NUMBERS = {"Mbit/s", "recording", "frames", MISSING}


def picture_of(status: StatusAnswer, *, width: int, height: int | None = None) -> RenderableType:
    """The whole status. Names are cut to fit the width. If not all channels fit into the height, those with a fault
    come first.
    """
    channels = list(status.channels)
    if height is not None and len(channels) + _ALARM_LINES * len(status.alarms) + _OTHER_LINES > height:
        channels.sort(key=lambda channel: channel.state == "live" and (channel.is_recording or not channel.recording))
    rows = [_cells(channel, is_on=status.recording_id is not None) for channel in channels]
    natural = {
        column: max(len(column), *(row[place].cell_len for row in rows), 0) for place, column in enumerate(_COLUMNS)
    }
    widths = fit(natural, width)
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
    for column, cells in widths.items():
        justify: JustifyMethod = "right" if column in _NUMBERS else "left"
        table.add_column(column, justify=justify, overflow="ellipsis", no_wrap=True, min_width=cells, max_width=cells)
    for row in rows:
        by_column = dict(zip(_COLUMNS, row, strict=True))
        for column in (NAME, FILE):
            by_column[column] = Text(cut(by_column[column].plain, widths.get(column, 0)))
        table.add_row(*(by_column[column] for column in widths))
    told: tuple[Callable[[StatusAnswer], Sequence[RenderableType]], ...] = (
        _encoding, _narration, _blackbox, _alarms, _complaints, _overrides
    )
    lines: list[RenderableType] = [line for tell in told for line in tell(status)]
    return Group(_headline(status), *_states(status), table, *lines)


def unreachable(message: Message) -> RenderableType:
    """What is shown instead while the recorder does not answer."""
    return Group(Text(message.fact, style="bold red"), *_indented(message.action))


def duration(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}"


def _headline(status: StatusAnswer) -> Text:
    line = Text()
    missing = [channel.name for channel in status.channels if not channel.is_recording]
    if status.is_recording and len(missing) < len(status.channels):
        line.append(f"● recording {duration(status.recording_seconds)}", style="bold red")
        if missing:
            line.append(f", but NOT {_names(missing)}", style="bold white on red")
    elif status.recording_id:
        line.append(
            "● NOT RECORDING: started, but nothing reaches the disk. See the alarms.", style="bold white on red"
        )
    else:
        line.append("○ not recording", style="bold")
    if status.is_clip_recording:
        line.append("  ● clip", style="bold magenta")
    volume = status.volume
    line.append(f"   {volume.path}: {volume.free_bytes / 1e9:,.1f} GB free ({volume.free_percent}%)")
    if volume.seconds_left is not None:
        line.append(f", enough for {duration(volume.seconds_left)}")
    return line


def _names(names: list[str]) -> str:
    more = f" and {len(names) - _NAMES_MAX} more" if len(names) > _NAMES_MAX else ""
    return ", ".join(names[:_NAMES_MAX]) + more


def _states(status: StatusAnswer) -> list[Text]:
    """How many channels are in which state, if there are too many to count at a glance."""
    if len(status.channels) < _MANY:
        return []
    states = Counter(channel.state for channel in status.channels)
    told = ", ".join(f"{count} {state}" for state, count in states.most_common())
    return [Text(f"{len(status.channels)} channels: {told}", style="" if set(states) == {"live"} else "bold red")]


def _cells(channel: ChannelAnswer, *, is_on: bool) -> list[Text]:
    picture, file = channel.picture, channel.recording
    stored = duration(channel.recording_seconds) if channel.is_recording else "NOT" if is_on else ""
    return [
        Text(channel.name),
        Text(channel.state, style=_STATE_STYLES.get(channel.state, "")),
        Text(f"{picture.width}x{picture.height} {picture.frame_rate:g}/s {picture.codec}" if picture else ""),
        Text(f"{channel.bits_per_second / 1e6:.1f}"),
        Text(stored, style="red"),
        Text(str(file.frames) if file else ""),
        missing_cell(channel),
        Text(_SEPARATOR.split(file.path)[-1] if file else ""),
    ]


def _encoding(status: StatusAnswer) -> list[Text]:
    """How each encoded channel is encoded, and how many frames the machine was too slow for."""
    lines = []
    for channel in status.channels:
        encoding = channel.encoding
        if encoding is None or encoding.encoder == COPY:
            continue
        now = f" Now with {encoding.encoder}{f', preset {encoding.preset}' if encoding.preset else ''}."
        is_told = encoding.encoder in encoding.sentence and encoding.preset in encoding.sentence
        line = Text(f"{channel.name}: {encoding.sentence}{'' if is_told else now}", style="dim")
        if encoding.dropped_frames:
            frames = count_text(encoding.dropped_frames, "frame")
            line.append(f" {frames} lost: this computer is too slow.", style="bold red")
        lines.append(line)
    return lines


def _narration(status: StatusAnswer) -> list[Text]:
    """How loud the narration is, or its state if it is not live; nothing without narration."""
    one = status.narration
    if one is None:
        return []
    if one.state == "live":
        return [Text(f"{one.name}: {one.level_db:.0f} dB, peak {one.peak_db:.0f} dB")]
    state = "not working" if one.state == "failed" else one.state
    return [Text(f"{one.name}: {state}", style="bold red")]


def _blackbox(status: StatusAnswer) -> list[Text]:
    """Whether the blackbox records; nothing without one. Why not is said by its alarm."""
    one = status.blackbox
    if one is None:
        return []
    held = f"{one.bytes / 1e9:.1f} of {one.max_bytes / 1e9:.1f} GB"
    missing = ", ".join(channel.name for channel in one.channels if channel.is_missing)
    if missing:
        return [Text(f"Blackbox: NOT recording {missing} ({held})", style="bold red")]
    return [Text(f"Blackbox: {'● recording' if one.is_recording else 'no picture'} ({held})")]


def _alarms(status: StatusAnswer) -> list[RenderableType]:
    """Three lines each, the worst first: severity, kind and since when; what is wrong; what to do."""
    lines: list[RenderableType] = []
    for alarm in status.alarms:
        severity, style = _SEVERITIES.get(alarm.severity, (alarm.severity, ""))
        lines.append(Text(f"! {severity} {alarm.kind} since {alarm.since_utc[:19]}Z", style=style))
        lines += _indented(named(alarm.channel, alarm.message.fact), style)
        lines += _indented(alarm.message.action)
    return lines


def _indented(text: str, style: str = "") -> list[RenderableType]:
    """A text below the line that it belongs to; nothing for an empty one."""
    return [Padding(Text(text, style=style), (0, 0, 0, _INDENT))] if text else []


def _overrides(status: StatusAnswer) -> list[Text]:
    """Keys for which a client's value holds instead of the settings file's."""
    if not status.overrides:
        return []
    keys = ", ".join(one.key for one in status.overrides)
    return [Text(f"Set by clients, against the settings file: {keys}. `seacorder settings show` has the values.")]


def _complaints(status: StatusAnswer) -> list[RenderableType]:
    """Why a channel is not live or its file cannot be written, unless an alarm says it already."""
    lines: list[RenderableType] = []
    for channel in status.channels:
        for message in _untold(channel, status):
            lines.append(Text(named(channel.name, message.fact), style="yellow"))
            lines += _indented(message.action)
    return lines


def _untold(channel: ChannelAnswer, status: StatusAnswer) -> list[Message]:
    """What is wrong with a channel and its files and stands in no alarm."""
    kinds = {alarm.kind for alarm in status.alarms if alarm.channel == channel.name}
    told = " ".join(alarm.message.fact for alarm in status.alarms)
    found = [] if kinds & _OF_SOURCE else [channel.message]
    if not any(alarm.kind.startswith(_OF_FILE) for alarm in status.alarms):
        found += [file.message for file in (channel.recording, channel.clip) if file]
    return [message for message in dict.fromkeys(found) if message is not None and message.fact not in told]
