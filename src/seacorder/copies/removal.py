"""The process that removes recordings, `python -m seacorder.copies.removal`: what `evidence.removal` says, with copies
in folders and in buckets.

It lets every other process go first; a disk or a server that hangs holds up nobody else.
"""

from seacorder.base import log
from seacorder.base.gentle import be_gentle
from seacorder.base.pipe import Link
from seacorder.copies.bucket_copy import BucketCopy
from seacorder.evidence.removal import prepare, remove
from seacorder.model.command import EndWorker
from seacorder.model.removal import PrepareRemoval, RemoveFiles


def main() -> None:
    """Runs until the pipe is closed or `EndWorker` comes."""
    link = Link.from_stdio()
    log.set_up_worker("removal")
    be_gentle()
    for message in link.messages():
        if isinstance(message, EndWorker):
            return
        if isinstance(message, PrepareRemoval):
            link.send(prepare(message, link.send, BucketCopy))
        if isinstance(message, RemoveFiles):
            link.send(remove(message))


if __name__ == "__main__":
    main()
