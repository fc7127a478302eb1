"""A worker that never reports at all."""

import threading

threading.Event().wait()
