"""A client of the Inspector service: one method for each of its seventeen commands.

    with InspectorClient("http://127.0.0.1:13000") as inspector:
        inspector.set_recording_directory("Dive 12")
        inspector.start_recording()
        inspector.take_framegrab()
        inspector.stop_recording()

Every method blocks until the recorder has done it, and raises `InspectorError` when it has not: `str()` of it says what
was wrong and what to do.
"""

from typing import Any

from seacorder.client.errors import strange_answer
from seacorder.client.transport import Client, HttpTransport
from seacorder.client.values import PathTemplates, RecorderSettings

DEFAULT_URL = "http://127.0.0.1:13000"
TIMEOUT_SECONDS = 30.0
"""Long enough for a stop on a slow disk, which answers when every file is complete."""


class InspectorClient(Client):
    """One recorder's Inspector service. Safe from any thread; close it, or use it in a `with`."""

    def __init__(self, base_url: str = DEFAULT_URL, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Raises InspectorError when `base_url` is no web address. Does not connect yet."""
        self._transport = HttpTransport(base_url, timeout_seconds)

    def close(self) -> None:
        """Gives the connections back. Nothing changes in the recorder."""
        self._transport.close()

    # Is it ready?

    def ping(self) -> bool:
        """True when the recorder takes commands."""
        answer = self._get("stats/ping")
        return isinstance(answer, dict) and answer.get("Ping") is True

    # Folders, names and settings; kept across restarts of the recorder

    def apply_recorder_settings(self, settings: RecorderSettings) -> None:
        """Sets what is given in `settings` for all channels, from the next file on."""
        self._post("recordersettings/apply", settings.body())

    def create_directory(self, directory: str) -> None:
        """Makes the folder with its parents; fine when it stands. Does not select it."""
        self._post("inspector/createdirectory", {"Directory": directory})

    def set_recording_directory(self, directory: str) -> None:
        """Base folder of recordings; made when a recording starts."""
        self._post("inspector/recordingdirectory", {"Directory": directory})

    def set_inspection_directory(self, directory: str) -> None:
        """Base folder of framegrabs and clips."""
        self._post("inspector/inspectiondirectory", {"Directory": directory})

    def set_split_time(self, minutes: float) -> None:
        """Length of a file: 0 never splits, else 0.05 to 1440 minutes."""
        self._get(f"inspector/splittime/{minutes}")

    def set_reevaluate_tags(self, reevaluate: bool) -> None:
        """Whether each file after a split is named from its own instant."""
        self._get(f"inspector/reevaluatetags/{str(reevaluate).lower()}")

    def set_path_templates(self, templates: PathTemplates) -> None:
        """Sets what is given in `templates`, leaves the rest."""
        self._post("inspector/pathtemplate", templates.body())

    def path_templates(self) -> PathTemplates:
        """The templates as they are now."""
        answer = self._get("inspector/pathtemplate")
        if not isinstance(answer, dict):
            raise strange_answer("pathtemplate", answer)
        return PathTemplates.of(answer)

    # Recording

    def start_recording(self) -> None:
        """Starts all channels at one instant; fine when they record already."""
        self._get("inspector/startrecording")

    def stop_recording(self) -> None:
        """Stops all channels at one instant; returns when every file is complete and on disk.

        When one could not be finished the error's `channels` say which and why; recording has ended all the same.
        """
        self._get("inspector/stoprecording")

    def is_recording(self) -> bool:
        """True only while frames are really reaching a file."""
        return self._bool("inspector/isrecording")

    def encoder_running(self) -> bool:
        """The same as `is_recording`, under the public text's other name."""
        return self._bool("inspector/encoderrunning")

    # Framegrabs and clips

    def take_framegrab(self) -> bool:
        """One framegrab of every live channel, all of one instant. True when they are on disk, False when none is live.

        When one could not be taken the error's `channels` say which and why; the others are on disk.
        """
        return self._bool("inspector/takeframegrab")

    def start_clip(self) -> None:
        """An additional file per live channel, from the pre-roll on, with or without a recording."""
        self._get("inspector/startclip")

    def stop_clip(self) -> None:
        """Ends the clip; returns when its files are complete and on disk."""
        self._get("inspector/stopclip")

    def is_clip_recording(self) -> bool:
        """True while a clip is being written."""
        return self._bool("inspector/iscliprecording")

    def _get(self, command: str) -> Any:
        return self._transport.ask("GET", f"/api/{command}")

    def _post(self, command: str, body: dict[str, Any]) -> None:
        self._transport.ask("POST", f"/api/{command}", body)

    def _bool(self, command: str) -> bool:
        answer = self._get(command)
        if not isinstance(answer, bool):
            raise strange_answer(command, answer)
        return answer
