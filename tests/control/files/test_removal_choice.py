"""Which recordings the rules are about: by age, by size, by free room, the oldest first, and who is passed by."""

from dataclasses import replace

from seacorder.base.message import Message
from seacorder.control.files.removal_choice import EARLIEST_UTC_NS, NOT_DATED, Held, RuleScene, ShortDisk, chosen
from seacorder.model.removal_rules import NO_RULES, NS_PER_DAY, RemovalRules, RuleName

NOW = EARLIEST_UTC_NS + 1000 * NS_PER_DAY
SCENE = RuleScene(NOW)
OLD = RemovalRules(older_than_days=30)


def held(name: str, days_ago: float, size: int = 10) -> Held:
    end = NOW - round(days_ago * NS_PER_DAY)
    return Held(name, end - 5, end, size)


FOUR = (held("d", 1), held("a", 90), held("c", 20), held("b", 40))


def going(rules: RemovalRules, scene: RuleScene = SCENE, recordings: tuple[Held, ...] = FOUR) -> list[str]:
    return [one.recording_id for one in chosen(recordings, rules, scene) if one.hindrance is None]


def test_without_a_rule_nothing_goes() -> None:
    assert going(NO_RULES) == []
    assert not NO_RULES.is_on


def test_what_is_older_goes_the_oldest_first_and_says_why() -> None:
    assert going(OLD) == ["a", "b"]
    first = chosen(FOUR, OLD, SCENE)[0]
    assert (first.rule, first.why) == (RuleName.OLDER_THAN, "It ended 90 days ago, and older_than_days is 30.")
    assert going(replace(OLD, older_than_days=40)) == ["a"]  # exactly as old is not older


def test_a_running_recording_never_goes_and_counts_for_the_size() -> None:
    runs = replace(held("r", 200, 35), is_running=True)
    assert going(OLD, recordings=(runs,)) == []
    assert going(RemovalRules(keep_at_most_bytes=65), recordings=(*FOUR, runs)) == ["a"]


def test_above_a_size_the_oldest_go_until_it_fits() -> None:
    assert going(RemovalRules(keep_at_most_bytes=40)) == []
    assert going(RemovalRules(keep_at_most_bytes=39)) == ["a"]
    assert going(RemovalRules(keep_at_most_bytes=15)) == ["a", "b", "c"]
    by_both = chosen(FOUR, replace(OLD, keep_at_most_bytes=15), SCENE)
    assert [one.rule for one in by_both] == [RuleName.OLDER_THAN, RuleName.OLDER_THAN, RuleName.KEEP_AT_MOST]


def test_with_too_little_room_those_go_whose_end_makes_some() -> None:
    rules, freed = RemovalRules(keep_free_bytes=100), {"a": 10, "c": 10, "d": 10}
    disk = ShortDisk("/data", 15, lambda name: freed.get(name, 0))
    assert going(rules, replace(SCENE, disks=(disk,))) == ["a", "c"]
    (first, *_) = chosen(FOUR, rules, replace(SCENE, disks=(disk,)))
    assert first.why == "85 bytes were free on the disk of /data, and keep_free_bytes is 100."
    both = replace(rules, older_than_days=30)  # what goes by its age makes room too
    assert going(both, replace(SCENE, disks=(disk,))) == ["a", "b", "c"]


def test_who_has_no_copies_is_passed_by_and_named() -> None:
    why = Message("No copies.", "Wait.")
    scene = replace(SCENE, hindrance=lambda name: why if name == "a" else None)
    rules = RemovalRules(keep_at_most_bytes=25)
    assert going(rules, scene) == ["b", "c"]
    first, *_ = chosen(FOUR, rules, scene)
    assert (first.recording_id, first.hindrance) == ("a", why)


def test_no_age_is_judged_while_the_clock_cannot_be_right() -> None:
    assert going(OLD, replace(SCENE, are_ages_believed=False)) == []
    assert going(OLD, replace(SCENE, ages_count_from_utc_ns=NOW - 29 * NS_PER_DAY)) == []
    assert going(OLD, replace(SCENE, ages_count_from_utc_ns=NOW - 31 * NS_PER_DAY)) == ["a", "b"]


def test_what_a_clock_in_1970_has_recorded_is_named_and_stays() -> None:
    epoch = Held("x", 5, 9, 10)
    (one,) = chosen((epoch,), OLD, SCENE)
    assert one.hindrance == NOT_DATED
    # Nobody knows how old it is, so it is the last one that makes room.
    assert going(RemovalRules(keep_at_most_bytes=35), recordings=(*FOUR, epoch)) == ["a", "b"]


def test_of_very_many_only_the_first_hundred_go_now() -> None:
    many = tuple(held(f"{number:04}", 300 - number / 10) for number in range(700))
    assert len(going(OLD, recordings=many)) == 100
    none = replace(SCENE, hindrance=lambda _: Message("No copies.", "Wait."))
    assert len(chosen(many, OLD, none)) == 500
