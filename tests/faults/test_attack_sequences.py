"""Commands in any order, from several clients at once, against the whole program and beside a model of it.

Whatever the order: the same command twice is the same as once, isrecording agrees with the files, a refused command
changes nothing, and in the end every file is whole and its frames follow each other.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from faults.results import note
from rig.frames import frame_numbers, missing_and_repeated
from rig.program import Program, running, wait_for
from seacorder.mp4.boxes import last_box

CLIENTS = 4
PATTERN = "test:?size=320x180&rate=25&gop=5"
COMMANDS = {
    "start": ("GET", "/api/inspector/startrecording", None),
    "start, by v1": ("POST", "/api/v1/recording/start", None),
    "stop": ("GET", "/api/inspector/stoprecording", None),
    "stop, by v1": ("POST", "/api/v1/recording/stop", None),
    "clip": ("GET", "/api/inspector/startclip", None),
    "end of clip": ("GET", "/api/inspector/stopclip", None),
    "still": ("GET", "/api/inspector/takeframegrab", None),
    "folder": ("POST", "/api/inspector/recordingdirectory", {"Directory": "Dive 12"}),
    "other folder": ("POST", "/api/inspector/inspectiondirectory", {"Directory": "C:\\tmp\\Data1"}),
    "templates": ("POST", "/api/inspector/pathtemplate", {"FilenameTemplate": "${channelname}"}),
    "split": ("GET", "/api/inspector/splittime/0.05", None),
    "no split": ("GET", "/api/inspector/splittime/0", None),
}
SETTINGS = ["folder", "other folder", "templates", "split", "no split"]
MISTYPED = {
    "folder outside": ("POST", "/api/inspector/recordingdirectory", {"Directory": "/etc"}),
    "folder that climbs": ("POST", "/api/inspector/inspectiondirectory", {"Directory": "a/../../b"}),
    "half wrong": ("POST", "/api/recordersettings/apply", {"SplitTimeMinutes": 5, "Bitrate": "fast"}),
    "split too short": ("GET", "/api/inspector/splittime/0.01", None),
    "unknown field": ("POST", "/api/inspector/pathtemplate", {"FilenameTemplate": "x", "Name": "y"}),
}


class Sequences(RuleBasedStateMachine):
    """The model: which recording runs, and whether a clip does."""

    program: ClassVar[Program]
    client: ClassVar[httpx.Client]
    clients: ClassVar[ThreadPoolExecutor]
    sent: ClassVar[int] = 0
    """Commands so far."""

    @initialize()
    def rest(self) -> None:
        self.all_at_once(["stop", "end of clip"])
        self.recording: str | None = None
        self.has_clip = False

    def send(self, method: str, path: str, body: Any) -> httpx.Response:
        return self.client.request(method, path, json=body)

    def all_at_once(self, names: list[str]) -> list[httpx.Response]:
        answers = list(self.clients.map(lambda name: self.send(*COMMANDS[name]), names))
        type(self).sent += len(names)
        assert {answer.status_code for answer in answers} == {200}
        return answers

    @rule(name=st.sampled_from(["start", "start, by v1"]))
    def start(self, name: str) -> None:
        self.all_at_once([name] * CLIENTS)
        now = self.send(*COMMANDS["start, by v1"]).json()["id"]
        assert self.recording in {None, now}
        self.recording = now

    @rule(name=st.sampled_from(["stop", "stop, by v1"]))
    def stop(self, name: str) -> None:
        self.all_at_once([name] * CLIENTS)
        if self.recording is not None:
            # The list waits for a slow disk, but not for long; then it comes later.
            for part in wait_for(self.listed, "the parts of both channels to be listed"):
                last_box(Path(part["path"]).read_bytes(), b"moov")  # the index of a file that is closed; else it raises
            wait_for(self.all_whole, "the list to say so too")
        self.recording = None

    def listed(self) -> list[Any] | None:
        parts = self.program.rows("parts", recording=self.recording or "")
        return parts if {part["channel"] for part in parts} == {"Bow", "Stern"} else None

    def all_whole(self) -> bool:
        return {part["state"] for part in self.program.rows("parts", recording=self.recording or "")} == {"whole"}

    @rule()
    def clip(self) -> None:
        self.all_at_once(["clip"] * CLIENTS)
        self.has_clip = True

    @rule()
    def end_of_clip(self) -> None:
        self.all_at_once(["end of clip"] * CLIENTS)
        self.has_clip = False

    @rule()
    def still(self) -> None:
        answers = self.all_at_once(["still"] * CLIENTS)
        assert [answer.json() for answer in answers] == [True] * CLIENTS

    @rule(names=st.lists(st.sampled_from(SETTINGS), max_size=4))
    def change_settings(self, names: list[str]) -> None:
        if names:
            self.all_at_once(names)

    @rule(names=st.lists(st.sampled_from(sorted(COMMANDS)), min_size=2, max_size=6), ends=st.booleans())
    def all_sorts(self, names: list[str], ends: bool) -> None:
        """Whatever comes out of the throng, one clear word afterwards counts."""
        self.all_at_once(names)
        self.all_at_once(["stop", "end of clip"] if ends else ["start", "clip"])
        self.recording, self.has_clip = None, not ends
        if not ends:
            self.recording = self.send(*COMMANDS["start, by v1"]).json()["id"]

    @rule(name=st.sampled_from(sorted(MISTYPED)))
    def mistyped(self, name: str) -> None:
        before = self.client.get("/api/inspector/pathtemplate").json()
        answer = self.send(*MISTYPED[name])
        assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
        assert self.client.get("/api/inspector/pathtemplate").json() == before

    def agrees(self, command: str, truth: bool) -> bool:
        """No is said at once. Yes may come later: bytes that a busy machine stored too long ago do not count."""
        if truth:
            wait_for(lambda: self.client.get(f"/api/inspector/{command}").json() is True, f"{command} to say so")
        return self.client.get(f"/api/inspector/{command}").json() in {truth, False}

    @invariant()
    def answers_agree_with_files(self) -> None:
        assert self.agrees("isrecording", self.recording is not None)
        assert self.agrees("iscliprecording", self.has_clip)
        status = self.client.get("/api/v1/status").json()
        assert status["recording_id"] == self.recording
        for channel in status["channels"]:
            assert channel["recording"] is None or self.recording is not None
            if channel["recording"] is not None:
                assert Path(channel["recording"]["path"]).stat().st_size > 0


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("sequences"), {"Bow": PATTERN, "Stern": PATTERN}) as one:
        one.wait_live(backlog_seconds=1)
        yield one


@pytest.mark.slow
def test_any_order_of_commands_keeps_files_and_answers_in_step(program: Program) -> None:
    with ThreadPoolExecutor(CLIENTS) as clients, httpx.Client(base_url=program.url, timeout=60) as client:

        Sequences.program, Sequences.client, Sequences.clients = program, client, clients
        run_state_machine_as_test(
            Sequences,
            settings=settings(
                max_examples=25, stateful_step_count=12, derandomize=True, deadline=None, database=None,
                suppress_health_check=list(HealthCheck), print_blob=False,
            ),
        )
        client.get("/api/inspector/stoprecording")
        client.get("/api/inspector/stopclip")
    wait_for(lambda: all(part["state"] != "open" for part in program.rows("parts")), "parts to be closed")
    found = stored(program)
    wrong = sum(len(places) for _, numbers in found for places in missing_and_repeated(numbers))
    note(f"commands in any order from {CLIENTS} clients at once, answers and files compared with a model after each: "
         "frames missing or twice", times=Sequences.sent, worst=str(wrong), limit="0", kept=wrong == 0)  # fmt: skip
    every_file_is_in_order(program, found)


def stored(program: Program) -> list[tuple[list[Any], list[int]]]:
    """Of each recording and channel: its parts in order, and the numbers of the frames in them."""
    parts, found = program.rows("parts"), []
    for recording in program.rows("recordings"):
        for channel in program.channels:
            own = [part for part in parts if (part["recording_id"], part["channel"]) == (recording["id"], channel)]
            own.sort(key=lambda part: part["number"])
            found.append((own, frame_numbers(*(Path(part["path"]) for part in own))))
    return found


def every_file_is_in_order(program: Program, found: list[tuple[list[Any], list[int]]]) -> None:
    assert program.rows("losses") == []
    parts = program.rows("parts")
    assert len({part["path"] for part in parts}) == len(parts)
    assert {Path(part["path"]) for part in parts} | {Path(clip["path"]) for clip in program.rows("clips")} == set(
        program.files("*.mp4")
    )
    for own, numbers in found:
        assert missing_and_repeated(numbers) == ([], [])
        assert len(numbers) == sum(part["frames"] for part in own)
