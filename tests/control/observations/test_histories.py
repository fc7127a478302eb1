"""Histories, whatever happens to them: changed in any order and at once, over restarts and kills of the program.

After each turn every revision that somebody was told of is there, once and in its place, and memory, file and list say
the same.
"""

import asyncio
import contextlib
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from control.bridge import Bridge
from fakes.clock import FakeClock
from seacorder.base.errors import NotPossible
from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.rebuilding import rebuild
from seacorder.evidence.rebuild import read_folders
from seacorder.model.observation import Observation, ObservationState, Revision, RevisionKind
from seacorder.model.observation_entry import Edit, Entry
from seacorder.storage import observation_file

Action = tuple[str, int]
"""What is done, and to which observation; or the text of an edit."""
ACTIONS = ("note", "press", "revise", "fill", "close", "withdraw", "record", "stop")
ENDS = ("goes on", "restart", "kill", "kill, and the list has nothing of it", "kill, and the files have nothing of it")
CLOSED = {RevisionKind.CLOSED, RevisionKind.CLOSED_BY_STOP}


@dataclass
class Play:
    """One recorder after the other on one folder."""

    bridge: Bridge
    ids: list[str] = field(default_factory=list)
    told: dict[str, set[Revision]] = field(default_factory=dict)
    """By id: all revisions that an answer had."""

    async def turn(self, actions: list[Action], end: str) -> None:
        await self.bridge.catalogue.flush()
        copy, files = self._copy(), self._files()
        await asyncio.gather(*(self._do(*one) for one in actions))
        self.bridge.pass_seconds(1)
        if end == "restart":
            await self.bridge.recorder.stop()
        elif end != "goes on":
            await self.bridge.recorder.observations.stop()
            await self.bridge.crash()
        if end.endswith("the list has nothing of it"):
            self._put_back(copy)
        if end.endswith("the files have nothing of it"):
            for path, content in files.items():
                path.write_bytes(content)
        if end != "goes on":
            self.bridge.build()
            await self.bridge.start()

    async def check(self) -> None:
        await self.bridge.catalogue.flush()
        numbers = Counter[int]()
        for one_id, told in self.told.items():
            now = await self.bridge.recorder.observations.find(one_id)
            assert told <= set(now.revisions)
            assert [one.sequence for one in now.revisions] == list(range(1, len(now.revisions) + 1))
            assert sum(one.kind in CLOSED for one in now.revisions) <= 1
            withdrawn = any(one.kind is RevisionKind.WITHDRAWN for one in now.revisions)
            assert (now.now.state is ObservationState.WITHDRAWN) == withdrawn
            found = self.bridge.catalogue.observation(one_id)
            assert found is not None
            assert found[0] == now
            path = Path(found[1])
            await self.bridge.until(lambda path=path, now=now: observation_file.read_file(path) == now)
            told |= set(now.revisions)
            numbers[now.number] += 1
        assert set(numbers) == set(range(1, len(self.told) + 1))

    async def _do(self, what: str, which: int) -> None:
        recorder, one_id = self.bridge.recorder, self.ids[which % len(self.ids)] if self.ids else ""
        book, author = recorder.observations, f"Ann {which}"
        with contextlib.suppress(NotPossible):
            match what:
                case "note":
                    self._saw(await book.observe(Entry("FJ", f"note {which}", author=author)))
                case "press":
                    self._saw(await book.press("FS"))
                case "revise":
                    self._saw(await book.revise(one_id, Edit(f"edit {which}", author=author)))
                case "fill" if (await book.find(one_id)).code == "FS":
                    self._saw(await book.revise(one_id, Edit(fields={"height": which}, reason="measured")))
                case "close":
                    self._saw(await book.close(one_id, Edit(author=author)))
                case "withdraw":
                    self._saw(await book.withdraw(one_id, Edit(reason=f"mistake {which}")))
                case "record":
                    await recorder.start_recording()
                case "stop":
                    await recorder.stop_recording()

    def _saw(self, one: Observation) -> None:
        if one.id not in self.told:
            self.ids.append(one.id)
        self.told.setdefault(one.id, set()).update(one.revisions)

    def _copy(self) -> sqlite3.Connection:
        """The list as it is now."""
        copy = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(self.bridge.folder / "seacorder.db")) as source:
            source.backup(copy)
        return copy

    def _put_back(self, copy: sqlite3.Connection) -> None:
        """The observations of the list as they were."""
        with closing(sqlite3.connect(self.bridge.folder / "seacorder.db")) as target:
            for table in ("observations", "observation_documents"):
                rows = copy.execute(f"SELECT * FROM {table}").fetchall()
                target.execute(f"DELETE FROM {table}")
                for row in rows:
                    target.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
            target.commit()
        copy.close()

    def _files(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.bridge.folder.rglob("*.json")}


async def play(folder: Path, turns: list[tuple[list[Action], str]]) -> None:
    bridge = Bridge(folder)
    await bridge.start()
    one = Play(bridge)
    await one.turn([("note", 0), ("press", 0)], "goes on")
    for actions, end in turns:
        await one.turn(actions, end)
        await one.check()
    listed = {one_id: bridge.catalogue.observation(one_id) for one_id in one.ids}
    await bridge.recorder.stop()
    left = {one_id: bridge.catalogue.observation(one_id) for one_id in one.ids}
    assert {one_id for one_id in one.ids if left[one_id] != listed[one_id]} <= _closed_by_the_end(left)
    rebuild(bridge.folder / "seacorder.db", FakeClock(), lambda: read_folders([folder]))
    rebuilt = Catalogue(bridge.folder / "seacorder.db", FakeClock())
    assert {one_id: rebuilt.observation(one_id) for one_id in one.ids} == left


def _closed_by_the_end(left: dict[str, tuple[Observation, str] | None]) -> set[str]:
    """What was open in a recording when the program was ended in order."""
    return {
        one_id
        for one_id, found in left.items()
        if found is not None and found[0].revisions[-1].kind is RevisionKind.CLOSED_BY_STOP
    }


actions = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 5))
turns = st.lists(st.tuples(st.lists(actions, min_size=1, max_size=5), st.sampled_from(ENDS)), min_size=1, max_size=5)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(turns)
def test_nothing_is_destroyed_and_files_and_list_agree(turns: list[tuple[list[Action], str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder), turns))
