from seacorder.channel.timing.connection_clock import MOST_CONTRADICTIONS, ConnectionClock, ConnectionClocks, FramePlace

SECOND = 1_000_000_000


def test_what_is_learned_later_holds_for_frames_that_have_passed() -> None:
    connection_clock = ConnectionClock(offset_ns=400_000_000)
    first = FramePlace(connection_clock, 0)
    assert first.captured.instant_ns == 400_000_000
    connection_clock.offset_ns = 3_000_000
    connection_clock.tell(2 * SECOND, 102 * SECOND)
    assert (first.captured.instant_ns, first.captured.camera_ns) == (3_000_000, 100 * SECOND)


def test_the_newest_word_of_a_camera_counts_unless_it_goes_on_contradicting_itself() -> None:
    connection_clock = ConnectionClock()
    connection_clock.tell(0, 30_000_000)
    connection_clock.tell(SECOND, SECOND)
    assert connection_clock.camera_offset_ns == 0
    for number in range(2, 3 + MOST_CONTRADICTIONS):
        connection_clock.tell(number * SECOND, number * (SECOND + 50_000_000))
    assert connection_clock.camera_offset_ns is None


def test_frames_of_two_connections_are_as_far_apart_as_the_camera_says() -> None:
    before, after = ConnectionClock(), ConnectionClock(offset_ns=900_000_000)
    for seconds, tick_ns in ((0, 0), (1, 11_111)):
        before.tell(seconds * SECOND, (50 + seconds) * SECOND + tick_ns)
        after.tell((5 + seconds) * SECOND, (55 + seconds) * SECOND + tick_ns + 800_000_000)
    found = FramePlace(before, 4 * SECOND).distance(FramePlace(after, 5 * SECOND))
    assert (found.ns, found.is_by_camera) == (1_800_000_000, True)


def test_a_count_is_the_camera_s_once_both_connections_have_confirmed_its_clock() -> None:
    """The first report of a connection is wrong with some cameras: GStreamer's server tells up to 40 ms too little."""
    before, after = ConnectionClock(), ConnectionClock(offset_ns=900_000_000)
    places = FramePlace(before, 0), FramePlace(after, 5 * SECOND)
    found = []
    for clock, media_ns, camera_ns in (
        (before, 0, 50 * SECOND),
        (after, 5 * SECOND, 55 * SECOND + 768_000_000),
        (before, SECOND, 51 * SECOND + 11_111),
        (after, 6 * SECOND, 56 * SECOND + 800_011_111),
    ):
        clock.tell(media_ns, camera_ns)
        length = places[0].distance(places[1])
        found.append((length.frames_between(40_000_000), length.is_by_camera))
    assert found[1:] == [(143, False), (143, False), (144, True)]


def test_an_anchor_leads_from_a_file_s_own_times_to_the_clocks() -> None:
    connection_clock = ConnectionClock(offset_ns=7)
    anchor = connection_clock.anchor(media_ns=1_000, utc_ns=5_000)
    assert anchor.captured(5_400) == connection_clock.captured(1_400)


def test_each_frame_belongs_to_the_connection_that_it_came_over() -> None:
    clocks, first, second = ConnectionClocks(), ConnectionClock(), ConnectionClock()
    clocks.begin(0, first)
    clocks.begin(100, second)
    assert [clocks.of(number) is second for number in (0, 99, 100, 500)] == [False, False, True, True]
    assert clocks.newest is second


def test_one_report_is_not_confirmed_by_being_asked_about_again_but_by_the_next() -> None:
    connection_clock = ConnectionClock()
    for media_ns in (0, 40_000_000, 80_000_001):
        connection_clock.tell(media_ns, 5_000_000_000 + media_ns)
    assert not connection_clock.is_confirmed
    connection_clock.tell(120_000_000, 5_023_000_000 + 120_000_000)
    assert connection_clock.is_confirmed


def test_a_camera_that_tells_exactly_the_same_each_second_has_confirmed_its_clock() -> None:
    connection_clock = ConnectionClock()
    connection_clock.tell(7 * SECOND, 12 * SECOND)
    connection_clock.tell(7 * SECOND + 960_000_000, 12 * SECOND + 960_000_000)
    assert not connection_clock.is_confirmed
    connection_clock.tell(8 * SECOND, 13 * SECOND)
    assert connection_clock.is_confirmed
    assert connection_clock.captured(0).is_exact
