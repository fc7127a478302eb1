"""`support-bundle`: one file for whoever helps, made by somebody in trouble, also while recording.

It never holds a secret, never disturbs a recording, and never fails because one part of it fails. Three layers keep
secrets out. Only parsed values are written, each redacted as its kind asks. Every finished text is redacted again, line
by line. At last a sieve takes out what is hidden in the settings and variables wherever it still occurs.
"""

import io
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from seacorder.base.background import within
from seacorder.base.errors import NotPossible, SeacorderError, StorageFailed
from seacorder.base.message import Message
from seacorder.base.redaction import hidden_pieces
from seacorder.cli.bundle_log import ServiceJournal
from seacorder.cli.bundle_members import Member, Sources, members
from seacorder.cli.bundle_settings import KnownSettings, known_settings, secrets_of_variables, sieve
from seacorder.cli.systemd_service import Systemd

README = "README.txt"
MEMBER_CHARACTERS_MAX = 12_000_000
SETTINGS_SECONDS = 10.0
NICENESS = 10
LOOK_INTO_IT = (
    "Look into it before you send it: it has names of cameras, folders and this network, and the text over the "
    "pictures."
)


@dataclass(frozen=True, slots=True)
class BundleWish:
    """The options of the command."""

    config: Path | None = None
    url: str | None = None
    output: Path | None = None
    service: str = "seacorder"
    is_of_user: bool = False
    demo: bool = False
    tries_encoders: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """One file of the bundle as it was made; without a text, `fault` says why."""

    member: Member
    text: str = ""
    fault: str = ""
    found: int = 0
    """How often the sieve had to take a secret out."""


def make_bundle(wish: BundleWish, now: datetime) -> None:
    """Makes the bundle and prints what is in it. Raises NotPossible or StorageFailed if it cannot be written."""
    output = wish.output or Path(f"seacorder-support-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.zip")
    _check_free(output)
    known = _known(wish)
    sources = Sources(
        known,
        wish.url or known.url,
        Systemd.of(is_of_user=wish.is_of_user),
        ServiceJournal.of(wish.service, is_of_user=wish.is_of_user),
        wish.service,
        wish.tries_encoders,
    )
    secrets = known.secrets | hidden_pieces(wish.url or "")
    write_bundle(output, all_made(members(sources), secrets), now)


def write_bundle(output: Path, made: Iterable[Made], now: datetime) -> None:
    """Prints a line for each file as it is made, writes the zip and prints where it is."""
    done: list[Made] = []
    for one in made:
        print(f"  {one.member.name:<24} {f'{len(one.text.encode()):>9,} bytes' if one.text else one.fault}", flush=True)
        done.append(one)
    write_new(output, zipped(output.stem, done, now))
    print(f"{output.absolute()}\n{LOOK_INTO_IT}")


def all_made(wanted: Iterable[Member], secrets: frozenset[str]) -> Iterator[Made]:
    """One after the other, so that a busy computer gets little to do."""
    for member in wanted:
        text, fault = _result(member)
        if len(text) > MEMBER_CHARACTERS_MAX:
            text = f"{text[:MEMBER_CHARACTERS_MAX]}\n(the rest was left out)\n"
        sieved, sieved_fault = sieve(text, secrets), sieve(fault, secrets)
        yield Made(member, sieved.text, sieved_fault.text, sieved.found + sieved_fault.found)


def _result(member: Member) -> tuple[str, str]:
    """The text, or why there is none. Whatever goes wrong with one member, the others are made."""
    try:
        return within(member.seconds_max, member.name, member.make) or "\n", ""
    except SeacorderError as error:
        return "", error.sentence
    except TimeoutError as error:
        return "", f"It did not come in time ({error})."
    except OSError as error:
        return "", f"It cannot be read ({error.strerror or error})."
    except Exception as error:  # noqa: BLE001 - the bundle is wanted most when something has a fault
        return "", f"A fault in Seacorder: {type(error).__name__}: {error}"


def zipped(folder: str, made: Sequence[Made], now: datetime) -> bytes:
    """The zip file's bytes."""
    files = {README: readme(made, now)} | {one.member.name: one.text for one in made if one.text}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", now.timetuple()[:6])
            entry.external_attr = 0o600 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode("utf-8", "replace"))
    return buffer.getvalue()


def readme(made: Sequence[Made], now: datetime) -> str:
    """What is in the bundle, and what is not and why."""
    utc, local = f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", f"{now.astimezone():%Y-%m-%d %H:%M:%S %z}"
    lines = [
        f"Support bundle of Seacorder, made {utc} ({local} on this computer).",
        "",
        LOOK_INTO_IT,
        "Passwords and everything else in addresses that is not known to be harmless are replaced by ***.",
        "It holds no pictures, no sound, no recorded file, not the settings file itself, and no variables.",
        "",
        "What is in it:",
        *(f"  {one.member.name:<24} {one.member.what}" for one in made if one.text),
        "",
        "What is not in it, and why:",
        *(f"  {one.member.name:<24} {one.fault}" for one in made if not one.text),
        "",
    ]
    if found := sum(one.found for one in made):
        lines.append(f"Secrets of addresses that should not have been in these files, and were taken out: {found}.")
        lines.append("Please say so when you send this: it is a fault in Seacorder, or a secret that somebody typed.")
    return "\n".join(lines) + "\n"


def write_new(path: Path, content: bytes, write: Callable[[int, memoryview], int] = os.write) -> None:
    """Writes a file that only its owner may read. Never overwrites one, and leaves none behind if it fails.

    Raises NotPossible or StorageFailed.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise _not_writable(path, error) from error
    try:
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[write(file, rest) :]
            os.fsync(file)
        finally:
            os.close(file)
    except BaseException as error:
        with suppress(OSError):
            path.unlink()
        if isinstance(error, OSError):
            raise _not_writable(path, error) from error
        raise


def _check_free(path: Path) -> None:
    """Before a minute's work: raises what `write_new` would raise."""
    if path.exists():
        raise _exists(path)
    if not path.absolute().parent.is_dir():
        raise StorageFailed(f"There is no folder {path.absolute().parent}.", "Choose another file with --output.")


def _exists(path: Path) -> NotPossible:
    return NotPossible(f"There is a file {path} already.", "Choose another with --output; none is overwritten.")


def _not_writable(path: Path, error: OSError) -> StorageFailed:
    return StorageFailed(f"{path} cannot be written ({error.strerror}).", "Choose another folder with --output.")


def _known(wish: BundleWish) -> KnownSettings:
    """The settings; what is known without them if their disk does not answer."""
    try:
        return within(SETTINGS_SECONDS, "the settings", lambda: known_settings(wish.config, demo=wish.demo))
    except TimeoutError:
        fault = Message(f"The settings file could not be read within {SETTINGS_SECONDS:g} s: its disk does not answer.")
        return KnownSettings(faults=(fault,), unread=fault, secrets=secrets_of_variables(os.environ))


def be_gentle() -> None:
    """Lets every other process of this computer go first: a recording may be on."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
