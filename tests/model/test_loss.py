"""What a loss says of its cause and of how its frames are counted."""

import pytest

from seacorder.model.loss import (
    BY_CAMERA,
    ESTIMATED,
    NEVER_ARRIVED,
    SENDS_NOTHING,
    Loss,
    LossCause,
    WhyMissing,
    counted,
    disconnected,
)

LOSS = Loss("Bow", 0, 10**9, None, LossCause.RECONNECT, "r1", "The camera was away.")


def test_a_loss_that_is_counted_again_says_once_how_it_is_known() -> None:
    estimated = counted(LOSS, 24, is_by_camera=False)
    assert (estimated.frames, estimated.detail) == (24, f"The camera was away. {ESTIMATED}")
    exact = counted(estimated, 25, is_by_camera=True)
    assert (exact.frames, exact.detail) == (25, f"The camera was away. {BY_CAMERA}")
    assert counted(exact, 25, is_by_camera=True) == exact


def test_a_loss_without_a_count_does_not_say_that_it_is_an_estimate() -> None:
    estimated = counted(LOSS, 24, is_by_camera=False)
    assert counted(LOSS, None, is_by_camera=False) == counted(estimated, None, is_by_camera=True) == LOSS


def test_a_stall_in_which_the_connection_breaks_stays_a_stall_with_both_sentences() -> None:
    both = SENDS_NOTHING.joined(disconnected("The cable is out."))
    assert both == WhyMissing(LossCause.STALL, f"{SENDS_NOTHING.sentence} The cable is out.")


def test_otherwise_the_first_reason_of_a_hole_counts() -> None:
    first = disconnected("The cable is out.")
    assert first.joined(SENDS_NOTHING) is first.joined(disconnected("It is still out.")) is first


@pytest.mark.parametrize(("why", "is_unseen"), [
    (disconnected("Away."), True), (SENDS_NOTHING, True), (NEVER_ARRIVED, False),
])
def test_only_frames_that_nobody_received_are_estimated(why: WhyMissing, is_unseen: bool) -> None:
    assert why.is_unseen is is_unseen
