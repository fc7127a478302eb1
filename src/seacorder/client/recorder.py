"""A client for those parts of `/api/v1` that the command line needs: status, losses, settings, overlay, context,
observations, commands.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from seacorder.client.answers import LossAnswer, Outcome, OverlayAnswer, StatusAnswer, read
from seacorder.client.inspector import DEFAULT_URL, TIMEOUT_SECONDS
from seacorder.client.transport import Client, HttpTransport, Progress, Query

PAGE_ROWS = 1000
"""Rows that are asked for at once."""


class RecorderClient(Client):
    """One recorder. Every method blocks, and raises InspectorError when it was not done."""

    def __init__(self, base_url: str = DEFAULT_URL, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._transport = HttpTransport(base_url, timeout_seconds)

    def close(self) -> None:
        """Gives the connections back."""
        self._transport.close()

    def status(self) -> StatusAnswer:
        """The recorder and every channel, now."""
        return read(StatusAnswer, self.status_json())

    def status_json(self) -> dict[str, Any]:
        """The whole status, as JSON came."""
        answer: dict[str, Any] = self._transport.ask("GET", "/api/v1/status")
        return answer

    def telemetry_json(self) -> dict[str, Any]:
        """The sources of survey data, as JSON came."""
        answer: dict[str, Any] = self._transport.ask("GET", "/api/v1/telemetry")
        return answer

    def readings_json(self) -> dict[str, Any]:
        """The newest reading of each field, as JSON came."""
        answer: dict[str, Any] = self._transport.ask("GET", "/api/v1/readings")
        return answer

    def copies_json(self) -> dict[str, Any]:
        """The targets of copies, as JSON came."""
        answer: dict[str, Any] = self._transport.ask("GET", "/api/v1/copies")
        return answer

    def start_recording(self) -> Outcome:
        """Starts all channels at one instant."""
        return self._command("recording/start")

    def stop_recording(self) -> Outcome:
        """Stops all channels at one instant; returns when every file is complete and on disk."""
        return self._command("recording/stop")

    def start_clip(self) -> Outcome:
        """Starts a clip, from the pre-roll on, of every live channel."""
        return self._command("clip/start")

    def stop_clip(self) -> Outcome:
        """Ends the clip; returns when its files are complete and on disk."""
        return self._command("clip/stop")

    def take_framegrab(self) -> Outcome:
        """One framegrab of every live channel, all of one instant."""
        return self._command("framegrab")

    def newest_recordings(self) -> list[str]:
        """The id of the recording that runs, or ran last, and of those that it continues, newest first; empty where
        nothing was recorded."""
        found: list[str] = []
        query: dict[str, Query] = {"newest_first": "true"}
        while items := self._transport.ask("GET", "/api/v1/recordings", None, limit=1, **query)["items"]:
            found.append(items[0]["id"])
            before = items[0]["continues"]
            if before is None or before in found:
                break
            query = {"recording": before}
        return found

    def has_recording(self, recording: str) -> bool:
        """Whether a recording of this id is in the list of recordings."""
        return bool(self._transport.ask("GET", "/api/v1/recordings", None, limit=1, recording=recording)["items"])

    def losses(self, recording: str | None = None) -> list[LossAnswer]:
        """What is missing from a recording, or from all of them, oldest first."""
        query: dict[str, Query] = {"limit": PAGE_ROWS, **({} if recording is None else {"recording": recording})}
        found: list[LossAnswer] = []
        while True:
            answer = self._transport.ask("GET", "/api/v1/losses", None, **query)
            found += [read(LossAnswer, item) for item in answer["items"]]
            if not answer["next_cursor"]:
                return found
            query["cursor"] = answer["next_cursor"]

    def all_rows(self, what: str) -> Iterator[dict[str, Any]]:
        """All rows of a list such as `recordings`, oldest first, page by page, as JSON came."""
        query: dict[str, Query] = {"limit": PAGE_ROWS}
        while True:
            answer = self._transport.ask("GET", f"/api/v1/{what}", None, **query)
            yield from answer["items"]
            if not answer["next_cursor"]:
                return
            query["cursor"] = answer["next_cursor"]

    def removal_rules(self) -> dict[str, Any]:
        """The rules of removal, and what they come to now; as JSON came."""
        answer: dict[str, Any] = self._transport.ask("GET", "/api/v1/removals/rules")
        return answer

    def removal(self, recording: str) -> dict[str, Any]:
        """What would go with a recording, or how its removal stands, as JSON came."""
        path = f"/api/v1/recordings/{quote(recording, safe='')}/removal"
        answer: dict[str, Any] = self._transport.ask("GET", path)
        return answer

    def acknowledge(self, named: str, by: str) -> list[dict[str, Any]]:
        """Says that a file, or every file of a recording, is known to be missing; the rows, as JSON came."""
        answer = self._transport.ask("POST", "/api/v1/absences/seen", {"of": named, "by": by})
        items: list[dict[str, Any]] = answer["items"]
        return items

    def remove_recording(self, recording: str, body: dict[str, Any]) -> dict[str, Any]:
        """Orders its removal; `removal` says how far it is."""
        path = f"/api/v1/recordings/{quote(recording, safe='')}/remove"
        answer: dict[str, Any] = self._transport.ask("POST", path, body)
        return answer

    def settings_json(self) -> dict[str, Any]:
        """The settings in force, of the recorder and of every channel, and what was decided for each; as JSON came."""
        answer: dict[str, Any] = self._transport.ask("GET", "/api/v1/settings")
        return answer

    def reset_settings(self, keys: Sequence[str] = ()) -> None:
        """Takes back what clients have set, for `keys` or, without any, for all."""
        ask, path = self._transport.ask, "/api/v1/settings"
        if keys:
            ask("DELETE", path, key=keys)
        else:
            ask("DELETE", path)

    def overlay(self) -> OverlayAnswer:
        """The text over the pictures of all channels."""
        return read(OverlayAnswer, self._transport.ask("GET", "/api/v1/overlay"))

    def set_overlay(self, text: str) -> OverlayAnswer:
        """Shows a text over the pictures of all channels, from one instant on; lines end with a line feed."""
        return read(OverlayAnswer, self._transport.ask("PUT", "/api/v1/overlay", {"text": text}))

    def clear_overlay(self) -> OverlayAnswer:
        """Takes the text away; fine when there is none."""
        return read(OverlayAnswer, self._transport.ask("DELETE", "/api/v1/overlay"))

    def context(self) -> dict[str, str]:
        """Project, dive, task, component and operator."""
        answer: dict[str, str] = self._transport.ask("GET", "/api/v1/context")
        return answer

    def change_context(self, changes: Mapping[str, str]) -> dict[str, str]:
        """Changes these fields, leaves the others and returns all."""
        answer: dict[str, str] = self._transport.ask("PATCH", "/api/v1/context", dict(changes))
        return answer

    def clear_context(self) -> dict[str, str]:
        """Empties every field."""
        answer: dict[str, str] = self._transport.ask("DELETE", "/api/v1/context")
        return answer

    def observe(self, code: str, **more: Any) -> dict[str, Any]:
        """Enters an observation; `more` are the other fields of the body. The answer as JSON came."""
        answer: dict[str, Any] = self._transport.ask("POST", "/api/v1/observations", {"code": code, **more})
        return answer

    def press(self, code: str, **more: Any) -> dict[str, Any]:
        """One press of a key: enters an observation; of a span that is open it closes it. `more` are fields of the
        body. The answer as JSON came."""
        answer: dict[str, Any] = self._transport.ask("POST", f"/api/v1/kinds/{quote(code, safe='')}", more or None)
        return answer

    def change_observation(self, observation_id: str, what: str, **more: Any) -> dict[str, Any]:
        """`what` is close, revise or withdraw; `more` are fields of the body. The answer as JSON came."""
        path = f"/api/v1/observations/{quote(observation_id, safe='')}/{what}"
        answer: dict[str, Any] = self._transport.ask("POST", path, more)
        return answer

    def observation(self, observation_id: str) -> dict[str, Any]:
        """One observation, as JSON came."""
        answer: dict[str, Any] = self._transport.ask("GET", f"/api/v1/observations/{quote(observation_id, safe='')}")
        return answer

    def observations(self, **filters: Query) -> Iterator[dict[str, Any]]:
        """All observations that fit, page by page, as JSON came."""
        query: dict[str, Query] = {"limit": PAGE_ROWS, **filters}
        while True:
            answer = self._transport.ask("GET", "/api/v1/observations", None, **query)
            yield from answer["items"]
            if not answer["next_cursor"]:
                return
            query["cursor"] = answer["next_cursor"]

    def export_observations(self, form: str, path: Path, **filters: Query) -> None:
        """Writes them into a file, which is there whole or not at all. Raises InspectorError, OSError."""
        self._transport.download("/api/v1/observations/export", path, {"format": form, **filters})

    def export(self, what: str, identity: str, path: Path, progress: Progress, **query: Query) -> None:
        """Writes the bag of a `recording`, a `stretch` or an `observation` into a file, which is there whole or not at
        all. Raises InspectorError, OSError."""
        named = {"recording": "recordings", "observation": "observations"}
        below = f"{named[what]}/{quote(identity, safe='')}/" if what in named else ""
        self._transport.download(f"/api/v1/{below}archive.zip", path, query, progress)

    def blackbox_json(self) -> dict[str, Any]:
        """How the blackbox is doing, and what it holds; as JSON came."""
        answer: dict[str, Any] = self._transport.ask("GET", "/api/v1/blackbox")
        return answer

    def keep_of_blackbox(self, begin: str, end: str) -> dict[str, Any]:
        """Makes a recording of a stretch of the blackbox; returns when it is complete. As JSON came."""
        answer: dict[str, Any] = self._transport.ask("POST", "/api/v1/blackbox/keep", {"from": begin, "to": end})
        return answer

    def kinds(self) -> list[dict[str, Any]]:
        """The kinds that can be entered, as JSON came."""
        answer: dict[str, Any] = self._transport.ask("GET", "/api/v1/kinds")
        items: list[dict[str, Any]] = answer["items"]
        return items

    def _command(self, name: str) -> Outcome:
        return read(Outcome, self._transport.ask("POST", f"/api/v1/{name}"))
