"""`recordings` with `remove`, `missing` and `acknowledge`: what is asked, what is sent, and what is told."""

import getpass
import json
from typing import Any

import pytest

ID = "20260504T030201.123Z"
PLAN: dict[str, Any] = {
    "recording_id": ID, "state": "waiting", "utc": None, "by": "", "why": "", "copies": [], "files": 14,
    "bytes": 4902600448, "folders": ["/data/DATA_1"], "left": ["/data/DATA_1/report.pdf"], "hindrance": None,
    "compared_bytes": 0, "to_compare_bytes": 0, "phrase": "without a copy",
}
DONE = PLAN | {"state": "removed", "copies": ["/usb"]}
ROW = {
    "id": ID, "start_utc": "2026-05-04T03:02:01.123456Z", "end_utc": "2026-05-04T03:42:10.540000Z",
    "state": "removed", "continues": None, "channels": ["Bow"], "parts": 4, "bytes": 4902600448, "clips": 0,
    "framegrabs": 0, "observations": 0, "losses": 0,
}
REMOVED = {"recording_id": ID, "utc": "2026-05-11T09:14:02.331000Z", "by": "Ines", "why": "Handed over",
           "copies": ["/usb"]}  # fmt: skip

MISSING: dict[str, Any] = {
    "path": "/data/DATA_1/Bow.mp4", "recording_id": ID, "channel": "Bow", "noticed_utc": "2026-05-11T09:14:02.331000Z",
    "seen_utc": None, "seen_by": "", "back_utc": None,
}
KNOWN = MISSING | {"path": "/data/DATA_1/Bow.jpg", "seen_utc": "2026-05-12T08:00:00.000000Z", "seen_by": "Ines"}
BACK = MISSING | {"path": "/data/DATA_1/Stern.mp4", "back_utc": "2026-05-12T08:00:00.000000Z"}


def bodies(web) -> list[Any]:
    return [body for command, body in web.asked if command.startswith("POST")]


def test_the_list_says_what_was_removed_by_whom(seacorder, web) -> None:
    web.json("GET /api/v1/removals?limit=1000", {"items": [REMOVED], "next_cursor": None})
    web.json("GET /api/v1/recordings?limit=1000", {"items": [ROW], "next_cursor": None})
    assert seacorder("recordings", "--url", web.url).out.splitlines() == [
        f"{ID}  2026-05-04T03:02:01Z to 03:42:10  removed  4 files, 4,902,600,448 bytes",
        "  removed 2026-05-11T09:14:02Z by Ines (Handed over). Verified copy: /usb",
    ]


@pytest.mark.parametrize(("words", "said"), [((), "Nothing has been recorded yet.\n"), (("--json",), "")])
def test_an_empty_list_says_so_to_people(seacorder, web, words, said) -> None:
    web.json("GET /api/v1/removals?limit=1000", {"items": [], "next_cursor": None})
    web.json("GET /api/v1/recordings?limit=1000", {"items": [], "next_cursor": None})
    assert seacorder("recordings", *words, "--url", web.url).out == said


def test_a_removal_says_what_goes_and_sends_what_was_said(seacorder, web) -> None:
    web.json(f"GET /api/v1/recordings/{ID}/removal", PLAN)
    web.json(f"POST /api/v1/recordings/{ID}/remove", DONE)
    done = seacorder("recordings", "remove", ID, "--verified-copy", "/usb", "--by", "Ines", "--yes", "--url", web.url)
    assert done.code == 0
    assert "14 files, 4,902,600,448 bytes" in done.out
    assert "stays, because nothing says that it belongs to the recording: /data/DATA_1/report.pdf" in done.out
    assert done.out.splitlines()[-1].endswith("Verified copy: /usb")
    assert bodies(web) == [{"verified_copy": "/usb", "by": "Ines"}]


def test_without_a_copy_the_phrase_is_sent_that_the_recorder_wants(seacorder, web) -> None:
    web.json(f"GET /api/v1/recordings/{ID}/removal", PLAN)
    web.json(f"POST /api/v1/recordings/{ID}/remove", DONE | {"copies": []})
    done = seacorder("recordings", "remove", ID, "--without-a-copy", "--by", "Ines", "--yes", "--url", web.url)
    assert (done.code, "NO COPY IS VERIFIED" in done.out) == (0, True)
    assert bodies(web) == [{"phrase": "without a copy", "by": "Ines"}]


@pytest.mark.parametrize("words", [(), ("--verified-copy", "/usb", "--without-a-copy"), ("--without-a-copy",)])
def test_nothing_is_sent_without_a_copy_or_the_words_or_somebody_to_ask(seacorder, web, words) -> None:
    web.json(f"GET /api/v1/recordings/{ID}/removal", PLAN)
    done = seacorder("recordings", "remove", ID, *words, "--url", web.url)
    assert done.code == 2
    assert bodies(web) == []


def test_a_refusal_is_told_and_is_exit_code_1(seacorder, web) -> None:
    hindrance = {"fact": "/usb/Bow.mp4 is missing: the copy is not complete.", "action": "Copy the folder again."}
    web.json(f"GET /api/v1/recordings/{ID}/removal", PLAN)
    web.json(f"POST /api/v1/recordings/{ID}/remove", PLAN | {"hindrance": hindrance})
    done = seacorder("recordings", "remove", ID, "--verified-copy", "/usb", "--yes", "--url", web.url)
    assert done.code == 1
    assert "NOT removed, nothing was changed. /usb/Bow.mp4 is missing" in done.out


def test_each_missing_file_is_told_with_whoever_knows_it(seacorder, web) -> None:
    web.json("GET /api/v1/absences?limit=1000", {"items": [MISSING, KNOWN, BACK], "next_cursor": None})
    done = seacorder("recordings", "missing", "--url", web.url)
    assert (done.code, done.out.splitlines()) == (0, [
        "/data/DATA_1/Bow.mp4  missing since 2026-05-11T09:14:02Z  nobody has said that he knows",
        "/data/DATA_1/Bow.jpg  missing since 2026-05-11T09:14:02Z  known by Ines",
    ])
    rows = seacorder("recordings", "missing", "--json", "--url", web.url).out.splitlines()
    assert [json.loads(one) for one in rows] == [MISSING, KNOWN, BACK]


def test_where_nothing_is_missing_nothing_is_printed(seacorder, web) -> None:
    web.json("GET /api/v1/absences?limit=1000", {"items": [], "next_cursor": None})
    done = seacorder("recordings", "missing", "--url", web.url)
    assert (done.code, done.out) == (0, "")


def test_what_is_known_to_be_missing_is_said_and_told(seacorder, web) -> None:
    web.json("POST /api/v1/absences/seen", {"items": [KNOWN], "next_cursor": None})
    done = seacorder("recordings", "acknowledge", KNOWN["path"], "--by", "Ines", "--url", web.url)
    assert (done.code, done.out) == (0, f"{KNOWN['path']}  missing since 2026-05-11T09:14:02Z  known by Ines\n")
    shown = seacorder("recordings", "acknowledge", ID, "--json", "--url", web.url)
    assert json.loads(shown.out) == KNOWN
    assert bodies(web) == [{"of": KNOWN["path"], "by": "Ines"}, {"of": ID, "by": getpass.getuser()}]


def test_a_recording_of_which_nothing_is_missing_is_said(seacorder, web) -> None:
    fact, action = "No missing file is known of it.", "GET /api/v1/absences has all."
    web.json("POST /api/v1/absences/seen", {"fact": fact, "action": action, "detail": f"{fact} {action}"}, status=404)
    done = seacorder("recordings", "acknowledge", "none", "--url", web.url)
    assert (done.code, fact in done.err) == (1, True)
