"""A recording is removed once it is proved or somebody says the words; what was noted is finished, after a kill too."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from control.removal_bench import WHOLE, Bench
from seacorder.base.errors import BadRequest, NotKnown, NotPossible
from seacorder.catalogue.page import Page
from seacorder.model.recording import FileState, Part, Recording, RecordingState
from seacorder.model.removal import RemovalOrder, RemovalState, RemoveFiles
from seacorder.storage import account_file
from seacorder.storage.volumes import MarkedFolder, MarkedFolders

SURE = RemovalOrder("r", "Ines", "Handed over", phrase="without a copy")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    await made.start()
    await made.record()
    yield made
    await made.end()


async def test_what_would_go_is_said_and_nothing_is_changed(bench: Bench) -> None:
    view = await bench.removals.view("r")
    assert (view.state, view.hindrance, view.folders) == (RemovalState.WAITING, None, (str(bench.folder),))
    assert view.files == len(list(bench.folder.iterdir()))
    with pytest.raises(NotKnown):
        await bench.removals.view("none")


async def test_it_goes_after_its_copy_was_compared_and_the_list_says_by_whom(bench: Bench, tmp_path: Path) -> None:
    copy = shutil.copytree(bench.folder, tmp_path / "usb" / "DATA_1").parent
    await bench.removals.order(RemovalOrder("r", "Ines", "Handed over", (str(copy),)))
    await bench.until(lambda: "recording_removed" in bench.kinds())
    view = await bench.removals.view("r")
    assert (view.state, view.ordered_by, view.why) == (RemovalState.REMOVED, "Ines", "Handed over")
    assert view.copies == (f"{copy} (on the same disk)",)
    assert not bench.folder.exists()
    assert bench.catalogue.recording("r") == replace(WHOLE, state=RecordingState.REMOVED)
    assert [one.state for one in bench.catalogue.all_rows(Part, Page(recording_id="r"))] == [FileState.REMOVED]
    with pytest.raises(NotPossible, match="removed already"):
        await bench.removals.order(SURE)


async def test_without_a_copy_the_words_have_to_be_said(bench: Bench) -> None:
    for phrase in ("", "yes", "without copy", "Without a  COPY"):
        with pytest.raises(BadRequest, match="no verified copy is known"):
            await bench.removals.order(replace(SURE, phrase=phrase))
    await bench.removals.order(SURE)
    await bench.until(lambda: "recording_removed" in bench.kinds())
    assert not bench.folder.exists()
    assert (await bench.removals.view("r")).copies == ()


async def test_a_copy_that_the_list_knows_is_compared_too_before_it_goes(bench: Bench, tmp_path: Path) -> None:
    lying = await bench.copied("disk 1", tmp_path / "nas")
    (lying / "Bow.mp4").write_text("other bytes")
    await bench.removals.order(RemovalOrder("r", "Ines"))
    assert (await bench.removals.view("r")).copies == (str(tmp_path / "nas"),)
    await bench.until(lambda: "recording_not_removed" in bench.kinds())
    assert "its bytes differ" in bench.journal.events.after(0)[0].fact
    assert Path(bench.part.path).exists()
    await bench.copied("disk 2", tmp_path / "usb")
    await bench.removals.order(RemovalOrder("r", "Ines"))
    await bench.until(lambda: "recording_removed" in bench.kinds())
    assert (await bench.removals.view("r")).copies[0] == f"{tmp_path / 'usb'} (on the same disk)"


async def test_a_copy_whose_target_is_there_no_more_is_not_trusted(bench: Bench, tmp_path: Path) -> None:
    await bench.copied("disk 1", tmp_path / "nas")
    bench.places.clear()
    with pytest.raises(NotPossible, match="can be compared"):
        await bench.removals.order(RemovalOrder("r", "Ines"))
    assert Path(bench.part.path).exists()


async def test_a_copy_that_differs_removes_nothing_and_says_why(bench: Bench, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(bench.folder, tmp_path / "usb" / "DATA_1"))
    (copy / "Bow.mp4").write_text("other bytes")
    await bench.removals.order(RemovalOrder("r", copies=(str(copy.parent),)))
    await bench.until(lambda: "recording_not_removed" in bench.kinds())
    await bench.until(lambda: bench.removals._working is None or bench.removals._working.done())
    view = await bench.removals.view("r")
    assert view.state is RemovalState.WAITING
    assert view.hindrance is not None
    assert "its bytes differ" in view.hindrance.fact
    assert Path(bench.part.path).exists()
    assert bench.catalogue.recording("r") == WHOLE


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("running", "is still running"),
        ("open clip", "is still running"),
        ("carried on", "carries it on"),
        ("archive", "An archive of it is being made."),
        ("repair", "is being repaired"),
        ("manifest", "A manifest of its folder is being made."),
    ],
)
async def test_what_somebody_needs_is_refused_in_a_sentence(bench: Bench, what: str, why: str) -> None:
    rows: dict[str, tuple[Recording | Part, ...]] = {
        "running": (replace(WHOLE, end_utc_ns=None, state=RecordingState.RUNNING),),
        "open clip": (replace(bench.part, state=FileState.OPEN),),
        "carried on": (Recording("s", 10, None, RecordingState.RUNNING, continues="r"),),
        "repair": (replace(bench.part, state=FileState.INTERRUPTED),),
    }
    for row in rows.get(what, ()):
        bench.catalogue.record(row)
    bench.is_repairing = what == "repair"
    ended = bench.removals.uses.begin("r", "An archive of it is being made.") if what == "archive" else lambda: None
    bench.catalogue.touched.take()
    if what == "manifest":
        bench.catalogue.touched.touch(bench.folder, "r")
        bench.completion.keep()
    await bench.catalogue.flush()  # a question that waits for too long is answered from older rows
    with pytest.raises(NotPossible, match=why):
        await bench.removals.order(SURE)
    assert Path(bench.part.path).exists()
    ended()


@pytest.mark.parametrize("order", [SURE, RemovalOrder("r", copies=("copy",))])
async def test_while_its_disk_is_away_nothing_is_removed(
    bench: Bench, order: RemovalOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(bench.folder, tmp_path / "usb" / "DATA_1")
    away = MarkedFolder(str(bench.folder), "", 1)
    monkeypatch.setattr(MarkedFolders, "exchanged", lambda _, path: away if path.is_relative_to(bench.folder) else None)
    await bench.removals.order(replace(order, copies=(str(copy),) if order.copies else ()))
    await bench.until(lambda: "recording_not_removed" in bench.kinds())
    assert f"The disk of {bench.folder} is not there." in bench.journal.events.after(0)[0].fact
    assert Path(bench.part.path).exists()
    assert bench.catalogue.recording("r") == WHOLE


async def test_use_that_begins_while_the_copy_is_read_counts(bench: Bench) -> None:
    def begins(_: object) -> bool:
        bench.removals.uses.begin("r", "An archive of it is being made.")
        return False

    bench.fails = begins
    await bench.removals.order(SURE)
    await bench.until(lambda: "recording_not_removed" in bench.kinds())
    assert Path(bench.part.path).exists()


async def test_what_was_noted_is_finished_by_the_next_run(bench: Bench) -> None:
    bench.fails = lambda order: isinstance(order, RemoveFiles)
    await bench.removals.order(SURE)
    await bench.until(lambda: "recording_not_removed" in bench.kinds())
    assert Path(bench.part.path).exists()
    assert (await bench.removals.view("r")).state is RemovalState.REMOVING
    await bench.end()
    bench.build()
    bench.fails = lambda _: False
    await bench.start()
    assert bench.completion.held == {str(bench.folder)}
    await bench.until(lambda: "recording_removed" in bench.kinds())
    assert not bench.folder.exists()
    assert bench.completion.held == set()
    assert bench.catalogue.removals_to_finish() == ()


async def test_a_refusing_disk_is_told_once_and_tried_again(bench: Bench) -> None:
    tries: list[object] = []

    def fails(order: object) -> bool:
        if isinstance(order, RemoveFiles):
            tries.append(order)
        return isinstance(order, RemoveFiles) and len(tries) < 4

    bench.fails = fails
    await bench.removals.order(SURE)
    await bench.until(lambda: "recording_removed" in bench.kinds())
    assert bench.kinds() == ["recording_not_removed", "recording_removed"]


async def test_in_a_folder_of_several_the_others_stay(bench: Bench) -> None:
    other = bench.folder / "Stern.mp4"
    other.write_text("of another recording")
    for row in (replace(WHOLE, id="s"), replace(bench.part, recording_id="s", channel="Stern", path=str(other))):
        bench.catalogue.record(row)
    await bench.catalogue.flush()
    bench.catalogue.touched.take()
    await bench.removals.order(SURE)
    await bench.until(lambda: "recording_removed" in bench.kinds())
    assert other.read_text() == "of another recording"
    assert not Path(bench.part.path).exists()
    assert not Path(bench.still.path).exists()


async def test_the_home_account_keeps_what_was_removed(bench: Bench) -> None:
    await bench.removals.order(SURE)
    await bench.until(lambda: "recording_removed" in bench.kinds())
    removal = (await bench.removals.view("r")).utc_ns
    await bench.until(lambda: ("removal", "r") in account_file.read(bench.root))
    await bench.until(lambda: account_file.read(bench.root)["removal", "r"].utc_ns == removal)  # type: ignore[union-attr]
    assert account_file.read(bench.root)["recording", "r"].state is RecordingState.REMOVED  # type: ignore[union-attr]
