"""Which files of the blackbox go."""

from seacorder.control.blackbox.limits import TooMuch, outdated
from seacorder.model.recording import FileState, Part
from seacorder.storage.blackbox_files import HeldFiles

MINUTE_NS = 60 * 10**9


def held(number: int, channel: str = "Bow", size: int = 10) -> HeldFiles:
    """The file of the minute of that number."""
    begin_ns, end_ns = number * MINUTE_NS, (number + 1) * MINUTE_NS
    part = Part("blackbox-1", channel, number, f"/bb/{channel}_{number}.mp4", begin_ns, end_ns, 0, 1, size,
                FileState.WHOLE)
    return HeldFiles(f"/bb/{channel}_{number}", begin_ns, end_ns, (f"{channel}_{number}.mp4",), size, part)


def nobody(_: HeldFiles) -> bool:
    return False


def stems(going: list[HeldFiles]) -> list[str]:
    return [one.stem for one in going]


def test_nothing_goes_while_all_is_within_the_limits() -> None:
    assert outdated([held(1), held(2)], TooMuch(0, 10 * MINUTE_NS), nobody) == []


def test_the_oldest_whole_files_go_until_there_is_room() -> None:
    files = [held(3), held(1), held(2)]
    assert stems(outdated(files, TooMuch(11), nobody)) == ["/bb/Bow_1", "/bb/Bow_2"]


def test_age_is_what_was_recorded_since_on_the_same_channel() -> None:
    files = [held(1), held(2), held(3), held(1, "Stern")]
    assert stems(outdated(files, TooMuch(0, 2 * MINUTE_NS), nobody)) == ["/bb/Bow_1"]


def test_a_clock_that_jumps_ahead_by_years_removes_nothing() -> None:
    year = 365 * 24 * 60
    files = [held(1), held(2), held(year)]
    assert outdated(files, TooMuch(0, 10 * MINUTE_NS), nobody) == []


def test_what_somebody_needs_stays_and_the_next_goes_instead() -> None:
    files = [held(1), held(2), held(3)]
    going = outdated(files, TooMuch(5), lambda one: one.stem.endswith("_1"))
    assert stems(going) == ["/bb/Bow_2"]


def test_old_files_go_whatever_room_there_is() -> None:
    files = [held(number) for number in range(5)]
    assert stems(outdated(files, TooMuch(0, MINUTE_NS), nobody)) == ["/bb/Bow_0", "/bb/Bow_1", "/bb/Bow_2", "/bb/Bow_3"]
