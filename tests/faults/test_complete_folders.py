"""Complete folders: a byte that was changed, files more and less, kills while a manifest is made, no key, a clock in
1970, and a folder that is moved. Real recordings, checked by `sha256sum` and `minisign` too.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from faults.results import is_long, note
from rig import stepped_clock
from rig.program import Program, children, command_line, running, wait_for
from rig.stepped_clock import SteppedClock
from seacorder.evidence.verify import verify_folder
from seacorder.storage.signing_key import read_key

pytestmark = pytest.mark.slow

CHANNELS = {"Bow": "test:?size=320x180&rate=25", "Stern": "test:?size=320x180&rate=25"}
PROVING = Path(__file__).parents[2] / "docs/setup/proving.md"
MANIFEST, SIGNATURE = "manifest-sha256.txt", "manifest-sha256.txt.minisig"


def record(program: Program, seconds: float = 2.0) -> None:
    program.record(seconds)
    program.get("/api/inspector/stoprecording")


def folders(program: Program, name: str = MANIFEST) -> list[Path]:
    return [path.parent for path in program.files(name)]


def fits(folder: Path) -> bool:
    """By `sha256sum`, with nothing beside."""
    command = ["sha256sum", "--strict", "--quiet", "-c", MANIFEST]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.returncode == 0


def is_signed(folder: Path) -> bool:
    """By `minisign`."""
    command = ["minisign", "-Vm", MANIFEST, "-p", "recorder.pub"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def found(folder: Path) -> list[tuple[str, str]]:
    return [(one.kind, one.file) for one in verify_folder(folder, folder).findings]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete folder, moved to another place; the program has ended."""
    top = tmp_path_factory.mktemp("recorded")
    with running(top, CHANNELS) as program:
        record(program)
        (folder,) = wait_for(lambda: folders(program, SIGNATURE), "the signature")
    return Path(shutil.move(folder, top / "another machine"))


def test_a_folder_that_was_moved_is_whole_for_three_programs(recorded: Path) -> None:
    good = found(recorded) == [] and fits(recorded) and is_signed(recorded)
    note("a folder moved to another place, checked without its recorder: not whole", times=1,
         worst="0" if good else "1", limit="0", kept=good)  # fmt: skip
    assert good


def test_the_page_about_proofs_proves_a_copy(recorded: Path, tmp_path: Path) -> None:
    """The commands of docs/setup/proving.md, as they stand there, without Seacorder."""
    copy = Path(shutil.copytree(recorded, tmp_path / "copy"))
    (copy / "recorder.pub").rename(tmp_path / "signing.pub")  # it came in another way
    shutil.copy(tmp_path / "signing.pub", copy / "recorder.pub")
    sums, signature, frames, _ = re.findall(r"```sh\n(.*?)```", PROVING.read_text("utf-8"), re.DOTALL)

    def said(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["bash", "-c", command], cwd=copy, capture_output=True, text=True, check=False)

    assert (said(sums).returncode, said(sums).stdout) == (0, "")
    assert "Signature and comment signature verified" in said(signature.replace("signing.pub", "../signing.pub")).stdout
    parts = json.loads((copy / "recording.json").read_text("ascii"))["recordings"][0]["parts"]
    assert sorted(said(frames).stdout.splitlines()) == sorted(f"{one['file']} {one['frames']}" for one in parts)
    video = copy / parts[0]["file"]
    flip(video, Random(1))
    assert said(sums).stdout == f"{video.name}: FAILED\n"


def flip(path: Path, chance: Random) -> str:
    data = bytearray(path.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    return "changed"


def remove(path: Path, _: Random) -> str:
    path.unlink()
    return "missing"


def add(path: Path, _: Random) -> str:
    shutil.copy(path, path.with_name(f"more {path.name}"))
    return "more"


CHANGES: tuple[Callable[[Path, Random], str], ...] = (flip, flip, flip, remove, add)


def test_a_changed_bit_and_a_file_more_or_less_are_named(recorded: Path, tmp_path: Path, chance: Random) -> None:
    rounds, missed = 300 if is_long() else 30, 0
    listed = [line.split("  ", 1)[1] for line in (recorded / MANIFEST).read_text().splitlines()]
    for number in range(rounds):
        copy = Path(shutil.copytree(recorded, tmp_path / str(number)))
        name = chance.choice(listed)
        kind = chance.choice(CHANGES)(copy / name, chance)
        wanted = (kind, f"more {name}" if kind == "more" else name)
        missed += wanted not in found(copy)
        shutil.rmtree(copy)
    note("one bit of a folder changed, a file added or removed: not named", times=rounds, worst=str(missed), limit="0",
         kept=missed == 0)  # fmt: skip
    assert missed == 0


def test_a_changed_manifest_or_signature_is_named(recorded: Path, tmp_path: Path, chance: Random) -> None:
    """Every byte of both counts, but for the comment that is called untrusted."""
    rounds, missed = 300 if is_long() else 40, 0
    for number in range(rounds):
        copy = Path(shutil.copytree(recorded, tmp_path / str(number)))
        path = copy / chance.choice((MANIFEST, SIGNATURE))
        data = bytearray(path.read_bytes())
        begin = data.index(b"\n") + 1 if path.name == SIGNATURE else 0
        data[chance.randrange(begin, len(data) - 1)] ^= 1 << chance.randrange(1, 7)
        path.write_bytes(data)
        missed += not {kind for kind, _ in found(copy)} & {"signature", "manifest"}
        shutil.rmtree(copy)
    note("one bit of a manifest or its signature changed: not named", times=rounds, worst=str(missed), limit="0",
         kept=missed == 0)  # fmt: skip
    assert missed == 0


def completing(program: Program) -> int | None:
    """The process that makes a folder complete, while it runs."""
    pids = (pid for pid in children(program.control_pid) if "seacorder.evidence.completion" in command_line(pid))
    return next(pids, None)


def completing_or_done(program: Program, done: int) -> int | None:
    """The process that makes the next folder complete; -1 where a busy machine has let it end unseen."""
    return completing(program) or (-1 if len(folders(program, SIGNATURE)) > done else None)


def test_a_kill_while_a_manifest_is_made_costs_nothing(tmp_path: Path, chance: Random) -> None:
    rounds, bad = 12 if is_long() else 2, 0
    with running(tmp_path, CHANNELS) as program:
        for number in range(rounds):
            record(program, 1.0)
            pid = wait_for(lambda done=number: completing_or_done(program, done), "the process that completes it")
            threading.Event().wait(chance.uniform(0.0, 0.3))
            if number % 2:
                program.kill_all()
                program.start()
            elif pid > 0:
                with_pid_gone(pid)
            wait_for(lambda wanted=number + 1: len(folders(program, SIGNATURE)) >= wanted, "every folder to be signed")
            wait_for(lambda: all(map(fits, folders(program))), "manifests that fit")
            wait_for(lambda: all(map(is_signed, folders(program))), "signatures that fit")
            bad += sum(bool(found(one)) for one in folders(program))
            left = [path.name for path in program.files(".seacorder-new-*")]
            bad += len(left)
    note("kill -9 while a manifest is made: folders that are not whole after the next try", times=rounds,
         worst=str(bad), limit="0", kept=bad == 0)  # fmt: skip
    assert bad == 0


def with_pid_gone(pid: int) -> None:
    """Kills a process that may have ended by itself."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_without_a_key_folders_are_complete_and_the_event_says_so(tmp_path: Path) -> None:
    (tmp_path / "state" / "seacorder").mkdir(parents=True)
    key = tmp_path / "state" / "seacorder" / "signing.key"
    key.write_text("this was a key once\n")
    with running(tmp_path, CHANNELS) as program:
        record(program)
        (folder,) = wait_for(lambda: folders(program), "the manifest")
        wait_for(lambda: "not signed" in program.log(), "the event")
        good = fits(folder) and found(folder) == [] and not (folder / SIGNATURE).exists()
        good &= program.rows("losses") == [] and key.read_text() == "this was a key once\n"
    note("a key that cannot be read: recordings that are not complete, or keys that were replaced", times=1,
         worst="0" if good else "1", limit="0", kept=good)  # fmt: skip
    assert good


def test_a_key_that_is_made_again_signs_what_was_not_signed(tmp_path: Path) -> None:
    """A key that was lost: the next start makes one, and a folder that changes is signed with it."""
    with running(tmp_path, CHANNELS) as program:
        state = tmp_path / "state" / "seacorder"
        first = read_key(state).public.name
        (state / "signing.key").unlink()
        record(program)
        (folder,) = wait_for(lambda: folders(program), "the manifest")
        unsigned = not (folder / SIGNATURE).exists()
        program.stop()
        program.start()
        record(program)
        signed = wait_for(lambda: folders(program, SIGNATURE), "the signature of the next recording")
        second = read_key(state).public.name
        good = unsigned and first != second and all(map(is_signed, signed))
    note("a key that was lost: recordings after the next start that are not signed", times=1,
         worst="0" if good else "1", limit="0", kept=good)  # fmt: skip
    assert good


def test_a_clock_in_1970_is_stated_and_the_folder_is_whole(tmp_path: Path) -> None:
    if (reason := stepped_clock.reason_to_skip()) is not None:
        pytest.skip(reason)
    clock = SteppedClock(tmp_path, offset=3600 - time.time())
    with running(tmp_path, CHANNELS, variables=clock.variables()) as program:
        record(program)
        (folder,) = wait_for(lambda: folders(program, SIGNATURE), "the signature")
        good = fits(folder) and is_signed(folder) and found(folder) == []
        said: Any = json.loads((folder / "time.json").read_text())
        good &= said["recordings"][0]["samples"][0]["clock_utc"].startswith("1970-01-01T01:")
        page = (folder / "index.html").read_text("utf-8")
        good &= "1970-01-01 01:" in page
    note("a computer whose clock is in 1970: folders that are not whole, or do not say so", times=1,
         worst="0" if good else "1", limit="0", kept=good)  # fmt: skip
    assert good
