"""A loss in words, for the log and the events."""

from dataclasses import replace

import pytest

from seacorder.model.loss import CAUSES, Loss, LossCause, loss_fact, recount_fact

BEGIN_NS = 1_777_863_721_250_000_000
LOSS = Loss("Bow", BEGIN_NS, BEGIN_NS + 1_940_000_000, 48, LossCause.RECONNECT, "r", "The camera was away.")


@pytest.mark.parametrize(
    ("loss", "fact"),
    [
        (LOSS, ("Bow: loss of 48 frames (1.9 s), 03:02:01.2 to 03:02:03.1 UTC. Cause: the connection was "
         "lost. The camera was away.")),
        (replace(LOSS, frames=1, detail=""),
         "Bow: loss of 1 frame (1.9 s), 03:02:01.2 to 03:02:03.1 UTC. Cause: the connection was lost."),
        (replace(LOSS, frames=None, cause=LossCause.PROGRAM_ENDED, detail=""),
         ("Bow: loss of 1.9 s, 03:02:01.2 to 03:02:03.1 UTC. Cause: Seacorder or the computer ended "
         "unexpectedly.")),
    ],
)  # fmt: skip
def test_a_loss_says_how_much_from_when_to_when_and_why(loss: Loss, fact: str) -> None:
    assert loss_fact(loss) == fact


@pytest.mark.parametrize(
    ("before", "frames", "fact"),
    [
        (48, 47, "Bow: correction: the loss at 03:02:01 UTC is 47 frames, not 48. By the camera."),
        (None, 1, "Bow: correction: the loss at 03:02:01 UTC is 1 frame, not unknown. By the camera."),
    ],
)
def test_a_better_count_is_a_correction(before: int | None, frames: int, fact: str) -> None:
    better = replace(LOSS, frames=frames, detail="By the camera.")
    assert recount_fact(replace(LOSS, frames=before), better) == fact


def test_every_cause_has_its_words() -> None:
    assert set(CAUSES) == set(LossCause)
