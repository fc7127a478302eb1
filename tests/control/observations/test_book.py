"""The book of observations over fake workers: entered, found again, closed, revised, withdrawn, and never lost."""

import asyncio
from pathlib import Path

import pytest

from control.bridge import PATIENCE_SECONDS, Bridge
from control.observations.waiting import until
from seacorder.base.errors import BadRequest, NotKnown, NotPossible
from seacorder.catalogue.page import Page
from seacorder.control.observations import book as book_module
from seacorder.model.command import StartClip, TakeFramegrab
from seacorder.model.instant import Instant
from seacorder.model.observation import EnteredBy, Observation, ObservationClass, ObservationState, RevisionKind
from seacorder.model.observation_entry import Edit, Entry
from seacorder.model.observation_kind import ObservationKind
from seacorder.model.observation_text import write
from seacorder.model.reading import Reading, ReadingState
from seacorder.model.recording import FileKind
from seacorder.storage import observation_file


class Survey:
    """Readings and a context as a test sets them."""

    def __init__(self) -> None:
        self.asked: list[Instant] = []
        self.context = (("dive", "12"), ("operator", "Ann"))

    def readings_at(self, instant: Instant) -> tuple[Reading, ...]:
        self.asked.append(instant)
        received = Instant(instant.monotonic_ns - 200_000_000, instant.utc_ns - 200_000_000)
        return (Reading("depth", 12.5, "m", ReadingState.FRESH, received, "rov"),)

    def context_now(self) -> tuple[tuple[str, str], ...]:
        return self.context


@pytest.fixture
def survey(bridge: Bridge) -> Survey:
    made = Survey()
    bridge.recorder.observations.readings = bridge.recorder.observations.context = made
    return made


async def stored(bridge: Bridge, observation: Observation) -> tuple[Observation, str]:
    """As the list of recordings has it, and its path."""
    await bridge.catalogue.flush()
    found = bridge.catalogue.observation(observation.id)
    assert found is not None
    return found


async def test_one_call_enters_all_that_is_known(bridge: Bridge, survey: Survey) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.pass_seconds(4)
    one = await bridge.recorder.observations.observe(Entry("fj", "Tape worn", author="Bo"))
    assert (one.code, one.number, one.label, one.dive) == ("FJ", 1, "Field joint", "12")
    assert (one.now.text, one.now.state, one.revisions[0].author) == ("Tape worn", ObservationState.POINT, "Bo")
    assert (one.readings[0].reading.value, one.readings[0].age_seconds) == (12.5, 0.2)
    assert one.start.utc_ns == bridge.clock.utc_ns()
    assert [(place.channel, place.part, place.offset_seconds, place.frame) for place in one.followed.places] == [
        ("Bow", 1, 4.0, 100), ("Stern", 1, 4.0, 100),
    ]
    found, path = await stored(bridge, one)
    assert observation_file.read_file(Path(path)) == found == one
    assert Path(path).parent.name.startswith("DATA_")
    assert "observation_entered" in bridge.kinds()


async def test_without_a_recording_it_has_readings_and_no_places(bridge: Bridge, survey: Survey) -> None:
    await bridge.start()
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    assert (one.followed.places, one.recording_id, len(one.readings)) == ((), None, 1)
    assert Path((await stored(bridge, one))[1]).exists()


async def test_numbers_run_for_each_dive_and_class_and_go_on_after_a_restart(bridge: Bridge, survey: Survey) -> None:
    await bridge.start()
    observe = bridge.recorder.observations.observe
    first = [(await observe(Entry(code))).number for code in ("AN", "FJ", "DM", "AN")]
    survey.context = (("dive", "13"),)
    first.append((await observe(Entry("AN"))).number)
    assert first == [1, 2, 1, 3, 1]
    await bridge.recorder.stop()
    bridge.build()
    await bridge.start()
    bridge.recorder.observations.context = survey
    survey.context = (("dive", "12"),)
    assert (await bridge.recorder.observations.observe(Entry("AN"))).number == 4


async def test_an_observation_that_the_list_never_saw_is_found_in_its_file(bridge: Bridge, survey: Survey) -> None:
    await bridge.start()
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    _, path = await stored(bridge, one)
    unseen = write(one).replace(f'"{one.id}"', '"other"').replace('"number": 1', '"number": 7')
    Path(path).with_name("other.json").write_text(unseen)
    await bridge.recorder.stop()
    bridge.build()
    await bridge.start()
    bridge.recorder.observations.context = survey
    assert (await bridge.recorder.observations.find("other")).number == 7
    assert (await bridge.recorder.observations.observe(Entry("FJ"))).number == 8


async def test_one_key_opens_and_closes_a_span(bridge: Bridge) -> None:
    await bridge.start()
    book = bridge.recorder.observations
    opened = await book.press("FS")
    assert (opened.now.state, book.open, opened.entered_by) == (ObservationState.OPEN, (opened,), EnteredBy.KEY)
    bridge.clock.advance(30)
    closed = await book.press("FS")
    assert (closed.id, closed.now.state, book.open) == (opened.id, ObservationState.CLOSED, ())
    assert closed.now.end is not None
    assert closed.now.end.utc_ns - closed.start.utc_ns == 30 * 10**9
    assert (await book.press("FS")).number == opened.number + 1


async def test_a_second_opening_is_refused_and_names_the_first(bridge: Bridge) -> None:
    await bridge.start()
    book = bridge.recorder.observations
    first = await book.observe(Entry("FS"))
    with pytest.raises(NotPossible, match=first.id):
        await book.observe(Entry("FS"))
    assert len((await bridge.catalogue.ask(lambda: bridge.catalogue.observations(Page()))).items) == 1


async def test_a_late_span_that_would_be_open_beside_another_is_refused_too(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.pass_seconds(60)
    first = await bridge.recorder.observations.observe(Entry("FS"))
    now = bridge.clock.utc_ns()
    with pytest.raises(NotPossible, match=first.id):
        await bridge.recorder.observations.observe(Entry("FS", utc_ns=now - 40 * 10**9))
    ended = Entry("FS", utc_ns=now - 40 * 10**9, end_utc_ns=now - 20 * 10**9)
    assert (await bridge.recorder.observations.observe(ended)).now.state is ObservationState.CLOSED


async def test_a_span_that_has_just_ended_has_its_end(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.pass_seconds(60)
    now = bridge.clock.utc_ns()
    one = await bridge.recorder.observations.observe(Entry("FS", utc_ns=now - 10**9 // 2, end_utc_ns=now))
    assert one.now.state is ObservationState.CLOSED
    assert one.now.end is not None
    assert one.now.end.utc_ns == now


async def test_a_stop_closes_what_is_open_with_a_mark_and_a_warning(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    one = await bridge.recorder.observations.press("BU")
    bridge.pass_seconds(10)
    stopped = await bridge.recorder.stop_recording()
    closed = await bridge.recorder.observations.find(one.id)
    assert closed.now.is_closed_by_stop
    assert closed.now.end == stopped.instant
    assert [(place.channel, place.part, place.offset_seconds) for place in closed.followed.to_places] == [
        ("Bow", 1, 10.0), ("Stern", 1, 10.0),
    ]
    assert closed.revisions[-1].kind is RevisionKind.CLOSED_BY_STOP
    assert "observation_left_open" in bridge.kinds()


async def test_an_open_span_is_open_again_after_a_crash(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    one = await bridge.recorder.observations.press("FS")
    await bridge.recorder.observations.stop()
    await bridge.crash()
    bridge.build()
    await bridge.start()
    assert [open_one.id for open_one in bridge.recorder.observations.open] == [one.id]
    assert (await bridge.recorder.observations.press("FS")).now.state is ObservationState.CLOSED


async def test_revisions_are_kept_in_file_and_list(bridge: Bridge, survey: Survey) -> None:
    await bridge.start()
    book = bridge.recorder.observations
    one = await book.observe(Entry("AN", "Worn", {"clock": 3}))
    await book.revise(one.id, Edit("Gone", {"clock": 6}, "Bo", "typing"))
    gone = await book.withdraw(one.id, Edit(reason="other pipe"))
    assert [(rev.kind, rev.author, rev.reason) for rev in gone.revisions] == [
        (RevisionKind.ENTERED, "Ann", ""), (RevisionKind.REVISED, "Bo", "typing"),
        (RevisionKind.WITHDRAWN, "Ann", "other pipe"),
    ]
    assert (gone.now.text, gone.now.fields, gone.now.state) == ("Gone", (("clock", 6),), ObservationState.WITHDRAWN)
    found, path = await stored(bridge, one)
    assert found.revisions == gone.revisions
    assert observation_file.read_file(Path(path)) == found
    assert (await book.withdraw(one.id)).revisions == gone.revisions
    with pytest.raises(NotPossible):
        await book.revise(one.id, Edit("Back"))


async def test_edits_of_many_at_once_are_all_in_the_history(bridge: Bridge) -> None:
    await bridge.start()
    book = bridge.recorder.observations
    one = await book.observe(Entry("FJ"))
    await asyncio.gather(*(book.revise(one.id, Edit(f"edit {n}")) for n in range(20)))
    edited = await book.find(one.id)
    assert [revision.sequence for revision in edited.revisions] == list(range(1, 22))
    assert {rev.changes.text for rev in edited.revisions[1:]} == {f"edit {n}" for n in range(20)}
    found, path = await stored(bridge, one)
    assert observation_file.read_file(Path(path)) == found == edited


async def test_a_late_entry_gets_the_readings_and_places_of_its_time(bridge: Bridge, survey: Survey) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.pass_seconds(60)
    await bridge.recorder.stop_recording()
    bridge.clock.advance(3600)
    at_ns = bridge.clock.utc_ns() - 3630 * 10**9
    late = await bridge.recorder.observations.observe(Entry("FJ", utc_ns=at_ns))
    assert (late.entered_by, late.start.utc_ns, survey.asked[-1]) == (EnteredBy.LATE, at_ns, late.start)
    assert [(one.channel, one.offset_seconds) for one in late.followed.places] == [("Bow", 30.0), ("Stern", 30.0)]


async def test_a_late_entry_is_in_the_folder_of_the_video_that_shows_it(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.pass_seconds(60)
    await bridge.recorder.stop_recording()
    bridge.clock.advance(3600)
    await bridge.recorder.start_recording()
    late = await bridge.recorder.observations.observe(Entry("FJ", utc_ns=bridge.clock.utc_ns() - 3630 * 10**9))
    assert Path((await stored(bridge, late))[1]).parent == Path(late.followed.places[0].path).parent


async def test_the_file_is_where_a_client_has_sent_the_recording(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.name_next(FileKind.RECORDING, "Job 7/Dive 12")
    await bridge.recorder.start_recording()
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    assert Path((await stored(bridge, one))[1]).parent == bridge.folder / "Job 7"


async def test_an_anomaly_of_a_kind_that_says_nothing_of_a_clip_has_its_video(bridge: Bridge) -> None:
    await bridge.start()
    bridge.recorder.observations.kinds.put(ObservationKind("CR", "Crack", ObservationClass.ANOMALY, is_span=True))
    one = await bridge.recorder.observations.press("CR")
    await until(bridge, one, lambda seen: bool(seen.followed.clips))
    assert bridge["Bow"].told(StartClip)[-1].kind is FileKind.ANOMALY
    await bridge.recorder.observations.press("CR")
    await bridge.event("clip_stopped")
    assert bridge["Bow"].anomaly is None


async def test_no_clip_is_left_running_by_a_span_that_ends_while_it_begins(bridge: Bridge) -> None:
    await bridge.start()
    kind = ObservationKind("SL", "Slow", is_span=True, takes_span_clip=True)
    bridge.recorder.observations.kinds.put(kind)
    bridge["Stern"].is_hung = True  # the start of the clip waits for it
    await bridge.recorder.observations.press("SL")
    await bridge.recorder.observations.press("SL")
    await bridge.until(lambda: bool(bridge["Stern"].told(StartClip)))
    bridge.reach_limits()
    bridge["Stern"].is_hung = False
    await bridge.event("clip_stopped")
    assert not bridge.recorder.is_clip_recording()


async def test_a_span_that_ends_before_its_file_is_written_has_no_clip(bridge: Bridge) -> None:
    await bridge.start()
    kind = ObservationKind("SL", "Slow", is_span=True, takes_span_clip=True)
    bridge.recorder.observations.kinds.put(kind)
    await asyncio.gather(*(bridge.recorder.observations.press("SL") for _ in range(2)))
    await bridge.recorder.observations.stop()
    assert bridge["Bow"].told(StartClip) == []


async def test_a_late_span_has_both_ends(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    bridge.pass_seconds(60)
    now = bridge.clock.utc_ns()
    entry = Entry("FS", utc_ns=now - 40 * 10**9, end_utc_ns=now - 20 * 10**9)
    late = await bridge.recorder.observations.observe(entry)
    assert late.now.state is ObservationState.CLOSED
    assert [place.offset_seconds for place in late.followed.to_places] == [40.0, 40.0]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (Entry("XY"), "code"),
        (Entry("AN", fields={"clock": "up"}), "fields"),
        (Entry("AN", "x" * 4001), "text"),
        (Entry("AN", utc_ns=1_700_000_100_000_000_000), "utc"),
        (Entry("AN", utc_ns=1_600_000_000_000_000_000), "utc"),
        (Entry("AN", end_utc_ns=1_600_000_000_000_000_000), "to_utc"),
        (Entry("FS", utc_ns=1_699_999_990_000_000_000, end_utc_ns=1_699_999_980_000_000_000), "to_utc"),
    ],
)
async def test_what_is_not_accepted_changes_nothing(bridge: Bridge, entry: Entry, field: str) -> None:
    await bridge.start()
    with pytest.raises(BadRequest) as refused:
        await bridge.recorder.observations.observe(entry)
    assert refused.value.field == field
    assert await bridge.rows("observations") == ()
    assert list(bridge.folder.rglob("*.json")) == []


async def test_an_id_that_nobody_has(bridge: Bridge) -> None:
    await bridge.start()
    with pytest.raises(NotKnown):
        await bridge.recorder.observations.revise("nothing", Edit("x"))


async def test_a_still_and_a_clip_follow_and_are_linked(bridge: Bridge) -> None:
    await bridge.start()
    kind = ObservationKind("SL", "Slow", is_span=True, takes_still=True, takes_span_clip=True)
    bridge.recorder.observations.kinds.put(kind)
    one = await bridge.recorder.observations.press("SL")
    found = await until(bridge, one, lambda seen: bool(seen.followed.stills and seen.followed.clips))
    assert {still.path for still in found.followed.stills} == {"/x.jpg"}
    assert bridge.recorder.is_clip_recording() or bridge["Bow"].clip is not None
    await bridge.recorder.observations.press("SL")
    await bridge.event("clip_stopped")
    assert bridge["Bow"].clip is None


async def test_a_still_is_of_the_instant_of_the_press_however_long_the_disk_takes(bridge: Bridge) -> None:
    await bridge.start()
    pressed = asyncio.create_task(bridge.recorder.observations.press("AN"))
    await asyncio.sleep(0)  # it waits for its file now
    bridge.clock.advance(0.8)
    one = await pressed
    await until(bridge, one, lambda seen: bool(seen.followed.stills))
    (taken,) = [command for command in bridge["Bow"].commands if isinstance(command, TakeFramegrab)]
    assert taken.instant == one.start


async def test_a_clip_that_an_operator_has_started_goes_on(bridge: Bridge) -> None:
    await bridge.start()
    kind = ObservationKind("SL", "Slow", ObservationClass.FINDING, is_span=True, takes_span_clip=True)
    bridge.recorder.observations.kinds.put(kind)
    await bridge.recorder.start_clip()
    one = await bridge.recorder.observations.press("SL")
    await until(bridge, one, lambda seen: len(seen.followed.clips) == 2)
    await bridge.recorder.observations.press("SL")
    await bridge.recorder.observations.stop()
    assert bridge["Bow"].clip is not None


async def test_kinds_that_clients_set_are_there_after_a_restart(bridge: Bridge) -> None:
    await bridge.start()
    kinds = bridge.recorder.observations.kinds
    kinds.put(ObservationKind("WD", "Weld", key="w"))
    kinds.remove("NOTE")
    with pytest.raises(BadRequest, match="AN"):
        kinds.put(ObservationKind("XX", "Other", key="i"))
    await bridge.recorder.stop()
    bridge.build()
    await bridge.start()
    codes = [kind.code for kind in bridge.recorder.observations.kinds.all]
    assert codes == ["AN", "FJ", "FS", "BU", "DB", "DM", "MG", "CP", "WD"]


@pytest.mark.usefixtures("_refusing_disk")
async def test_a_disk_that_refuses_is_tried_again(bridge: Bridge) -> None:
    await bridge.start()
    folder = bridge.folder / "DATA"
    folder.write_text("in the way of the folder")
    from seacorder.model.settings import SettingsChange

    await bridge.recorder.change_settings(SettingsChange(directory_template="DATA"))
    one = await bridge.recorder.observations.observe(Entry("FJ"))
    await bridge.until(lambda: "observation_not_stored" in bridge.kinds())
    assert (await stored(bridge, one))[1] == ""
    folder.unlink()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await stored(bridge, one))[1] == "":
            await asyncio.sleep(0.05)
    assert observation_file.read_file(Path((await stored(bridge, one))[1])) == one


async def test_a_span_that_begins_while_files_are_being_finished_goes_on(bridge: Bridge) -> None:
    await bridge.start()
    await bridge.recorder.start_recording()
    before = await bridge.recorder.observations.press("BU")
    bridge.pass_seconds(10)
    bridge["Stern"].is_hung = True
    stopping = asyncio.create_task(bridge.recorder.stop_recording())
    await asyncio.sleep(0)
    bridge.clock.advance(2)
    begun = await bridge.recorder.observations.press("FS")
    bridge.reach_limits()
    await stopping
    assert (await bridge.recorder.observations.find(before.id)).now.is_closed_by_stop
    assert [one.id for one in bridge.recorder.observations.open] == [begun.id]


async def test_a_span_that_was_begun_before_the_computer_was_started_anew_ends_with_the_recording(
    bridge: Bridge,
) -> None:
    await bridge.start()
    one = await bridge.recorder.observations.press("BU")
    later = Instant(one.start.monotonic_ns - 10**9, one.start.utc_ns + 10**9)
    await bridge.recorder.observations.recording_stopped(later, "r")
    assert bridge.recorder.observations.open == ()


async def test_a_press_ends_a_span_whose_kind_was_removed_meanwhile(bridge: Bridge) -> None:
    await bridge.start()
    book = bridge.recorder.observations
    one = await book.press("FS")
    book.kinds.remove("FS")
    with pytest.raises(BadRequest) as refused:
        await book.revise(one.id, Edit(fields={"height": 1}))
    assert refused.value.field == "fields"
    assert (await book.press("fs")).now.state is ObservationState.CLOSED
    with pytest.raises(NotKnown):
        await book.press("FS")


async def test_what_is_said_with_a_press_is_kept(bridge: Bridge) -> None:
    await bridge.start()
    book = bridge.recorder.observations
    opened = await book.press("FS", Edit("Begins", author="Bo"), EnteredBy.PAGE)
    assert (opened.now.text, opened.revisions[0].author, opened.entered_by) == ("Begins", "Bo", EnteredBy.PAGE)
    assert (await book.press("FS", Edit("Ended", {"height": 0.3}))).now.fields == (("height", 0.3),)


async def test_a_history_does_not_grow_beyond_what_is_read_back(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bridge.start()
    book = bridge.recorder.observations
    one = await book.press("FS")
    monkeypatch.setattr(book_module, "HISTORY_BYTES_MAX", len(write(one)) + 1000)
    await book.revise(one.id, Edit("x" * 100))
    with pytest.raises(NotPossible, match="history"):
        await book.revise(one.id, Edit("y" * 1000))
    assert (await book.press("FS", Edit("z" * 1000))).now.text == "z" * 1000
    assert len((await book.withdraw(one.id)).revisions) == 4
