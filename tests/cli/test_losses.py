"""The listed losses, as `check` counts them and compares them with the parts."""

from dataclasses import replace

from seacorder.cli.losses import ListedMissing
from seacorder.model.loss import Loss, LossCause
from seacorder.model.recording import FileState, Part

FIRST = Part("r1", "Bow", 1, "/d/1.mp4", 0, 100, 0, 50, 700, FileState.WHOLE)
NEXT = replace(FIRST, number=2, start_utc_ns=110, end_utc_ns=200, first_frame=57)
LOSS = Loss("Bow", 100, 110, 7, LossCause.RECONNECT, "r1")
OTHERS = ListedMissing((replace(LOSS, channel="Stern"), replace(LOSS, from_utc_ns=900, to_utc_ns=950)))


def test_totals_leave_out_what_could_not_be_counted() -> None:
    listed = ListedMissing((LOSS, replace(LOSS, from_utc_ns=300, frames=None)))
    assert listed.totals == {"losses": 2, "frames_lost": 7}
    assert listed.sentence == "2 losses listed, with 7 lost frames; of 1 of them the number of frames is not known."


def test_losses_are_told_in_the_right_number() -> None:
    unknown = replace(LOSS, frames=None)
    lists = ((), (replace(LOSS, frames=1),), (LOSS, OTHERS.losses[0]), (unknown,))
    said = [ListedMissing(one).sentence for one in lists]
    assert said == [
        "no losses listed.",
        "1 loss listed, with 1 lost frame.",
        "2 losses listed, with 14 lost frames.",
        "1 loss listed; how many frames were lost is not known.",
    ]


def test_a_loss_of_the_channel_joins_two_parts_whose_numbers_do_not_follow() -> None:
    assert ListedMissing((LOSS,)).joins(FIRST, NEXT)
    assert not OTHERS.joins(FIRST, NEXT)
    assert OTHERS.joins(FIRST, replace(NEXT, first_frame=50))


def test_a_loss_lies_in_a_file_when_it_is_not_wholly_before_or_behind_it() -> None:
    assert ListedMissing((replace(LOSS, from_utc_ns=90),)).lies_in(FIRST)
    assert not ListedMissing((LOSS,)).lies_in(FIRST)
    assert not OTHERS.lies_in(FIRST)
