"""A bag comes from a process of its own, a piece for each that is asked for; what goes wrong is told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from fakes.workers import FakeSupervisor, FakeWorker
from seacorder.base.errors import NotKnown, NotPossible, SeacorderError, StorageFailed
from seacorder.control.files import exports as module
from seacorder.control.files.exports import AT_ONCE, SLOW_BYTES_PER_SECOND, Exports, SendingPace
from seacorder.model.export import BagBegun, BagEnded, BagPiece, MakeBag, Refusal, SendMore


class Folders:
    """No folder waits, or each does so many times."""

    key_folder: Path | None = Path("/keys")

    def __init__(self) -> None:
        self.due = 0

    def is_due(self, folder: str) -> bool:
        self.due -= 1
        return self.due >= 0


class Rig:
    """What a test needs; `on_start` is what the process does first."""

    def __init__(self, on_start: Callable[[FakeWorker], None]) -> None:
        self.workers: list[FakeWorker] = []
        self.folders = Folders()
        supervisor = FakeSupervisor(FakeClock())

        def added(worker: FakeWorker) -> None:
            worker.is_hung = True  # it answers by its script alone
            self.workers.append(worker)
            worker.on_start = lambda: on_start(worker)

        supervisor.on_add = added
        self.exports = Exports(supervisor, FakeClock(), self.folders, lambda: False)  # type: ignore[arg-type]

    @property
    def order(self) -> MakeBag:
        return self.exports.order("r1", "A recording", ("r1",))


def sends(*reports: object) -> Callable[[FakeWorker], None]:
    def on_start(worker: FakeWorker) -> None:
        for report in reports:
            worker.report(report)

    return on_start


async def test_the_pieces_in_order_and_one_is_asked_for_with_each() -> None:
    rig = Rig(sends(BagBegun(), BagPiece(b"one"), BagPiece(b""), BagPiece(b"two"), BagEnded()))
    export = await rig.exports.open(rig.order)
    asked = len(rig.workers[0].commands)
    assert [piece async for piece in export.pieces()] == [b"one", b"two"]
    assert {type(one) for one in rig.workers[0].commands} == {SendMore}
    assert len(rig.workers[0].commands) == asked + 3
    assert rig.workers[0].first_message == rig.order
    assert rig.order.key_folder == str(Path("/keys"))
    export.close()


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (Refusal.AWAY, NotKnown), (Refusal.NOTHING, NotKnown), (Refusal.UNREADABLE, NotPossible),
        (Refusal.DISK, StorageFailed),
    ],
)
async def test_what_is_refused_is_refused_before_the_first_byte(refusal: Refusal, error: type[SeacorderError]) -> None:
    rig = Rig(sends(BagBegun(refusal, "It is away.", "Bring it back.")))
    with pytest.raises(error, match="It is away"):
        await rig.exports.open(rig.order)


async def test_a_bag_that_is_broken_off_looks_never_whole() -> None:
    rig = Rig(sends(BagBegun(), BagPiece(b"one"), BagEnded("A file cannot be read any more.")))
    export = await rig.exports.open(rig.order)
    with pytest.raises(StorageFailed, match="any more"):
        assert [piece async for piece in export.pieces()] == [b"one"]


async def test_a_process_that_ends_by_itself_is_told() -> None:
    def ends(worker: FakeWorker) -> None:
        worker.report(BagBegun())
        worker.end()

    export = await (rig := Rig(ends)).exports.open(rig.order)
    with pytest.raises(StorageFailed, match="has ended"):
        assert [piece async for piece in export.pieces()] == []
    with pytest.raises(StorageFailed, match="has ended"):
        await (rig := Rig(lambda worker: worker.end())).exports.open(rig.order)


async def test_so_many_at_once_and_each_place_is_free_again() -> None:
    rig = Rig(sends(BagBegun()))
    running = [await rig.exports.open(rig.order) for _ in range(AT_ONCE)]
    with pytest.raises(NotPossible, match="already"):
        await rig.exports.open(rig.order)
    for one in running:
        one.close()
        one.close()
        await one.ended()
    for _ in range(AT_ONCE + 1):
        export = await rig.exports.open(rig.order)
        export.close()
        await export.ended()


async def test_a_folder_that_is_just_being_made_complete_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    rig = Rig(sends(BagBegun()))
    rig.folders.due = 3
    whole = rig.order.__class__("r1", "A recording", files=("/a/1.mp4",))
    (await rig.exports.open(whole)).close()
    assert rig.folders.due == -1


async def test_it_reads_slowly_while_a_recording_runs() -> None:
    clock, recording = FakeClock(), False
    pace = SendingPace(clock, lambda: recording)
    assert pace.wait_seconds(SLOW_BYTES_PER_SECOND) == 0
    recording = True
    assert pace.wait_seconds(SLOW_BYTES_PER_SECOND) == pytest.approx(1)
    clock.advance(0.5)
    assert pace.wait_seconds(SLOW_BYTES_PER_SECOND // 2) == pytest.approx(1)
    recording = False
    assert pace.wait_seconds(SLOW_BYTES_PER_SECOND) == 0
