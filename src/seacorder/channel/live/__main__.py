"""`python -m seacorder.channel.live`: the process that makes one channel's preview while somebody looks at it.

It gets a `SourceFormat`, then the `Sample`s that follow, and sends the reports of the live view. It opens no file.
"""

import logging
import os
import signal
from typing import NoReturn

from seacorder.base import log
from seacorder.base.pipe import Link
from seacorder.channel.live.preview import Preview
from seacorder.media.packets import switch_off_log
from seacorder.model.sample import Sample, SourceFormat

NICENESS = 10


def serve(link: Link) -> None:
    """Works until the worker closes the pipe or is gone. Blocks."""
    preview = Preview()
    for message in link.messages():
        if isinstance(message, SourceFormat):
            preview.begin(message)
        elif isinstance(message, Sample):
            for report in preview.take(message):
                link.send(report)


def main() -> NoReturn:
    """Runs it; does not return."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log.set_up_worker("preview")
    switch_off_log()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    code = 0
    try:
        serve(Link.from_stdio())
    except Exception:
        logging.getLogger(__name__).exception("The preview failed, see below. Recording is not affected.")
        code = 1
    log.finish()
    os._exit(code)


if __name__ == "__main__":
    main()
