"""The process that copies to one target. On `CopyFolder` it sends what `FolderCopier` reports, at last `CopyEnded`.

The order is carried out by the main thread; another one waits for the end of the pipe, and ends the process then, in
the middle of a file too: nothing is lost by that.
"""

import os
from pathlib import Path

from seacorder.base import log
from seacorder.base.background import once
from seacorder.base.clock import SystemClock
from seacorder.base.gentle import be_gentle
from seacorder.base.pipe import Link
from seacorder.copies.bucket_place import BucketPlace
from seacorder.copies.contract import CopyPlace
from seacorder.copies.folder_copy import FolderCopier
from seacorder.copies.folder_place import FolderPlace
from seacorder.model.command import EndWorker
from seacorder.model.copies import CopyBegun, CopyFolder


def place_of(order: CopyFolder) -> CopyPlace:
    """Opens the target of an order. Raises CopyFailed."""
    if order.target.is_bucket:
        return BucketPlace(order.target)
    return FolderPlace(order.target, Path(order.folder), order.known)


def main() -> None:
    """Carries out one order."""
    link = Link.from_stdio()
    log.set_up_worker("copies")
    be_gentle()
    messages = link.messages()
    order = next(messages, None)
    if not isinstance(order, CopyFolder):
        return

    def wait_for_end() -> None:
        for message in messages:
            if isinstance(message, EndWorker):
                break
        os._exit(0)

    once("end of the order", wait_for_end)
    link.send(CopyBegun())
    link.send(FolderCopier(order, SystemClock(), link.send).run(place_of))
    log.finish()
    os._exit(0)  # an ordinary exit would wait for the thread that reads the pipe


if __name__ == "__main__":
    main()
