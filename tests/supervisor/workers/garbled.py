"""A worker whose reports would have the control process do something: pickled calls instead of values."""

import os
import threading

from seacorder.base.pipe import Link


class Call:
    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return os.mkdir, (os.environ["MARKER"],)


link = Link.from_stdio()
link.send(Call())
threading.Event().wait()
