"""A damaged file: its repair holds every picture that no damage touches, says what it lacks, and keeps the original."""

import shutil
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.damage import HEAD_AT, closed, fragments_of, index_at, interrupted, spoiled
from fakes.footage import START_UTC_NS, Recipe, numbers_in
from seacorder.evidence.check import check_file
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.repair import repair
from seacorder.model.recording import FileState

PLAIN = Recipe(frames=60, group=20)
SOUND = Recipe(frames=60, group=20, b_frames=2, sound=True)
REPAIRS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
FRAME_NS = 40_000_000


@dataclass(frozen=True)
class Packet:
    """One picture as a file has it."""

    time: Fraction
    content: bytes


def pictures_of(path: Path) -> list[Packet]:
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        return [Packet(packet.pts * packet.time_base, bytes(packet)) for packet in packets]


def sound_packets_in(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(bool(packet.size) for packet in container.demux() if packet.stream.type == "audio")


def written(folder: Path, content: bytes) -> Path:
    path = folder / "Bow.mp4"
    for old in folder.iterdir():
        old.unlink()
    path.write_bytes(content)
    return path


@REPAIRS
@given(
    blocks=st.lists(
        st.tuples(st.floats(0, 1), st.integers(1, 4096), st.sampled_from(["zeros", "random", "ones"])),
        min_size=1,
        max_size=3,
    ),
    recipe=st.sampled_from([PLAIN, SOUND]),
)
def test_a_repair_holds_every_picture_that_no_damage_touches(
    blocks: list[tuple[float, int, str]], recipe: Recipe, tmp_path: Path
) -> None:
    content = interrupted(recipe)
    told = fragments_of(content)
    pictures = pictures_of(written(tmp_path, content))
    damaged, untouched = content, list(range(len(told)))
    for share, size, how in blocks:
        at = told[0][0] + int(share * (len(content) - told[0][0] - 1))
        damaged = spoiled(damaged, at, size, how)
        untouched = [n for n in untouched if told[n][1] <= at or at + size <= told[n][0]]
    path = written(tmp_path, damaged)
    if not untouched:
        return
    repaired = repair(path)
    assert repaired is not None
    kept = {packet.content for packet in pictures_of(path)}
    # Each fragment holds one picture, in the file's order.
    assert all(pictures[number].content in kept for number in untouched if number < len(pictures))
    assert inspect_file(path).state is FileState.REPAIRED
    if repaired.original is not None:
        assert repaired.original.read_bytes() == damaged
    else:
        assert len(kept) >= len({packet.content for packet in pictures})
    assert all(damage.from_byte < damage.to_byte for damage in repaired.damage)


@pytest.mark.parametrize("recipe", [PLAIN, SOUND], ids=["pictures", "B-frames and sound"])
def test_a_lost_block_is_told_with_its_place_its_time_and_its_frames(recipe: Recipe, tmp_path: Path) -> None:
    content = interrupted(recipe)
    told = fragments_of(content)
    path = written(tmp_path, spoiled(content, told[20][0] + 30, told[24][0] - told[20][0], "zeros"))
    facts = inspect_file(path)
    assert (facts.state, facts.frames) == (FileState.INTERRUPTED, 55)
    [damage] = facts.damage
    assert (damage.from_byte, damage.to_byte, damage.frames) == (told[20][0], told[25][0], 5)
    assert damage.to_utc_ns is not None
    assert damage.from_utc_ns < damage.to_utc_ns
    if recipe is PLAIN:
        assert damage.from_utc_ns == START_UTC_NS + 19 * FRAME_NS
        assert damage.to_utc_ns == START_UTC_NS + 25 * FRAME_NS
        assert str(damage.sentence).startswith(
            f"Bytes {told[20][0]:,} to {told[25][0]:,} of the file are damaged: 5 fr"
        )
    before = path.read_bytes()
    repaired = repair(path)
    assert repaired is not None
    assert repaired.damage == (damage,)
    assert repaired.original == path.with_name("Bow.mp4.original")
    assert repaired.original.read_bytes() == before
    assert inspect_file(path).frames == 55
    assert inspect_file(path).newest_frame_utc_ns == facts.newest_frame_utc_ns
    assert check_file(path).damage == ""


def test_two_places_are_two_and_a_second_repair_overwrites_no_original(tmp_path: Path) -> None:
    content = interrupted(PLAIN)
    told = fragments_of(content)
    damaged = spoiled(spoiled(content, told[10][0], 20, "zeros"), told[40][0], 20, "random")
    written(tmp_path, damaged)
    path = tmp_path / "Bow.mp4"
    (tmp_path / "Bow.mp4.original").write_bytes(b"of somebody else")
    repaired = repair(path)
    assert repaired is not None
    assert [damage.frames for damage in repaired.damage] == [1, 1]
    assert repaired.original is not None
    assert repaired.original.read_bytes() == damaged
    assert (tmp_path / "Bow.mp4.original").read_bytes() == b"of somebody else"
    assert inspect_file(path).frames == 58


def test_a_picture_with_lost_bytes_inside_is_kept_and_told(tmp_path: Path) -> None:
    content = interrupted(PLAIN)
    begin, end = fragments_of(content)[20]  # a keyframe
    path = written(tmp_path, spoiled(content, (content.index(b"mdat", begin) + end) // 2, 8, "zeros"))
    repaired = repair(path)
    assert repaired is not None
    [damage] = repaired.damage
    assert (damage.frames, damage.frames_kept) == (1, 1)
    assert "1 of them shown in part" in damage.sentence
    assert inspect_file(path).frames == 60
    assert repaired.original is not None
    assert "1 packet with lost or changed bytes" in check_file(path).damage


def test_a_picture_whose_units_cannot_be_told_is_left_out(tmp_path: Path) -> None:
    content = interrupted(PLAIN)
    at = content.index(b"mdat", fragments_of(content)[20][0]) + 4
    path = written(tmp_path, spoiled(content, at, 4, "ones"))
    repaired = repair(path)
    assert repaired is not None
    [damage] = repaired.damage
    assert (damage.frames, damage.frames_kept) == (1, 0)
    assert inspect_file(path).frames == 59
    assert repaired.original is not None


@pytest.mark.parametrize("changed", [b"\xff" * 16, b"\xff\xf1\x4c\x80\x02\x3f\xfc"], ids=["ones", "a header of ADTS"])
def test_sound_that_begins_like_another_form_of_it_costs_no_picture(changed: bytes, tmp_path: Path) -> None:
    """FFmpeg's muxer refuses the whole file if the first packet of AAC begins like this."""
    content = interrupted(SOUND)
    path = written(tmp_path, content)
    with av.open(str(path)) as container:
        at = next(one.pos for one in container.demux(audio=0) if one.size)
    sound = sound_packets_in(path)
    path = written(tmp_path, content[:at] + changed + content[at + len(changed) :])
    repaired = repair(path)
    assert repaired is not None
    assert [(damage.frames, damage.from_byte) for damage in repaired.damage] == [(0, at)]
    assert repaired.original is not None
    assert numbers_in(path) == list(range(60))
    assert sound_packets_in(path) == sound - 1


@pytest.mark.parametrize("recipe", [PLAIN, SOUND], ids=["pictures", "B-frames and sound"])
def test_a_fragment_whose_track_is_not_known_is_told_and_the_original_kept(recipe: Recipe, tmp_path: Path) -> None:
    content = interrupted(recipe)
    begin, end = fragments_of(content)[30]
    at = content.index(b"tfhd", begin) + 8
    path = written(tmp_path, content[:at] + b"\x75\x6e\x00\x01" + content[at + 4 :])
    before = path.read_bytes()
    repaired = repair(path)
    assert repaired is not None
    assert [(one.from_byte, one.to_byte, one.frames) for one in repaired.damage] == [(begin, end, 1)]
    assert repaired.original is not None
    assert repaired.original.read_bytes() == before
    assert inspect_file(path).frames == 59


def with_copy(content: bytes, told: list[tuple[int, int]], place: int, of: int, count: int) -> bytes:
    """Where fragment `place` and those behind it were there is a copy of `count` others, a few bytes behind."""
    copy = content[told[of][0] : told[of + count - 1][1]]
    at = told[place][0] + 9
    return content[: told[place][0]] + bytes(9) + copy + content[at + len(copy) :]


@pytest.mark.parametrize("recipe", [PLAIN, SOUND], ids=["pictures", "B-frames and sound"])
@pytest.mark.parametrize(("place", "of"), [(8, 4), (6, 2), (30, 36), (38, 43), (1, 22)])
def test_a_block_of_another_place_costs_no_picture_that_it_does_not_touch(
    place: int, of: int, recipe: Recipe, tmp_path: Path
) -> None:
    content = interrupted(recipe)
    told = fragments_of(content)
    pictures = pictures_of(written(tmp_path, content))
    damaged = with_copy(content, told, place, of, 16)
    behind = told[place][0] + 9 + told[of + 15][1] - told[of][0]
    untouched = [n for n, (begin, end) in enumerate(told) if n < place or begin >= behind]
    path = written(tmp_path, damaged)
    repaired = repair(path)
    assert repaired is not None
    assert repaired.original is not None
    assert repaired.original.read_bytes() == damaged
    assert {pictures[number] for number in untouched if number < 60} <= set(pictures_of(path))


@pytest.mark.parametrize(("place", "of"), [(8, 4), (6, 2), (30, 36), (38, 43), (1, 22)])
def test_a_block_of_another_place_in_a_closed_file_is_no_fault_of_its_index(
    place: int, of: int, tmp_path: Path
) -> None:
    content = closed(SOUND)
    told = fragments_of(content, index_at(content))
    damaged = with_copy(content, told, place, of, 9)
    path = written(tmp_path, damaged)
    assert repair(path) is None
    assert path.read_bytes() == damaged
    sentence = check_file(path).damage
    assert "bytes of its inner structure" in sentence
    assert "its index" not in sentence


def test_a_damaged_track_number_in_a_closed_file_is_no_fault_of_its_index(tmp_path: Path) -> None:
    content = closed(SOUND)
    begin, end = fragments_of(content, index_at(content))[30]
    at = content.index(b"tfhd", begin) + 8
    path = written(tmp_path, content[:at] + b"\x75\x6e\x00\x01" + content[at + 4 :])
    assert f"{end - begin:,} bytes of its inner structure, from byte {begin:,}" in check_file(path).damage
    assert repair(path) is None


def test_times_count_from_the_first_picture_even_if_its_units_cannot_be_told(tmp_path: Path) -> None:
    content = interrupted(PLAIN)
    newest_utc_ns = inspect_file(written(tmp_path, content)).newest_frame_utc_ns
    at = content.index(b"mdat", fragments_of(content)[0][0]) + 4
    facts = inspect_file(written(tmp_path, spoiled(content, at, 4, "ones")))
    assert (facts.frames, facts.newest_frame_utc_ns) == (59, newest_utc_ns)
    [damage] = facts.damage
    assert (damage.frames, damage.to_utc_ns) == (1, START_UTC_NS + FRAME_NS)


@pytest.mark.parametrize("recipe", [PLAIN, SOUND], ids=["pictures", "B-frames and sound"])
def test_a_repair_that_leaves_the_first_picture_out_says_when_the_rest_was_taken(
    recipe: Recipe, tmp_path: Path
) -> None:
    content = interrupted(recipe)
    before = inspect_file(written(tmp_path, content))
    sound = sound_packets_in(tmp_path / "Bow.mp4")
    at = content.index(b"mdat", fragments_of(content)[0][0]) + 4
    path = written(tmp_path, spoiled(content, at, 4, "ones"))
    assert repair(path)
    after = inspect_file(path)
    assert after.note is not None
    assert (after.frames, after.newest_frame_utc_ns) == (59, before.newest_frame_utc_ns)
    assert after.note.first_frame_utc_ns > START_UTC_NS
    if recipe is PLAIN:
        assert after.note.first_frame_utc_ns == START_UTC_NS + FRAME_NS
    assert sound_packets_in(path) == sound, "sound from before the first picture that is left stays"


@pytest.mark.parametrize("recipe", [PLAIN, SOUND], ids=["pictures", "B-frames and sound"])
@pytest.mark.parametrize("lost", [1, 4])
def test_where_the_beginning_is_lost_the_times_still_say_when_the_rest_was_taken(
    recipe: Recipe, lost: int, tmp_path: Path
) -> None:
    content = interrupted(recipe)
    told = fragments_of(content)
    path = written(tmp_path, spoiled(content, told[0][0], told[lost - 1][1] - told[0][0], "random"))
    facts = inspect_file(path)
    assert [damage.frames for damage in facts.damage] == [lost]
    assert facts.damage[0].from_utc_ns == START_UTC_NS
    assert repair(path)
    after = inspect_file(path)
    assert after.frames == 60 - lost
    assert after.note is not None
    assert after.note.first_frame_utc_ns == START_UTC_NS + lost * FRAME_NS
    if recipe is PLAIN:
        assert after.newest_frame_utc_ns == facts.newest_frame_utc_ns


@pytest.mark.parametrize("place", [0, 4, 30, 36, 44, 60, 76, 97, 105, 113, 129, 145, 159, 249])
@pytest.mark.parametrize("size", [8, 64])
def test_damage_in_front_of_the_tracks_costs_nothing(place: int, size: int, tmp_path: Path) -> None:
    content = interrupted(PLAIN)
    path = written(tmp_path, spoiled(content, place, size, "random"))
    tracks = content.index(b"trak") - 4
    if place + size > tracks:
        return
    facts = inspect_file(path)
    assert (facts.state, facts.frames) == (FileState.INTERRUPTED, 60)
    assert repair(path)
    assert numbers_in(path) == list(range(60))


@pytest.mark.parametrize("recipe", [PLAIN, SOUND], ids=["pictures", "B-frames and sound"])
def test_a_copy_of_a_closed_file_that_was_cut_off_anywhere_is_recovered(recipe: Recipe, tmp_path: Path) -> None:
    content = closed(recipe)
    told = fragments_of(content, index_at(content))
    ends = [told[0][1] + 1, len(content) * 6 // 10, told[-1][1] - 1, told[-1][1]]
    sizes = [*ends, index_at(content) + 20, len(content) - 1]
    for size in sizes:
        path = written(tmp_path, content[:size])
        expected = min(60, sum(end <= size for _, end in told))
        facts = inspect_file(path)
        assert (facts.state, facts.damage) == (FileState.INTERRUPTED, ())
        assert facts.frames >= expected
        repaired = repair(path)
        assert repaired is not None
        assert repaired.original is None
        assert inspect_file(path).frames == facts.frames


def test_a_cut_copy_of_a_repaired_file_is_recovered_too(tmp_path: Path) -> None:
    path = written(tmp_path, interrupted(PLAIN))
    assert repair(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert repair(path)
    assert 20 <= inspect_file(path).frames < 60


@pytest.mark.parametrize("how", ["zeros", "random"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_a_damaged_index_is_found_and_made_anew_from_the_fragments(how: str, share: float, tmp_path: Path) -> None:
    content = closed(SOUND)
    begin = index_at(content)
    at = begin + int(share * (len(content) - begin - 64))
    path = written(tmp_path, spoiled(content, at, 64, how))
    assert check_file(path).damage or share == 0.99  # there is the metadata, which the header has as well
    repair(path)
    facts = inspect_file(path)
    assert facts.frames == 60
    assert facts.note is not None
    assert check_file(path).damage == "" or share == 0.99


@pytest.mark.parametrize("box", [b"moof", b"trun", b"tfdt"])
def test_a_damaged_fragment_inside_of_a_closed_file_is_found(box: bytes, tmp_path: Path) -> None:
    content = closed(SOUND)
    at = content.index(box, fragments_of(content, index_at(content))[30][0])
    path = written(tmp_path, spoiled(content, at, 16, "zeros"))
    reading = check_file(path)
    assert "bytes of its inner structure, from byte" in reading.damage
    assert reading.facts.frames == 60
    assert repair(path) is None  # its index leads to every picture
    facts = inspect_file(path)
    assert facts.state is FileState.WHOLE


@REPAIRS
@given(share=st.floats(0, 1), size=st.integers(600, 4096))
def test_a_block_of_zeros_anywhere_behind_the_head_of_a_closed_file_is_found(
    share: float, size: int, tmp_path: Path
) -> None:
    content = closed(SOUND)
    first = fragments_of(content, index_at(content))[0][0]
    at = HEAD_AT + int(share * (len(content) - HEAD_AT - size))
    path = written(tmp_path, spoiled(content, at, size, "zeros"))
    assert check_file(path).damage or inspect_file(path).state is not FileState.WHOLE or at + size < first


def test_a_repair_that_was_cut_off_between_its_two_names_is_taken_up(tmp_path: Path) -> None:
    path = written(tmp_path, interrupted(PLAIN))
    path.rename(tmp_path / "Bow.mp4.original")
    assert repair(path)
    assert numbers_in(path) == list(range(60))


def test_without_hard_links_the_original_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "no hard links on this volume")

    monkeypatch.setattr("os.link", refused)
    content = interrupted(PLAIN)
    damaged = spoiled(content, fragments_of(content)[30][0], 20, "zeros")
    path = written(tmp_path, damaged)
    repaired = repair(path)
    assert repaired is not None
    assert repaired.original is not None
    assert repaired.original.read_bytes() == damaged
    assert inspect_file(path).frames == 59
    shutil.rmtree(tmp_path)
