"""A client of the integration service: one method for each of its commands.

    with IntegrationClient("http://127.0.0.1:8088") as service:
        service.recording.set_filename("Dive 12")
        service.recording.start()
        service.update_overlay("Depth 123.4 m")
        service.take_framegrab("Anode 3", channel="Bow")
        service.recording.stop()

Every method blocks until the recorder has done it, and raises `InspectorError` when it has not: `str()` of it says what
was wrong and what to do.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from seacorder.client.errors import strange_answer
from seacorder.client.inspector import TIMEOUT_SECONDS
from seacorder.client.transport import Client, HttpTransport

T = TypeVar("T")
DEFAULT_URL = "http://127.0.0.1:8088"


@dataclass(frozen=True, slots=True)
class VideoStatus:
    """Whether it records, and the room that is left."""

    is_recording: bool
    drive_space: int
    """Whole percent of the recording disk that is free."""


class VideoCommands:
    """The commands of one kind of video: of recordings, or of anomalies. Made by `IntegrationClient`."""

    def __init__(self, transport: HttpTransport, folder: str) -> None:
        self._transport = transport
        self._folder = folder

    def is_recording(self) -> bool:
        """True only while frames are really reaching a file."""
        return self._is_on("isrecording")

    def encoder_running(self) -> bool:
        """The same as `is_recording`, under the public text's other name."""
        return self._is_on("encoderrunning")

    def status(self) -> VideoStatus:
        """Whether it records, and the free share of the recording disk."""
        answer, path = self._get("status"), self._path("status")
        return VideoStatus(_of(answer, "IsRecording", bool, path), _of(answer, "DriveSpace", int, path))

    def filename(self) -> str:
        """The full path, on the recorder, of the file that is being written; empty while none is."""
        return _of(self._get("filename"), "Filename", str, self._path("filename"))

    def set_filename(self, filename: str) -> None:
        """How the next files are called; used once. A folder may be in it; an extension is ignored."""
        self._transport.ask("POST", self._path("filename"), {"Filename": filename})

    def add_sequence_number(self, number: int | None = None) -> None:
        """Puts a number at the end of the next files' names: this one, or the next one that is free."""
        body = None if number is None else {"SequenceNo": number}
        self._transport.ask("POST", self._path("addsequenceno"), body)

    def file_extension(self) -> str:
        """Of the files, such as `.mp4`."""
        return _text(self._get("fileextension"), self._path("fileextension"))

    def start(self) -> None:
        """Starts all channels at one instant; fine while it runs."""
        self._get("start")

    def stop(self) -> None:
        """Stops all channels at one instant; returns when every file is complete and on disk. Fine while idle.

        When one could not be finished the error's `channels` say which and why; recording has ended all the same.
        """
        self._get("stop")

    def _is_on(self, query: str) -> bool:
        answer = self._get(query)
        if answer is False:  # `[integration] bare_false`
            return False
        return _of(answer, "IsRecording", bool, self._path(query))

    def _get(self, command: str) -> Any:
        return self._transport.ask("GET", self._path(command))

    def _path(self, command: str) -> str:
        return f"/api/{self._folder}/{command}"


class IntegrationClient(Client):
    """One recorder's integration service. Safe from any thread; close it, or use it in a `with`."""

    def __init__(self, base_url: str = DEFAULT_URL, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Raises InspectorError when `base_url` is no web address. Does not connect yet."""
        self._transport = HttpTransport(base_url, timeout_seconds)
        self.recording = VideoCommands(self._transport, "recording")
        """Recordings: the same as those of the Inspector service."""
        self.anomalies = VideoCommands(self._transport, "anomalies")
        """Videos of anomalies, beside recordings and clips."""

    def close(self) -> None:
        """Gives the connections back. Nothing changes in the recorder."""
        self._transport.close()

    def ping(self) -> bool:
        """True when the recorder takes commands."""
        answer = self._transport.ask("GET", "/api/stats/ping")
        return isinstance(answer, dict) and answer.get("Ping") is True

    def take_framegrab(self, filename: str | None = None, channel: str | None = None) -> bool:
        """A framegrab of every live channel, or of one. True when all are on disk, False when none is live.

        `filename`: how they are called, else as the template says. When one could not be taken the error's `channels`
        say which and why; the others are on disk.
        """
        given = {"Filename": filename, "Channel": channel}
        body = {name: value for name, value in given.items() if value is not None}
        answer = self._transport.ask("POST", "/api/framegrabs/take", body or None)
        if not isinstance(answer, bool):
            raise strange_answer("/api/framegrabs/take", answer)
        return answer

    def framegrab_extension(self) -> str:
        """Of framegrabs: `.jpg`."""
        path = "/api/framegrabs/fileextension"
        return _text(self._transport.ask("GET", path), path)

    def update_overlay(self, text: str) -> None:
        """Shows a text over the pictures of all channels until it is changed; lines end with a line feed."""
        self._transport.ask("POST", "/api/overlay/update", {"Text": text})

    def clear_overlay(self) -> None:
        """Takes the text away; fine when there is none."""
        self._transport.ask("GET", "/api/overlay/clear")


def _of(answer: Any, name: str, kind: type[T], path: str) -> T:
    """A value of an answer, which must be of this kind. Raises InspectorError."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, kind):
        raise strange_answer(path, answer)
    return value


def _text(answer: Any, path: str) -> str:
    if not isinstance(answer, str):
        raise strange_answer(path, answer)
    return answer
