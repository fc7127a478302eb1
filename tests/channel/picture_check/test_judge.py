"""Frozen and black, from looks: what raises a fault, when, and what ends it."""

import random

import pytest

from seacorder.channel.picture_check.judge import COLUMNS, ROWS, KeyframeLook, PictureJudge, is_black
from seacorder.model.channel import PictureFault

SECOND = 1_000_000_000
POINTS = COLUMNS * ROWS
SCENE = bytes(random.Random(1).choices(range(30, 220), k=POINTS))
FROZEN, BLACK = PictureFault.FROZEN, PictureFault.BLACK


def noisy(sigma: float, seed: int, scene: bytes = SCENE) -> bytes:
    chance = random.Random(seed)
    return bytes(min(255, max(0, value + round(chance.gauss(0, sigma)))) for value in scene)


def moved(places: int) -> bytes:
    return SCENE[places:] + SCENE[:places]


def faults(pictures: list[bytes], every_seconds: float = 2) -> list[PictureFault | None]:
    judge = PictureJudge()
    return [judge.see(KeyframeLook(int(i * every_seconds * SECOND), luma)) for i, luma in enumerate(pictures)]


def test_what_moves_is_fine() -> None:
    assert faults([moved(i * 7) for i in range(20)]) == [None] * 20


@pytest.mark.parametrize(("group_seconds", "limit_seconds"), [(2, 10), (2.5, 10), (3, 13), (4, 14), (7, 17), (10, 20)])
def test_a_freeze_is_noticed_within_ten_seconds_and_a_long_group(group_seconds: float, limit_seconds: float) -> None:
    """Frozen right after a look: the worst case."""
    pictures = [moved(7), moved(14), *[SCENE] * 12]
    noticed = faults(pictures, group_seconds).index(FROZEN)
    assert (noticed - 1) * group_seconds <= limit_seconds
    assert (noticed - 2) * group_seconds >= 5


def test_what_an_encoder_makes_of_a_frozen_picture_is_frozen() -> None:
    """Its rate control makes another keyframe of it now and then."""
    pictures = [noisy(0.9, 1) if i % 5 == 3 else SCENE for i in range(12)]
    assert faults(pictures)[-1] is FROZEN


@pytest.mark.parametrize("sigma", [0.8, 1.5, 3])
def test_a_still_scene_with_a_sensors_noise_is_not_frozen(sigma: float) -> None:
    assert set(faults([noisy(sigma, i) for i in range(30)])) == {None}


def test_a_clock_in_the_picture_runs_on() -> None:
    """A few points that change strongly are enough."""
    pictures = [bytes([255 * (i % 2)] * 4) + SCENE[4:] for i in range(20)]
    assert FROZEN not in faults(pictures)


def test_a_change_ends_the_fault_at_the_next_look() -> None:
    assert faults([SCENE] * 6 + [moved(3)])[-2:] == [FROZEN, None]


def test_black_is_noticed_and_ends() -> None:
    black = [noisy(1, i, bytes([16]) * POINTS) for i in range(7)]
    found = faults([SCENE, *black, SCENE])
    assert found.index(BLACK) == 4
    assert found[-2:] == [BLACK, None]


def test_an_exactly_black_picture_is_called_black_and_not_frozen() -> None:
    assert faults([bytes(POINTS)] * 10)[-1] is BLACK


def test_a_frozen_picture_that_turns_black_changes_its_fault() -> None:
    found = faults([SCENE] * 8 + [bytes([16]) * POINTS] * 6)
    assert FROZEN in found
    assert found[-1] is BLACK


def test_a_lamp_in_the_dark_is_not_black() -> None:
    assert is_black(bytes([16]) * POINTS)
    assert is_black(noisy(2, 1, bytes([18]) * POINTS))
    assert not is_black(bytes([16]) * (POINTS - 100) + bytes([120]) * 100)
    assert not is_black(bytes([40]) * POINTS)


def test_a_new_connection_begins_anew_and_keeps_the_fault_until_it_is_disproved() -> None:
    judge = PictureJudge()
    for second in range(0, 12, 2):
        judge.see(KeyframeLook(second * SECOND, SCENE))
    assert judge.fault is FROZEN
    judge.begin_anew()
    assert judge.see(KeyframeLook(100 * SECOND, SCENE)) is FROZEN
    assert judge.see(KeyframeLook(102 * SECOND, moved(5))) is None
    judge.begin_anew()
    assert judge.see(KeyframeLook(200 * SECOND, bytes(POINTS))) is None
