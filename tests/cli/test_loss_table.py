"""`seacorder losses`: of the newest recording, of another one, of all; as a table, as CSV, as JSON."""

import csv
import json

RECORDING = "20260504T030201.123Z"
LOSS = {
    "channel": "Bow", "from_utc": "2026-05-04T03:02:01.100000Z", "to_utc": "2026-05-04T03:02:04.000000Z", "frames": 72,
    "cause": "reconnect", "recording_id": RECORDING, "detail": "It was cut.",
}
UNCOUNTED = LOSS | {"channel": "Stern", "frames": None, "cause": "program_ended", "detail": "Seacorder ended."}


NEWEST = "GET /api/v1/recordings?limit=1&newest_first=true"
LOSSES = f"GET /api/v1/losses?limit=1000&recording={RECORDING}"
ALL = "GET /api/v1/losses?limit=1000"


def rows(*items: dict, cursor: str | None = None) -> dict:
    return {"items": list(items), "next_cursor": cursor}


def test_of_the_newest_recording(seacorder, web) -> None:
    web.json(NEWEST, rows({"id": RECORDING, "continues": None}))
    web.json(LOSSES, rows(LOSS, cursor="next"))
    web.json(f"{LOSSES}&cursor=next", rows(UNCOUNTED))
    ended = seacorder("losses", "--url", web.url)
    assert ended.code == 0
    head, first, second, total = ended.out.splitlines()
    assert head == "channel  from (UTC)             to (UTC)               seconds  frames  cause          detail"
    assert first == (
        "Bow      2026-05-04 03:02:01.1  2026-05-04 03:02:04.0  2.9      72      reconnect      It was cut."
    )
    assert second == (
        "Stern    2026-05-04 03:02:01.1  2026-05-04 03:02:04.0  2.9      ?       program_ended  Seacorder ended."
    )
    assert total == (
        f"2 losses, 72 frames, 5.8 s; 1 of them could not be counted, missing from recording {RECORDING}."
    )


def test_a_recording_that_continues_another_has_its_losses_too(seacorder, web) -> None:
    """What a power cut cost is listed with the recording that it cut off."""
    web.json(NEWEST, rows({"id": "later", "continues": RECORDING}))
    web.json(f"GET /api/v1/recordings?limit=1&recording={RECORDING}", rows({"id": RECORDING, "continues": None}))
    web.json(LOSSES, rows(UNCOUNTED))
    web.json("GET /api/v1/losses?limit=1000&recording=later", rows(LOSS | {"recording_id": "later"}))
    _, first, second, total = seacorder("losses", "--url", web.url).out.splitlines()
    assert ("program_ended" in first, "reconnect" in second) == (True, True)
    assert total.endswith(f"missing from recording later and what it continues ({RECORDING}).")
    lines = csv.DictReader(seacorder("losses", "--csv", "--url", web.url).out.splitlines())
    assert [line["recording_id"] for line in lines] == [RECORDING, "later"]


def test_nothing_is_missing_or_nothing_was_recorded(seacorder, web) -> None:
    web.json(NEWEST, rows({"id": RECORDING, "continues": None}))
    web.json(LOSSES, rows())
    web.json(ALL, rows())
    assert seacorder("losses", "--url", web.url).out == f"Nothing is missing from recording {RECORDING}.\n"
    assert seacorder("losses", "--all", "--url", web.url).out == "Nothing is missing from what was recorded.\n"
    web.json(NEWEST, rows())
    assert seacorder("losses", "--url", web.url).out == "Nothing has been recorded yet.\n"


def test_a_recording_that_there_is_not_is_not_called_complete(seacorder, web) -> None:
    web.json("GET /api/v1/losses?limit=1000&recording=typo", rows())
    web.json("GET /api/v1/recordings?limit=1&recording=typo", rows())
    for form in ([], ["--csv"], ["--json"]):
        ended = seacorder("losses", "--recording", "typo", *form, "--url", web.url)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("seacorder: There is no recording typo in the list of recordings.\n")
    web.json(LOSSES, rows())
    web.json(f"GET /api/v1/recordings?limit=1&recording={RECORDING}", rows({"id": RECORDING, "continues": None}))
    ended = seacorder("losses", "--recording", RECORDING, "--url", web.url)
    assert (ended.code, ended.out) == (0, f"Nothing is missing from recording {RECORDING}.\n")


def test_losses_that_could_not_be_counted_are_not_added_up_as_no_frames(seacorder, web) -> None:
    web.json(LOSSES, rows(UNCOUNTED))
    total = seacorder("losses", "--recording", RECORDING, "--url", web.url).out.splitlines()[-1]
    assert total == f"1 loss, how many frames is not known, 2.9 s, missing from recording {RECORDING}."


def test_one_frame_is_told_in_the_right_number(seacorder, web) -> None:
    web.json(LOSSES, rows(LOSS | {"frames": 1}))
    total = seacorder("losses", "--recording", RECORDING, "--url", web.url).out.splitlines()[-1]
    assert total == f"1 loss, 1 frame, 2.9 s, missing from recording {RECORDING}."


def test_as_csv_and_as_json(seacorder, web) -> None:
    web.json(LOSSES, rows(LOSS))
    head, line = csv.reader(seacorder("losses", "--recording", RECORDING, "--csv", "--url", web.url).out.splitlines())
    assert dict(zip(head, line, strict=True)) == {name: str(value) for name, value in LOSS.items()}
    assert json.loads(seacorder("losses", "--recording", RECORDING, "--json", "--url", web.url).out) == [LOSS]
