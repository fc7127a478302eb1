"""`seacorder support-bundle`: no secret in it, whatever is broken it is made, and it leaves nothing behind."""

import base64
import errno
import io
import json
import re
import stat
import subprocess
import threading
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from fakes.web_answers import WebAnswers
from rig.pages import sections
from seacorder.base.clock import SystemClock
from seacorder.base.errors import NotPossible, StorageFailed
from seacorder.base.stored_secret import stored_token
from seacorder.catalogue.catalogue import Catalogue
from seacorder.cli.bundle_log import LOG_BYTES_MAX, ServiceJournal, log_text
from seacorder.cli.bundle_members import Member, Sources, members
from seacorder.cli.bundle_settings import KnownSettings, known_settings, shown_settings, sieve
from seacorder.cli.support_bundle import README, Made, all_made, write_bundle, write_new, zipped
from seacorder.cli.systemd_service import Ran, Systemd
from seacorder.model.event import Event, Severity
from seacorder.model.recording import FileState, Part, Recording, RecordingState

NOW = datetime(2026, 11, 26, 10, 53, 12, tzinfo=UTC)
SECRET = "Kaltwasser 77#zz"
"""No word that a camera's address would have, and with letters that are encoded in addresses."""
HELD = "Kaltwasser"
"""What no text may hold, in whatever form the whole is."""
PLAIN = "Kaltwasser77zz"
DEAD = "http://127.0.0.1:9"
"""Nobody answers there."""
PLACES = {
    "Port": "rtsp://pilot:{s}@10.0.0.5/live",
    "Bow": "rtsp://10.0.0.5/user=pilot_password={s}_channel=1_stream=0.sdp",
    "Stern": "rtsp://10.0.0.5/live;zugang={s}?channel=1",
    "Mast": "rtsp://10.0.0.5/live?{s}",
    "Helmet": "rtsp://pilot:p%23{s}@10.0.0.5/main#client=ffmpeg",
    "Sonar": "http://10.0.0.5/video.mjpg?grant={s}&size=640x480",
    "Crane": "rtmp://10.0.0.5/live/{s}",
    "Sum": "tcp://10.0.0.5:5000#audio=off",
}
NO_JOURNAL = ServiceJournal(lambda: (_ for _ in ()).throw(NotPossible("This computer has no journal.")))


def no_systemd() -> Systemd:
    return Systemd(Path("/nowhere"), lambda words: Ran(1), is_there=False, may_change=False)


def sources(known: KnownSettings, url: str = DEAD, **more: object) -> Sources:
    values = {"systemd": no_systemd(), "journal": NO_JOURNAL, "run": lambda words, seconds: f"{' '.join(words)}\n"}
    return Sources(known, url, **(values | more))


def made(of: Sources, secrets: frozenset[str] = frozenset()) -> dict[str, Made]:
    return {one.member.name: one for one in all_made(members(of), secrets)}


def opened(path: Path) -> dict[str, str]:
    """The files of a bundle by name, without its folder."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {name.partition("/")[0] for name in archive.namelist()} == {path.stem}
        return {name.partition("/")[2]: archive.read(name).decode("utf-8") for name in archive.namelist()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A settings file with a secret in every place that cameras have for one, and in some that nobody thinks of."""
    lines = [f"# until May: rtsp://pilot:{PLAIN}@10.0.0.5/live", '[log]\nlevel = "DEBUG"\nfile = "recorder.log"']
    lines += [f'[storage]\nroot = "{tmp_path}/rec"']
    for name, text in PLACES.items():
        lines.append(f'[[channels]]\nname = "{name}"\ninput = "{text.format(s=PLAIN)}"')
    lines.append(f'[[channels]]\nname = "Deck"\ninput = "rtsp://pilot:{quote(SECRET, safe="")}@10.0.0.5/live"')
    path = tmp_path / "seacorder.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def forms() -> list[str]:
    """How the secrets of the settings may be written where no redaction sees that they are secrets."""
    found = [PLAIN, SECRET, quote(SECRET), quote(SECRET, safe=""), f"p#{PLAIN}"]
    pairs = [f"pilot:{one}".encode() for one in (PLAIN, SECRET)]
    return [*found, *(base64.b64encode(one).decode() for one in pairs)]


def leaks(text: str) -> list[str]:
    return [form for form in (HELD, *forms()) if form in text]


def test_no_secret_of_the_settings_is_in_it(file: Path, web: WebAnswers) -> None:
    lines = [f"DEBUG it is {form} and '{form}' now; asked rtsp://u:{form}@10.0.0.5/live" for form in forms()]
    (file.parent / "recorder.log").write_text("\n".join(lines), encoding="utf-8")
    web.json("GET /api/v1/status", {"is_recording": False, "channels": [{"reason": form} for form in forms()]})
    web.json("GET /api/v1/settings", {"overrides": forms()})
    environment = {"SEACORDER_CHANNELS_9_INPUT": "rtsp://10.0.0.5/kaltes_Tor_99", "AWS_SECRET": "not looked at"}
    known = known_settings(file, environment)
    told = json.dumps(known.settings is not None and shown_settings(known))
    assert "10.0.0.5" in told
    found = made(sources(known, web.url, journal=ServiceJournal(lambda: f"{PLAIN} kaltes_Tor_99\n")), known.secrets)
    texts = [one.text + one.fault for one in found.values()]
    assert not [leak for text in texts for leak in leaks(text)]
    assert not [text for text in texts if "kaltes_Tor" in text or "not looked at" in text]
    assert found["log.txt"].text.count("DEBUG it is *** and '***' now; asked rtsp://***@10.0.0.5/live") == len(forms())
    assert found["log.txt"].found >= len(forms())
    assert json.loads(found["status.json"].text)["channels"][0] == {"reason": "***"}
    (address,) = re.findall(r'"value": "(rtsp://10\.0\.0\.5/user=.*)"', found["settings.json"].text)
    assert address == "rtsp://10.0.0.5/user=***_password=***_channel=1_stream=0.sdp"


def test_each_setting_says_what_has_given_it(file: Path) -> None:
    values = shown_settings(known_settings(file, {"SEACORDER_CHANNELS_2_INPUT": f"rtsp://me:{PLAIN}@10.0.0.6/live"}))
    assert values["channels.2.input"] == {"value": "rtsp://***@10.0.0.6/live", "from": "SEACORDER_CHANNELS_2_INPUT"}
    assert values["channels.2.name"] == {"value": "Bow", "from": "file"}
    assert values["server.inspector_port"] == {"value": 13000, "from": "default"}


def test_the_keys_of_a_bucket_are_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "seacorder.toml"
    head = '[[channels]]\nname = "Bow"\ninput = "test:"\n[[copies]]\nname = "Office"\nto = "s3://films/rec1"\n'
    file.write_text(f'{head}access_key = "rec1-{PLAIN}"\nsecret_key = "{PLAIN}"\n', encoding="utf-8")
    known = known_settings(file, {})
    journal = ServiceJournal(lambda: f"asked with {PLAIN}\n")
    found = made(sources(known, journal=journal), known.secrets)
    assert not [leak for one in found.values() for leak in leaks(one.text + one.fault)]
    shown = shown_settings(known)
    assert [shown[f"copies.1.{name}"]["value"] for name in ("access_key", "secret_key")] == ["***", "***"]


def test_what_lets_somebody_in_is_not_told_even_as_it_is_stored() -> None:
    stored = stored_token("secret")
    access = json.dumps([{"name": "Survey", "token": stored}])
    values = shown_settings(known_settings(None, {"SEACORDER_SERVER_ACCESS": access}, demo=True))
    assert values["server.access.1.token"]["value"] == "***"
    assert stored not in json.dumps(values)


def test_a_variable_of_the_demo_is_told_for_every_channel() -> None:
    values = shown_settings(known_settings(None, {"SEACORDER_CHANNELS_2_NAME": "Crane"}, demo=True))
    assert values["channels.2.name"] == {"value": "Crane", "from": "SEACORDER_CHANNELS_2_NAME"}
    assert values["channels.1.name"] == {"value": "Bow", "from": "default"}


@pytest.mark.parametrize(
    "broken",
    [
        f'[[channels]]\nname = "Bow"\ninput = "rtsp://pilot:{PLAIN}@cam/1',
        f'[[channels]]\nname = "Bow"\ninput = "rtsp://cam/1"\npassword = "{PLAIN}"',
        f'[[channels]]\nname = "Bow"\ninput = "rtsp://pilot:{PLAIN}"',
        f'[[channels]]\nname = "Bow"\ninput = {{ url = "rtsp://cam/k={PLAIN}" }}',
        f'[[channels]]\nname = "Bow"\ninput = "pilot:{PLAIN}@10.0.0.5"',
        f'[log]\nfile = "{PLAIN}://a:b"\nlevel = "rtsp://pilot:{PLAIN}@cam"',
    ],
)
def test_settings_that_cannot_be_used_are_told_without_their_secrets(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "seacorder.toml"
    file.write_text(broken, encoding="utf-8")
    known = known_settings(file, {})
    assert known.settings is None
    found = made(sources(known), known.secrets)
    assert not [leak for one in found.values() for leak in leaks(one.text + one.fault)]
    assert str(file) in found["settings-faults.txt"].text
    assert found["settings.json"].fault == "The settings cannot be used: see settings-faults.txt."


def test_settings_that_this_user_may_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refused)
    known = known_settings(file, {})
    monkeypatch.undo()
    found = made(sources(known), known.secrets)
    why = "This user is not allowed to read the settings file: see settings-faults.txt."
    assert found["settings.json"].fault == found["check-config.txt"].fault == why
    assert found["catalogue.json"].fault == f"It is not known where the list of recordings (catalogue) is. {why}"
    no_log = f"No log was found. Whether the settings name a log file is not known. {why}"
    assert found["log.txt"].fault.startswith(no_log)
    assert "this user may not read it (Permission denied)" in found["settings-faults.txt"].text
    assert json.loads(found["computer.json"].text)["folders"] == []


def test_settings_with_a_fault_still_say_where_the_log_and_the_files_are(tmp_path: Path) -> None:
    file = tmp_path / "seacorder.toml"
    file.write_text('[server]\ninspector_port = 13999\n[log]\nfile = "own.log"\n[storage]\nroot = "rec"\nrot = 1\n')
    (tmp_path / "own.log").write_text("it runs\n")
    known = known_settings(file, {})
    assert known.url == "http://127.0.0.1:13999"
    told = made(sources(known))["log.txt"].text.splitlines()
    assert told == [f"===== {tmp_path / 'own.log'} =====", "it runs", "", "===== This computer has no journal."]


def test_it_is_made_where_there_is_nothing_at_all(real_command, tmp_path: Path) -> None:
    output = tmp_path / "help.zip"
    nothing = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "", "SEACORDER_CONFIG": "", "DISPLAY": "", "PATH": "/nowhere"}
    words = ("--url", DEAD, "--output", output, "--config", tmp_path / "no.toml")
    ended = real_command("support-bundle", *words, **nothing)
    assert (ended.code, ended.err) == (0, "")
    files = opened(output)
    missing = files[README].partition("What is not in it, and why:")[2]
    assert set(files) >= {README, "version.txt", "settings-faults.txt", "computer.json"}
    for name in ("settings.json", "status.json", "catalogue.json", "log.txt", "service.txt", "encoders.json"):
        assert re.search(rf"^  {name} +[A-Z].*\.$", missing, re.MULTILINE), name
        assert re.search(rf"^  {name} +[A-Z]", ended.out, re.MULTILINE), name
    assert str(output) in ended.out
    assert ended.out.splitlines()[-1].startswith("Look into it before you send it")


def test_a_damaged_catalogue_and_an_unreadable_log_are_told(tmp_path: Path) -> None:
    root = tmp_path / "rec"
    root.mkdir()
    (root / "seacorder.db").write_bytes(b"no database" * 1000)
    (root / "own.log").mkdir()
    file = tmp_path / "seacorder.toml"
    file.write_text('[storage]\nroot = "rec"\n[log]\nfile = "rec/own.log"\n[[channels]]\nname = "B"\ninput = "test:"\n')
    found = made(sources(known_settings(file, {})))
    assert "cannot be read" in json.loads(found["catalogue.json"].text)["events"]
    assert "What clients have set is not known" in found["check-config.txt"].text
    assert "The log file" in found["log.txt"].fault
    assert "may be on" in found["encoders.json"].fault


def test_a_member_that_hangs_or_has_a_fault_leaves_the_others_whole() -> None:
    held = threading.Event()

    def fault() -> str:
        raise RuntimeError(f"never thought of rtsp://u:{PLAIN}@cam")

    def gone() -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    texts = {"a": lambda: "first", "b": lambda: str(held.wait()), "c": fault, "d": gone, "e": str, "f": lambda: "last"}
    try:
        wanted = [Member(name, "", make, 0.05 if name == "b" else 20.0) for name, make in texts.items()]
        found = {one.member.name: one for one in all_made(wanted, frozenset())}
    finally:
        held.set()
    assert [one.text for one in found.values()] == ["first", "", "", "", "\n", "last"]
    assert found["b"].fault == "It did not come in time (b did not come within 0.05 s)."
    assert found["c"].fault == "A fault in Seacorder: RuntimeError: never thought of rtsp://***@cam"
    assert found["d"].fault == "It cannot be read (Permission denied)."


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"is_recording": True}, "The encoders were not tried, because a recording is on."),
        ({}, "The encoders were not tried, because a recording is on."),
        ({"is_recording": False}, ""),
    ],
)
def test_encoders_are_tried_only_while_nothing_is_recorded(file: Path, web: WebAnswers, status, expected: str) -> None:
    web.json("GET /api/v1/status", status)
    known = known_settings(file, {})
    found = made(sources(known, web.url))["encoders.json"]
    assert found.fault.partition(" To try")[0] == expected
    assert found.text == ("" if expected else "encoders --json\n")
    assert made(sources(known, web.url, tries_encoders=True))["encoders.json"].text == "encoders --json\n"
    assert {command.partition(" ")[0] for command, _ in web.asked} == {"GET"}


@pytest.mark.parametrize("state", RecordingState)
def test_without_an_answer_the_catalogue_says_whether_a_recording_may_be_on(file: Path, state: RecordingState) -> None:
    catalogue = Catalogue(file.parent / "rec/seacorder.db", SystemClock())
    catalogue.open()
    for row in (Recording("r1", 1, None, state), Part("r1", "Bow", 1, "/d/1.mp4", 1, 2, 0, 5, 9, FileState.WHOLE)):
        catalogue.record(row)
    for cursor in range(1, 2004):
        catalogue.record_event(Event(5, "started", Severity.INFO, "It started.", cursor=cursor))
    catalogue.close()
    found = made(sources(known_settings(file, {})))
    runs = state is RecordingState.RUNNING
    assert ("has a recording that runs" in found["encoders.json"].fault) is runs
    told = json.loads(found["catalogue.json"].text)
    assert [event["cursor"] for event in told["events"]] == list(range(4, 2004))
    assert told["rows"]["events"] == 2003
    (recording,) = told["recordings"]
    assert (recording["id"], recording["parts"][0]["path"]) == ("r1", "/d/1.mp4")
    assert recording["start_utc"] == "1970-01-01T00:00:00.000000Z"


def test_the_newest_part_of_the_log_is_taken_and_begins_with_a_whole_line(tmp_path: Path) -> None:
    log, before = tmp_path / "s.log", tmp_path / "s.log.1"
    before.write_text("".join(f"old {number}\n" for number in range(700_000)))
    log.write_text("new 1\nnew 2\n")
    text = log_text(log, NO_JOURNAL)
    title, first, *rest = text.splitlines()
    assert title == f"===== {log} ====="
    assert re.fullmatch(r"old \d+", first)
    assert rest[-4:-2] == ["new 1", "new 2"]
    assert LOG_BYTES_MAX - 100 < len(text) < LOG_BYTES_MAX + 200
    both = log_text(log, ServiceJournal(lambda: "from the journal\n"))
    assert both.endswith("new 2\n\n===== journal =====\nfrom the journal\n")


def test_a_journal_that_cannot_be_asked_does_not_cost_the_log_file(tmp_path: Path, monkeypatch) -> None:
    log, program = tmp_path / "s.log", tmp_path / "journalctl"
    log.write_text("it runs\n")
    program.write_bytes(b"\0")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    text = log_text(log, ServiceJournal.of("seacorder", is_of_user=False))
    assert text.splitlines()[1:] == ["it runs", "", "===== The journal cannot be read (Exec format error)."]


def test_a_number_is_taken_out_only_where_it_stands_alone() -> None:
    found = sieve("31415 and 9314151, a31415b", frozenset({"31415"}))
    assert (found.text, found.found) == ("*** and 9314151, a***b", 2)


def test_the_file_is_for_its_owner_alone_and_never_written_over_another(tmp_path: Path, capsys) -> None:
    output = tmp_path / "one.zip"
    there, missing = Member("a.txt", "What it is.", str, 1), Member("b", "", str, 1)
    write_bundle(output, [Made(there, "größer\n"), Made(missing, "", "No.")], NOW)
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["one.zip"]
    files = opened(output)
    assert files["a.txt"] == "größer\n"
    assert "2026-11-26 10:53:12 UTC" in files[README]
    assert "".join(capsys.readouterr().out.splitlines()[:2]).split() == ["a.txt", "9", "bytes", "b", "No."]
    before = output.read_bytes()
    with pytest.raises(NotPossible, match=r"There is a file .* already"):
        write_new(output, b"new")
    assert output.read_bytes() == before


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    def write(file: int, data: memoryview) -> int:
        if len(data) < 8:
            raise OSError(errno.ENOSPC, "No space left on device")
        return 4

    with pytest.raises(StorageFailed, match=r"cannot be written \(No space left on device\)\. Choose another folder"):
        write_new(tmp_path / "one.zip", b"0123456789", write)
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_is_refused_at_once(seacorder, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("seacorder.cli.support_bundle.be_gentle", lambda: None)
    (tmp_path / "there.zip").touch()
    for output, sentence in ((tmp_path / "there.zip", "already"), (tmp_path / "no/x.zip", "There is no folder")):
        ended = seacorder("support-bundle", "--output", output)
        assert ended.code == 1
        assert sentence in ended.err
        assert ended.out == ""


def test_unzip_opens_it(tmp_path: Path) -> None:
    output = tmp_path / "one.zip"
    output.write_bytes(zipped("one", [Made(Member("a.txt", "", str, 1), "a\n")], NOW))
    listed = subprocess.run(["python3", "-m", "zipfile", "-l", str(output)], capture_output=True, text=True, check=True)
    assert "one/README.txt" in listed.stdout
    with zipfile.ZipFile(io.BytesIO(output.read_bytes())) as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o600}


@pytest.mark.docs
def test_the_page_lists_what_is_in_it() -> None:
    root = Path(__file__).parents[2]
    page = (root / "docs/reference/commands.md").read_text("utf-8")
    section = sections(page, 3)["seacorder support-bundle"]
    rows = dict(re.findall(r"^\| `(\w[\w.-]+)` \| (.*) \|$", section, re.MULTILINE))
    assert rows.pop(README)
    assert rows == {one.name: one.what for one in members(sources(KnownSettings()))}
