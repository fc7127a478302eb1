"""The worker that makes bags, `python -m seacorder.evidence.export`: whole recordings, or a stretch cut out of them.

It is a process of its own that lets every other one go first. It looks at everything that is asked for before it says
that it has begun, so that what is away is refused and not left out. Then it sends a piece for each that it is asked
for, and so reads no faster than somebody takes. FFmpeg is not loaded. One thread; ends when its pipe is closed.
"""

from collections.abc import Iterator
from pathlib import Path

from seacorder.base import log
from seacorder.base.ed25519 import SignaturesNotPossible
from seacorder.base.errors import NotKnown, StorageFailed
from seacorder.base.gentle import be_gentle
from seacorder.base.pipe import Link
from seacorder.evidence.bag import Bag
from seacorder.evidence.cut_files import NothingRecorded, cut_files
from seacorder.evidence.whole_files import whole_files
from seacorder.model.command import EndWorker
from seacorder.model.completion import SIGNATURE_NAME, SIGNER_NAME
from seacorder.model.export import BagBegun, BagEnded, BagPiece, MakeBag, Refusal, SendMore
from seacorder.model.instant import iso_utc
from seacorder.mp4.boxes import NotMp4
from seacorder.storage.signing_key import read_key

_ELSE = "Single files can be had from the list of files."


def begin(order: MakeBag) -> tuple[BagBegun, Bag | None]:
    """Looks at all that is asked for. Raises nothing for what the disk does. Blocks."""
    try:
        files = whole_files(order) if order.stretch is None else cut_files(order, order.stretch)
    except NotKnown as fault:
        return BagBegun(Refusal.AWAY, fault.fact, fault.action), None
    except NothingRecorded:
        return BagBegun(Refusal.NOTHING, "Nothing was recorded in this stretch.", "See the list of files."), None
    except (NotMp4, ValueError, OverflowError) as fault:
        return BagBegun(Refusal.UNREADABLE, f"A file cannot be cut: {fault}.", _ELSE), None
    except OSError as fault:
        return BagBegun(Refusal.DISK, f"The disk refuses ({fault.strerror or fault}).", "Check the disk."), None
    try:
        for one in files:
            one.name.encode()
    except UnicodeEncodeError as fault:  # somebody else has put such a file into the folder
        why = f"The name of the file {fault.object!a} is not UTF-8, so it cannot stand in an archive."
        return BagBegun(Refusal.UNREADABLE, why, _ELSE), None
    return BagBegun(), Bag(order.name, files, facts_of(order), lambda manifest: _signed(order, manifest))


def facts_of(order: MakeBag) -> dict[str, str]:
    """What stands in `bag-info.txt`; labels of RFC 8493, section 2.2.2, where it has one."""
    return {
        "Source-Organization": "Seacorder",
        "External-Description": order.title,
        "External-Identifier": " ".join(order.recordings) or order.name,
        "Bagging-Date": iso_utc(order.made_utc_ns, digits=1)[:10],
        "Bag-Software-Agent": order.program,
    }


def _signed(order: MakeBag, manifest: bytes) -> dict[str, bytes]:
    """The manifest's signature and the public key; nothing where there is no key, as with folders."""
    if not order.key_folder:
        return {}
    comment = f"{order.name}, {iso_utc(order.made_utc_ns, digits=6)}, {order.program}"
    try:
        key = read_key(Path(order.key_folder))
        return {SIGNATURE_NAME: key.signature_file(manifest, comment), SIGNER_NAME: key.public.file}
    except (StorageFailed, SignaturesNotPossible):
        return {}


def answers(order: MakeBag) -> Iterator[BagBegun | BagPiece | BagEnded]:
    """The reports that an order is answered by, in order. Blocks for each."""
    begun, bag = begin(order)
    yield begun
    if bag is None:
        return
    try:
        for data in bag.pieces():
            yield BagPiece(data)
    except OSError as fault:
        yield BagEnded(f"A file cannot be read any more ({fault.strerror or fault}).")
    else:
        yield BagEnded()


def main() -> None:
    """Runs until the pipe is closed or `EndWorker` comes."""
    link = Link.from_stdio()
    log.set_up_worker("export")
    be_gentle()
    reports: Iterator[object] = iter(())
    for message in link.messages():
        if isinstance(message, EndWorker):
            return
        if isinstance(message, MakeBag):
            reports = answers(message)
        if isinstance(message, MakeBag | SendMore) and (report := next(reports, None)) is not None:
            link.send(report)


if __name__ == "__main__":
    main()
