"""Folders and templates of every shape, through the API of the whole program: nothing is ever made elsewhere."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from faults.results import note
from rig.program import Program, running

ALWAYS_THE_SAME = settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
OUTSIDE = "{outside}"
"""Stands for a folder next to the root in the texts below."""

pieces = st.sampled_from([
    "..", ".", "...", ".. ", " ..", "~", "~root", "a", "Job 7", "con", "nul.txt", "%2e%2e", "%00",
    "\u2025", "\uff0e\uff0e",
    "..\u200b", "${yyyy}", "${channelname}", "${../..}", "${", "$(touch x)", "`id`", "x" * 300, "é" * 130,
    "C:", "D:..", "\t",
    "link", "file", "\u202e", "-rf", "*", "?", "|", "a\nb",
])
separators = st.sampled_from(["/", "\\", "//", "\\\\", "/./", "\\..\\", "/../"])
begins = st.sampled_from([
    "", "/", "\\", "//", "\\\\server\\share\\", "\\\\?\\C:\\", "\\\\.\\", "C:\\", "c:", "file:///",
    "/etc/", "/proc/self/",
    OUTSIDE + "/", OUTSIDE + "2/", "\\\\?\\UNC\\", "{root}/../", "{root}/", "{allowed}/", "{allowed}/../",
    "{allowed}2/",
])
ends = st.sampled_from(["", "/", "\\", "/..", "\\..", " ", "."])


@st.composite
def names(draw: st.DrawFn) -> str:
    """A folder or template such as somebody would send who wants out."""
    text = draw(begins)
    for _ in range(draw(st.integers(1, 5))):
        text += draw(pieces | st.text(max_size=12)) + draw(separators)
    return text + draw(pieces) + draw(ends)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Root, an allowed folder, and what must never change beside them."""
    place = tmp_path_factory.mktemp("place")
    for name in ("files", "allowed", "outside", "outside2", "allowed2"):
        (place / name).mkdir()
    (place / "outside" / "bait.mp4").write_bytes(b"bait")
    (place / "files" / "file").write_bytes(b"in the way")
    (place / "files" / "link").symlink_to(place / "outside", target_is_directory=True)
    return place


@pytest.fixture(scope="module")
def program(place: Path) -> Iterator[Program]:
    more = f'allowed_directories = ["{(place / "allowed").as_posix()}"]\n'
    with running(place, {"Bow": "test:?size=320x180&rate=25&gop=5"}, more=more) as one:
        one.wait_live()
        yield one


@pytest.fixture(scope="module")
def client(program: Program) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=program.url, timeout=60) as one:
        yield one


def outside_of(place: Path) -> dict[str, tuple[int, int, int]]:
    """Everything that lies beside the root and the allowed folder, and the folders themselves."""
    found = {}
    for folder, folders, files in os.walk(place):
        if Path(folder) == place:
            folders[:] = [name for name in folders if name not in {"files", "allowed"}]
        for name in [*folders, *(one for one in files if one != "log.txt")]:
            path = Path(folder, name)
            status = path.lstat()
            found[str(path)] = (status.st_mode, status.st_size, status.st_mtime_ns)
    return found


def filled(text: str, place: Path) -> str:
    for name in ("outside", "allowed"):
        text = text.replace("{" + name + "}", str(place / name))
    return text.replace("{root}", str(place / "files"))


def post(client: httpx.Client, path: str, body: dict[str, Any]) -> bool:
    """True when it was accepted; a refusal is a problem that says why."""
    try:
        answer = client.post(path, json=body)
    except UnicodeEncodeError:
        return False
    if answer.status_code != 200:
        problem = answer.json()
        assert (answer.status_code, problem["type"].rpartition(":")[2]) == (500, "bad_request")
    return answer.status_code == 200


def is_inside(path: str, place: Path) -> bool:
    real = Path(path).resolve()
    return real.is_relative_to(place / "files") or real.is_relative_to(place / "allowed")


@contextmanager
def noted(what: str, asked: list[str], place: Path, before: dict[str, tuple[int, int, int]]) -> Iterator[None]:
    """Keeps a row, whether what is in the block goes well or not."""
    try:
        yield
    finally:
        after = outside_of(place)
        changed = [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)]
        note(what, times=len(asked), worst=f"{len(changed)}", limit="0", kept=not changed)


@pytest.mark.slow
def test_no_folder_is_ever_made_outside(program: Program, client: httpx.Client, place: Path) -> None:
    before = outside_of(place)
    count: list[str] = []

    @settings(ALWAYS_THE_SAME, max_examples=400)
    @example(OUTSIDE)
    @example("link/x")
    @example("link")
    @example("file/x")
    @example("{allowed}")
    @example("\\\\?\\UNC\\..\\..\\x")
    @given(names())
    def asked(text: str) -> None:
        count.append(text)
        folder = filled(text, place)
        for command in ("createdirectory", "recordingdirectory", "inspectiondirectory"):
            post(client, f"/api/inspector/{command}", {"Directory": folder})

    with noted("folder commands: folders made outside of the allowed ones", count, place, before):
        asked()
    assert outside_of(place) == before
    for folder, folders, _ in os.walk(place / "files"):
        assert all(is_inside(os.path.join(folder, name), place) for name in folders if name != "link")  # noqa: PTH118
    client.post("/api/inspector/recordingdirectory", json={"Directory": str(place / "files")})


@pytest.mark.slow
def test_no_file_is_ever_made_outside(program: Program, client: httpx.Client, place: Path) -> None:
    before = outside_of(place)
    client.post("/api/inspector/inspectiondirectory", json={"Directory": str(place / "allowed")})

    count: list[str] = []

    @settings(ALWAYS_THE_SAME, max_examples=25)
    @example("link/x", "a", "link/link")
    @example("x", "link", "x")
    @example("../../../outside/x", "../../x", "..\\..\\x")
    @example("/etc/x", OUTSIDE, OUTSIDE + "/bait")
    @given(names(), names(), names())
    def asked(file: str, folder: str, still: str) -> None:
        count.append(file)
        file, folder, still = (filled(one, place)[:900] for one in (file, folder, still))
        templates = {"FilenameTemplate": file, "AnomalyTemplate": file, "ClipTemplate": file}
        taken = post(client, "/api/inspector/pathtemplate", {"DirectoryTemplate": folder, "FramegrabTemplate": still})
        if not post(client, "/api/inspector/pathtemplate", templates) or not taken:
            return
        answers = [client.get(f"/api/inspector/{one}") for one in ("startclip", "takeframegrab", "stopclip")]
        answers += [client.get(f"/api/inspector/{one}") for one in ("startrecording", "isrecording", "stoprecording")]
        assert {answer.status_code for answer in answers} <= {200, 500}
        assert outside_of(place) == before

    with noted("file and folder templates: files made outside of the allowed folders", count, place, before):
        asked()
    for what in ("parts", "clips", "framegrabs"):
        rows = program.rows(what)
        assert len(rows) > 5
        assert all(is_inside(row["path"], place) for row in rows)
