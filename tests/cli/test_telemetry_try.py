"""`telemetry try`: each record with its values or the reason why it is refused, and what they were in number."""

import subprocess
import sys
from pathlib import Path

from rig.survey import received_at, sentence
from seacorder.model.instant import Instant
from seacorder.telemetry.logs.raw_form import HEAD, piece

DEFINITIONS = '[[definitions]]\nname = "Echo"\nlike = "DPT"\nchecksum = "if_present"\nrename = { depth = "altitude" }\n'
COUNTS = (
    "4 records: 1 understood, 1 bad_checksum, 0 wrong_fields, 0 wrong_type, 1 out_of_range, 1 unknown_record; "
    "4 noise bytes"
)
CHANNEL = '[[channels]]\nname = "Bow"\ninput = "test:"\n'


def tried(stream: bytes, *words: str, folder: Path) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "seacorder", "telemetry", "try", *words]
    done = subprocess.run(command, input=stream, capture_output=True, check=False, cwd=folder)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_values_and_refusals_in_order_with_their_counts(tmp_path: Path) -> None:
    good, beyond = sentence("HEHDT,218.53,T"), sentence("HEHDT,400.0,T")
    stream = b"boot" + good + b"\r\n$HEHDT,218.5,T*00\r\n" + beyond + b"\r\n$X\x02"
    code, out, _ = tried(stream, "HDT", folder=tmp_path)
    assert code == 0
    assert [line.strip() for line in out.splitlines()] == [
        "$HEHDT,218.53,T*12", "HDT", "heading              218.53 °",
        "$HEHDT,218.5,T*00", "refused (HDT, bad_checksum): Its checksum is 00 and should be 21.",
        beyond.decode(),
        "refused (HDT, out_of_range): Field 1, heading, is '400.0', out of its range: 0 to 360.",
        "$X\\x02", "refused (unknown_record): No definition has the header 'X\\x02'.",
        COUNTS,
    ]


def test_a_definition_of_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "seacorder.toml").write_text(DEFINITIONS + CHANNEL, encoding="utf-8")
    code, out, _ = tried(b"$SDDPT,2.5,", "Echo", folder=tmp_path)
    assert code == 0
    assert "altitude             2.5 m" in out
    assert "depth_offset         no value" in out


def test_a_name_that_is_none_and_a_stream_in_which_nothing_is_understood(tmp_path: Path) -> None:
    code, _, said = tried(b"", "HTD", folder=tmp_path)
    assert code == 2
    assert "There is no definition 'HTD'." in said
    assert "Did you mean HDT?" in said
    code, out, _ = tried(b"7.5\r\n7.6", "DEPTH", folder=tmp_path)
    assert code == 1
    assert out.endswith("; 6 noise bytes\n")
    code, out, _ = tried(b"7.5\r\n7.6", "DEPTH", "--framing", "line", folder=tmp_path)
    assert (code, out.count("depth")) == (0, 2)


def logged(*parts: tuple[str, bytes]) -> bytes:
    """A raw log: pieces of sources, which came one after the other within a tenth of a second."""
    begin = Instant(7_000_000_000, received_at("2014-08-20T18:00:00"))
    instants = [Instant(begin.monotonic_ns + one, begin.utc_ns + one) for one in range(0, 10_000 * len(parts), 10_000)]
    return HEAD + b"".join(piece(name, data, at) for (name, data), at in zip(parts, instants, strict=True))


def test_a_raw_log_gives_the_records_of_each_source_as_they_came(tmp_path: Path) -> None:
    heading, position = sentence("HEHDT,218.53,T"), sentence("GPGLL,5712.3406,N,00204.1180,W,175959.00,A,D")
    cut = [("Gyro", heading[:7]), ("GPS", position[:20]), ("Gyro", heading[7:] + b"\r\n"), ("GPS", position[20:])]
    code, out, _ = tried(logged(*cut), "all", folder=tmp_path)
    assert code == 0
    assert out.splitlines()[0] == heading.decode()
    assert "GLL  time 2014-08-20T17:59:59.000Z" in out  # the day is that of the log, not today
    assert "2 records: 2 understood" in out
    assert out.endswith("; 0 noise bytes\n")


def test_a_raw_log_may_end_anywhere_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    log = logged(("Gyro", sentence("HEHDT,218.53,T")), ("Gyro", sentence("HEHDT,218.54,T")))
    code, out, _ = tried(log[:-5], "HDT", folder=tmp_path)
    assert (code, out.count("218.53 °")) == (0, 1)
    code, out, said = tried(log + b"more\n", "HDT", folder=tmp_path)
    assert "The raw log is damaged" in said
    assert (code, out.count(" °")) == (2, 2)


def test_a_log_with_a_time_before_each_sentence_gives_what_was_so_then(tmp_path: Path) -> None:
    lines = [
        b"2014-08-01T00:00:00.124Z " + sentence("GPZDA,000000.00,16,12,1994,00,00"),
        b"2014-08-01T00:00:00.241Z " + sentence("GPGLL,5712.3406,N,00204.1180,W,235959.226,A"),
        b"[1406851201.5] " + sentence("HEHDT,218.53,T"),
        sentence("GPZDA,000001.75,01,08,2014,00,00"),
    ]
    code, out, _ = tried(b"\r\n".join(lines), "all", folder=tmp_path)
    assert code == 0
    assert "ZDA  time 1994-12-16T00:00:00.000Z, clock -1024 weeks" in out
    assert "GLL  time 2014-07-31T23:59:59.226Z, clock -1.0 s" in out
    assert "ZDA  time 2014-08-01T00:00:01.750Z, clock +0.2 s" in out
    assert "\n4 records: 4 understood" in out
    assert out.endswith("; 0 noise bytes\n")


def test_a_date_at_the_beginning_of_a_line_that_is_no_sentence_is_a_field_of_it(tmp_path: Path) -> None:
    line = b"2014-08-20,13:37:07,012.345,450879.00,6243874.16,-112.4,1.8,218.5,-0.7"
    code, out, _ = tried(line, "SURVEY", "--framing", "line", folder=tmp_path)
    assert code == 0
    assert "SURVEY  time 2014-08-20T13:37:07.000Z\n" in out


def test_a_regular_expression_that_never_ends_is_named_and_left_out(tmp_path: Path) -> None:
    field = '[[definitions.fields]]\nname = "depth"\nposition = 1\n'
    own = "[[definitions]]\nname = \"Hang\"\nkind = \"expression\"\nexpression = '((?:[0-9]+)+)m'\n" + field
    (tmp_path / "seacorder.toml").write_text(own + CHANNEL, encoding="utf-8")
    code, out, _ = tried(b"9" * 64 + b"!\n7m\n", "Hang", "--framing", "line", folder=tmp_path)
    assert code == 1
    assert "The definition 'Hang' took too long over it, and is not used any more." in out
