"""Observations while clients crowd in, and while the control process is killed: in the midst of a span, of edits, of an
export. No number is given twice, no history loses what somebody was told of, and files and list are the same.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from faults.results import is_long, note
from rig.program import Program, running, wait_for
from seacorder.catalogue.page import LIMIT_MAX, Page
from seacorder.catalogue.queries import Queries
from seacorder.client.errors import InspectorError
from seacorder.client.recorder import RecorderClient
from seacorder.model.observation import Observation
from seacorder.storage.observation_file import read_file

pytestmark = pytest.mark.slow

CLIENTS = 50
EDITORS = 8
PATTERN = "test:?size=320x180&rate=10&gop=5"
BOOK = "/api/v1/observations"
KIND = {"label": "Crossing", "class": "milestone"}
"""A kind of a third class; an anomaly would be about its video."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """It records for the whole module, and is killed again and again."""
    with running(tmp_path_factory.mktemp("observations"), {"Bow": PATTERN, "Stern": PATTERN}) as one:
        one.wait_live()
        yield one


def filed(program: Program) -> dict[str, Observation]:
    """By id: what the files say. A file that cannot be read fails the test."""
    found = {path: read_file(path) for path in program.observation_files()}
    assert [path for path, one in found.items() if one is None] == []
    return {one.id: one for one in found.values() if one is not None}


def listed(program: Program) -> dict[str, tuple[Observation, str]]:
    """By id: what the list of recordings says, and where it says that the file is."""
    queries, found, cursor = Queries(program.root / "seacorder.db"), dict[str, tuple[Observation, str]](), None
    while True:
        page = queries.observations(Page(limit=LIMIT_MAX, cursor=cursor))
        for one in page.items:
            row = queries.observation(one.id)
            assert row is not None
            found[one.id] = row
        cursor = page.next_cursor
        if cursor is None:
            return found


def differing(program: Program) -> int:
    """How many observations file and list do not say alike."""
    files, rows = filed(program), listed(program)
    same = sum(one_id in rows and rows[one_id][0] == one for one_id, one in files.items())
    return len(files.keys() | rows.keys()) - same


async def crowd(url: str, rounds: int) -> tuple[dict[str, list[int]], list[httpx.Response]]:
    """What fifty clients at once are answered: the numbers that were given, by class, and every refusal."""
    numbers, refused = defaultdict[str, list[int]](list), list[httpx.Response]()

    async def send(client: httpx.AsyncClient, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = await client.post(path, json=body)
        if answer.status_code == 201:
            numbers[answer.json()["class"]].append(answer.json()["number"])
        elif answer.status_code != 200:
            refused.append(answer)
        return answer.json()

    async def work(client: httpx.AsyncClient, who: int) -> None:
        for turn in range(rounds):
            await send(client, "/api/v1/kinds/FJ")
            await send(client, BOOK, {"code": "NOTE", "text": f"client {who}, turn {turn}", "author": f"Ann {who}"})
            span = await send(client, "/api/v1/kinds/FS")
            await send(client, BOOK, {"code": "XC"})
            if "id" in span:
                await send(client, f"{BOOK}/{span['id']}/close")
            page = await client.get(BOOK, params={"limit": "20", "newest_first": "true", "text": f"client {who}"})
            assert page.status_code == 200
            assert len(page.json()["items"]) >= 1

    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        await asyncio.gather(*(work(client, who) for who in range(CLIENTS)))
    return numbers, refused


def test_fifty_clients_at_once(program: Program) -> None:
    put = httpx.put(f"{program.url}/api/v1/kinds/XC", json=KIND)
    assert put.status_code == 200, put.text
    httpx.put(f"{program.url}/api/v1/context", json={"dive": "crowd"}).raise_for_status()
    program.get("/api/inspector/startrecording")
    numbers, refused = asyncio.run(crowd(program.url, 8 if is_long() else 2))
    given = sum(map(len, numbers.values()))
    wrong = sum(sorted(found) != list(range(1, len(found) + 1)) for found in numbers.values())
    wait_for(lambda: differing(program) == 0, "files and list to be the same")
    note(f"{CLIENTS} clients at once enter, press, close and list: numbers that are missing or given twice",
         times=given, worst=f"{wrong} of {len(numbers)} series", limit="0", kept=wrong == 0)  # fmt: skip
    assert set(numbers) == {"finding", "note", "milestone"}
    assert wrong == 0
    assert {answer.status_code for answer in refused} <= {409}
    assert all("Close it first" in said or "was closed" in said for said in (one.json()["detail"] for one in refused))
    stored = [one for one in filed(program).values() if one.dive == "crowd"]
    assert len(stored) == given


def kill(program: Program, holds: Callable[[Program], bool]) -> None:
    """Kills the control process now; returns when another one takes commands and `holds`."""
    program.kill()
    wait_back(program, holds)


def wait_back(program: Program, holds: Callable[[Program], bool]) -> None:
    def is_back() -> bool:
        try:
            return holds(program)
        except (httpx.TransportError, ValueError, KeyError):
            return False

    wait_for(is_back, "the program to be back")


def answers(program: Program) -> bool:
    return bool(program.get("/api/stats/ping")["Ping"])


def test_a_number_is_not_given_twice_over_a_kill_right_after_it(program: Program) -> None:
    """In a folder that the list of recordings has not seen yet, and without a recording."""
    program.get("/api/inspector/stoprecording")
    httpx.put(f"{program.url}/api/v1/context", json={"dive": "numbers"}).raise_for_status()
    rounds, given = 20 if is_long() else 2, list[int]()
    for number in range(rounds):
        program.post("/api/inspector/inspectiondirectory", {"Directory": f"fresh {number}"})
        killed = program.control_pid
        given.append(program.post("/api/v1/kinds/FJ", status=201)["number"])
        os.kill(killed, signal.SIGKILL)
        wait_back(program, answers)
    given.append(program.post("/api/v1/kinds/FJ", status=201)["number"])
    wrong = sum(number != place for place, number in enumerate(given, 1))
    note("kill -9 of the control process right after an observation in a new folder: numbers given twice or left out",
         times=rounds, worst=str(wrong), limit="0", kept=wrong == 0)  # fmt: skip
    assert given == list(range(1, rounds + 2))
    wait_for(lambda: differing(program) == 0, "files and list to be the same")


def test_a_span_that_was_open_at_a_kill_is_open_and_is_closed_by_the_next_press(program: Program) -> None:
    httpx.put(f"{program.url}/api/v1/context", json={"dive": "spans"}).raise_for_status()
    program.record(1.0)
    rounds, kept = 10 if is_long() else 1, 0
    for _ in range(rounds):
        opened = program.post("/api/v1/kinds/FS", status=201)
        before = program.rows("recordings")[-1]["id"]
        kill(program, lambda one, before=before: one.records_anew(before))
        kinds = {kind["code"]: kind["open"] for kind in program.get("/api/v1/kinds")["items"]}
        again = httpx.post(f"{program.url}{BOOK}", json={"code": "FS"})
        closed = program.post("/api/v1/kinds/FS")
        kept += (kinds["FS"], again.status_code, closed["id"], closed["state"]) == (
            opened["id"], 409, opened["id"], "closed",
        )  # fmt: skip
        assert {place["recording_id"] for place in closed["places"]} == {before}
        assert {place["recording_id"] for place in closed["to_places"]} == {program.rows("recordings")[-1]["id"]}
    note("kill -9 of the control process in the midst of a span: the span is open, and the next press closes it",
         times=rounds, worst=f"{kept} of {rounds}", limit=f"{rounds} of {rounds}", kept=kept == rounds)  # fmt: skip
    assert kept == rounds
    wait_for(lambda: differing(program) == 0, "files and list to be the same")


def edit(url: str, path: str, who: int, told: list[str]) -> None:
    """Edits until nobody answers; keeps the texts that were answered."""
    with httpx.Client(base_url=url, timeout=30) as client:
        for turn in range(10_000):
            text = f"editor {who}, edit {turn}"
            try:
                answer = client.post(path, json={"text": text, "author": f"Ann {who}", "reason": "a test"})
            except httpx.TransportError:
                return
            assert answer.status_code == 200, answer.text
            told.append(text)


def test_edits_that_were_answered_are_in_the_history_after_a_kill(program: Program, chance: Random) -> None:
    httpx.put(f"{program.url}/api/v1/context", json={"dive": "edits"}).raise_for_status()
    rounds, missing, answered = 20 if is_long() else 1, 0, 0
    for _ in range(rounds):
        one, told = program.post(BOOK, {"code": "NOTE", "text": "first"}, status=201), list[str]()
        with ThreadPoolExecutor(EDITORS) as editors:
            path = f"{BOOK}/{one['id']}/revise"
            for who in range(EDITORS):
                editors.submit(edit, program.url, path, who, told)
            wait_for(lambda told=told: len(told) > EDITORS, "edits that are answered")
            threading.Event().wait(chance.uniform(0.0, 0.3))
            kill(program, answers)
        found = program.get(f"{BOOK}/{one['id']}")["revisions"]
        missing += len({"first", *told} - {revision["text"] for revision in found})
        answered += len(told)
        assert [revision["sequence"] for revision in found] == list(range(1, len(found) + 1))
    wait_for(lambda: differing(program) == 0, "files and list to be the same")
    note("kill -9 of the control process in the midst of edits: answered edits that are not in the history",
         times=rounds, worst=f"{missing} of {answered}", limit="0", kept=missing == 0)  # fmt: skip
    assert missing == 0


def export(program: Program, file: Path) -> str:
    """As `seacorder observations export` does it; why there is no file, or nothing."""
    with RecorderClient(program.url) as client:
        try:
            client.export_observations("xlsx", file)
        except InspectorError as error:
            return str(error)
    return ""


def test_an_export_that_a_kill_cuts_off_leaves_no_file(program: Program, tmp_path: Path, chance: Random) -> None:
    rounds, halves, cut_off = 20 if is_long() else 2, 0, 0
    with ThreadPoolExecutor(1) as clients:
        for number in range(rounds):
            file = tmp_path / f"{number}.xlsx"
            exporting = clients.submit(export, program, file)
            threading.Event().wait(chance.uniform(0.0, 0.2))
            kill(program, answers)
            why = exporting.result(60)
            cut_off += bool(why)
            left = [path.name for path in tmp_path.iterdir()]
            halves += left != [] if why else left != [file.name] or rows_of(file) != len(listed(program))
            file.unlink(missing_ok=True)
    note("kill -9 of the control process in the midst of an export: files that are not whole", times=rounds,
         worst=f"{halves}; {cut_off} were cut off", limit="0", kept=halves == 0)  # fmt: skip
    assert halves == 0
    assert export(program, tmp_path / "again.xlsx") == ""
    assert rows_of(tmp_path / "again.xlsx") == len(listed(program))


def rows_of(file: Path) -> int:
    return len(CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()) - 1


def test_a_rebuild_makes_the_same_list(program: Program) -> None:
    """After all those kills; the program is ended in order before."""
    program.stop()
    before = listed(program)
    for path in program.root.glob("seacorder.db*"):
        path.unlink()
    words = [sys.executable, "-m", "seacorder", "catalogue", "rebuild", "--config", str(program.settings_path)]
    made = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (made.returncode, made.stderr) == (0, "")
    after = listed(program)
    differ = sum(before.get(one_id) != after.get(one_id) for one_id in before.keys() | after.keys())
    note("observations after kills, crowds and edits: rows of the list that differ after `seacorder catalogue rebuild`",
         times=len(before), worst=str(differ), limit="0", kept=differ == 0)  # fmt: skip
    assert differ == 0
